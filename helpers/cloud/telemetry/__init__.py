"""Subscribers of the records: what AWS shows of a function afterwards."""
