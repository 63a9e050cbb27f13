"""Subscribers of the flight recorder: metrics and alarms, traces."""
