"""The README's picture of a denial; `python -m tests.views.denied` writes it."""

from __future__ import annotations

from pathlib import Path

from helpers.views import decision_view
from helpers.views.picture import Picture
from tests.views.told import allow, decided, entries

PATH = Path(__file__).resolve().parents[2] / "docs" / "denied.svg"
BUCKET = "arn:aws:s3:::halftone-uploads"


def denied() -> Picture:
    """Return why a function cannot read a file of a bucket that its policy names."""
    read = allow(["s3:GetObject", "s3:ListBucket"], BUCKET, Sid="ReadUploads")
    write = allow("s3:PutObject", "arn:aws:s3:::halftone-thumbs/*", Sid="WriteThumbs")
    call = decided("s3:GetObject", f"{BUCKET}/2026/o-1007.jpg", read, write)
    return decision_view(entries(call))


if __name__ == "__main__":
    denied().save(PATH)
