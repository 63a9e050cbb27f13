"""The status card: which account a lab works in, what is real in it, and what was shielded.

It says nothing that changes from run to run (no port, no key, no time): `lab.shell()` has those.
Only the file level and the Python version depend on the machine. An account on another machine is
the exception: there the card says which, and with which key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.views.panel import Tone, aligned, panel, rows

FILE_LEVELS = {
    "A": "level A, own folders: find them by LAMBDA_TASK_ROOT and tempfile, not by /tmp or /opt",
    "B": "level B, real paths: /var/task, /opt and a /tmp of each environment's own",
}
CPU_SHARE = "shared out by memory, as on AWS: 1,769 MB is one whole core"
REAL = (
    "processes, freezing, timeouts, memory limits, error codes, logs and IAM decisions; "
    "lab.fidelity() lists what differs"
)


@dataclass(frozen=True, slots=True)
class StatusCard:
    """What a learner should know of the account before the first cell.

    `product` is what an endpoint that is not the kit's own says of itself, `remote` what is touched
    on another machine; both are "" on the kit's own account.
    """

    title: str
    account_id: str
    region: str
    where: str
    python: str
    file_level: str | None
    time_lapse: float
    lambda_config: str
    cpu_share: bool = False
    shielded: Sequence[str] = ()
    note: str = ""
    product: str = ""
    remote: str = ""

    def lines(self) -> list[tuple[str, str]]:
        """Return the card's rows; rows with nothing to say are left out."""
        pairs = [
            ("Account", f"{self.account_id} in {self.region}, {self.where}"),
            ("Elsewhere", self.remote),
            ("Backend", self.product),
            ("Real here", "" if self.product else REAL),
            ("Python", "" if self.product else f"{self.python}, whatever Runtime a function names"),
            ("Files", FILE_LEVELS.get(self.file_level or "", "")),
            ("Processor", CPU_SHARE if self.cpu_share else ""),
            ("Waiting", _waiting(self.time_lapse)),
            ("Lambda client", f"{self.lambda_config}: one call is one request"),
            ("Shielded", _shielding(self.shielded)),
            ("Note", self.note),
        ]
        return [(name, text) for name, text in pairs if text]

    def __str__(self) -> str:
        """Return the plain-text twin."""
        return f"{self.title}\n{aligned(self.lines())}"

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return str(self)

    def _repr_html_(self) -> str:
        return panel(Tone.CALM, self.title, rows(self.lines()))


def _waiting(time_lapse: float) -> str:
    if time_lapse == 1:
        return "as long as on AWS"
    return f"shortened {time_lapse:g} times: 2 min on AWS, {120 / time_lapse:g} s here"


def _shielding(variables: Sequence[str]) -> str:
    named = f" ({', '.join(variables)})" if variables else ""
    return f"your own AWS settings{named} and files are out of reach"
