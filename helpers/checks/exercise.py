"""What a lab asks: its exercises, its predictions, and where to find them by the lab's slug."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pkgutil import iter_modules

from helpers import checks
from helpers.checks.capability import Capability
from helpers.cloud.errors import KitError

# check(session, did, *submitted): returns when passed, raises NotYet, NotStarted, NotAvailable
Check = Callable[..., None]
LAB_MODULE = re.compile(r"lab_\d\d")
VERDICTS: Mapping[str, str] = {"true": "true", "half": "half true", "false": "false"}
TRUTHS = {"true": "it is true", "half": "it is half true", "false": "it is not true"}
"""The options of a sentence that one hears elsewhere, and is to judge."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question with a definite answer, asked before the cell that answers it."""

    id: str
    question: str
    options: Mapping[str, str]
    answer: str
    reasons: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse a question whose answer or reasons do not fit its options."""
        if self.answer not in self.options:
            raise ValueError(f"prediction {self.id}: answer {self.answer!r} is not an option")
        if set(self.reasons) != set(self.options):
            raise ValueError(f"prediction {self.id}: every option needs a reason")

    @property
    def is_sentence(self) -> bool:
        """Whether this is a sentence to be marked, not a question about what will happen."""
        return {name.casefold() for name in self.options} == set(VERDICTS)


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: what one can do after it, three hints, and its check.

    `needs` is what the account must be able to do for the check to tell right from wrong. Where
    something of it is missing, the check does not run and says *not available here*.
    """

    id: str
    title: str
    core: bool
    hints: tuple[str, str, str]
    check: Check
    needs: frozenset[Capability] = frozenset()


@dataclass(frozen=True, slots=True)
class LabChecks:
    """Everything a lab asks of its learner; `can` is what one can do after its core.

    `shows` is what the account must be able to do for the lab's own cells, beside the exercises.
    """

    slug: str
    exercises: tuple[Exercise, ...]
    predictions: tuple[Prediction, ...] = ()
    can: str = ""
    shows: frozenset[Capability] = frozenset()

    @property
    def needs(self) -> frozenset[Capability]:
        """What an account must be able to do for every exercise of the lab."""
        return frozenset().union(*(exercise.needs for exercise in self.exercises))

    def exercise(self, exercise_id: str) -> Exercise:
        """Return an exercise by its id, or say which ones there are."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        raise _unknown("exercise", exercise_id, self.slug, [e.id for e in self.exercises])

    def prediction(self, prediction_id: str) -> Prediction:
        """Return a prediction by its id, or say which ones there are."""
        for prediction in self.predictions:
            if prediction.id == prediction_id:
                return prediction
        raise _unknown("prediction", prediction_id, self.slug, [p.id for p in self.predictions])


def find_lab(slug: str) -> LabChecks:
    """Return the checks of a lab, e.g. `find_lab("01-handlers")` from helpers.checks.lab_01."""
    module_name = f"helpers.checks.lab_{slug.split('-', maxsplit=1)[0]}"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise KitError(
            f"There is no lab {slug!r}.",
            why=f"The kit looked for its checks in {module_name}.",
            next_step='Labs are listed in README.md; write the name as there: Lab("00-welcome").',
            anchor="no-such-lab",
        ) from None
    lab: LabChecks = module.LAB
    if lab.slug != slug:
        raise KitError(
            f"There is no lab {slug!r}.",
            next_step=f"Did you mean Lab({lab.slug!r})?",
            anchor="no-such-lab",
        )
    return lab


def all_labs() -> list[LabChecks]:
    """Return what every lab of the course asks, in their order."""
    names = sorted(m.name for m in iter_modules(checks.__path__) if LAB_MODULE.fullmatch(m.name))
    return [importlib.import_module(f"{checks.__name__}.{name}").LAB for name in names]


def _unknown(kind: str, wanted: object, slug: str, known: list[str]) -> KitError:
    if not isinstance(wanted, str):
        return KitError(
            f"{wanted!r} is no text, and the name of each {kind} is.",
            next_step=f"Write it in quotes: {', '.join(map(json.dumps, known)) or 'none'}.",
            anchor="no-such-exercise",
        )
    return KitError(
        f"Lab {slug} has no {kind} {wanted!r}.",
        next_step=f"It has: {', '.join(known) or 'none'}.",
        anchor="no-such-exercise",
    )
