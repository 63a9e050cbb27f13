"""Subscribers of the flight recorder: metrics, alarms and traces."""
