"""Widgets that act on the account: each takes the lab, and is preceded by its twin in text."""

from helpers.consoles.timeline import LiveTimeline

__all__ = ["LiveTimeline"]
