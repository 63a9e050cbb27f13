"""One sample event of each source, made by the same functions that make the real ones.

The print shop's order, upload and request as each source would deliver it; the same text on every
run. Test events of the Lambda console are the model:
docs.aws.amazon.com/lambda/latest/dg/testing-functions.html.
"""

from __future__ import annotations

from helpers.cloud.events.samples.catalogue import SAMPLES, Sample, sample_named

__all__ = ["SAMPLES", "Sample", "sample_named"]
