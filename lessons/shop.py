"""Halftone, the online print shop of every lab: its names and one sample order.

The one home of these words. Labs stand alone and write them out; the linter compares with this
file and refuses a name that is not here. Demo functions end in `-demo` and are exempt.
"""

from __future__ import annotations

FUNCTIONS = (
    "place-order",
    "get-order",
    "thumbnail",
    "print-job",
    "charge-card",
    "stock-watch",
    "nightly-report",
)
BUCKETS = ("halftone-uploads", "halftone-failures")
TABLES = ("orders", "stock")
QUEUES = ("print-jobs", "print-jobs-dlq", "stock-failures")
BUSES = ("shop",)

STATUSES = ("placed", "paid", "printing", "shipped")

# Money is whole cents: 0.1 + 0.2 is not 0.3, and JSON keeps no decimals apart from floats.
ORDER = {
    "order_id": "o-1007",
    "customer": "c-42",
    "items": [{"sku": "poster-a2", "qty": 2, "unit_cents": 1950}],
    "total_cents": 3900,
    "status": "placed",
}
