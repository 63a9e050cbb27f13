"""`kit.py bench`: how fast and how small the local account is, each figure against a bound."""
