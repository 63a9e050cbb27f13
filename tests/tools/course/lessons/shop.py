"""The shop's names, as in the real lessons/shop.py."""

FUNCTIONS = ("place-order",)
BUCKETS = ("halftone-uploads",)
TABLES = ("orders", "stock")
QUEUES = ("print-jobs",)
BUSES = ("shop",)
