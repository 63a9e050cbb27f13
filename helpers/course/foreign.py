"""A handle on an endpoint that is not the kit's own cloud: what only the kit has is not available.

boto3 reaches such an endpoint as it reaches AWS. Records, faults and settings are the kit's, so
asking for them says why there are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from helpers.checks.outcome import NotAvailable
from helpers.course.joined import ACCOUNT_ID, SECRET, JoinedCloud, nothing_answers
from helpers.course.product import Product, product_at

ACCOUNT_NUMBER = re.compile(r"\d{12}")
NO_RECORDER = (
    "This reads the kit's recorder, which tells every environment, decision and delivery. No API "
    "of AWS does, so this account has nothing to show."
)
NO_FAULTS = "Only the kit's own cloud makes calls fail on demand."
NO_FORECAST = "Only the kit's own cloud tells when a schedule fires next; no API of AWS does."


@dataclass(frozen=True, slots=True)
class ForeignCloud:
    """An endpoint of another product, for the life of the kernel; it outlives it."""

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str

    @classmethod
    def of(cls, joined: JoinedCloud, product: Product) -> ForeignCloud:
        """Return the handle for an endpoint that turned out not to be the kit's.

        Where keys are not checked, as LocalStack and its like do, a key of one's own stays at home:
        the number of the labs' account is the key, unless another number was given.
        Source: docs.localstack.cloud/references/multi-account-setups.
        """
        keys = joined.access_key_id, joined.secret_access_key
        if product.version and not ACCOUNT_NUMBER.fullmatch(joined.access_key_id):
            keys = ACCOUNT_ID, SECRET
        return cls(joined.endpoint, joined.region, *keys)

    def health(self) -> dict[str, Any]:
        """Return {}: it is there, and says nothing that the kit would; KitError for silence."""
        try:
            product_at(self.endpoint)
        except OSError as error:
            raise nothing_answers(self.endpoint, error) from None
        return {}

    def reset(self) -> NoReturn:
        """Refuse: `helpers.course.removal` knows what may be deleted here."""
        raise NotAvailable("Only the kit's own cloud is emptied in one step.")

    def config(self, **settings: Any) -> NoReturn:
        """Refuse: the settings are the kit's."""
        named = ", ".join(sorted(settings)) or "lab.settings"
        raise NotAvailable(f"Only the kit's own cloud has such settings ({named}).")

    def records(self, since: int = 0) -> NoReturn:
        """Refuse: nobody else has the recorder."""
        raise NotAvailable(NO_RECORDER)

    def fault(self, **fault: object) -> NoReturn:
        """Refuse: faults are made by the kit."""
        raise NotAvailable(NO_FAULTS)

    def schedules(self, **query: object) -> NoReturn:
        """Refuse: no API of AWS tells the coming moments of a schedule."""
        raise NotAvailable(NO_FORECAST)
