"""Widgets that act on the account: each takes the lab, and is preceded by its twin in text."""
