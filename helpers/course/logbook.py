"""The logbook: what the learner predicted, tried and passed, as Markdown to keep."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.checks.exercise import LabChecks
from helpers.checks.outcome import Status
from helpers.course.progress import Progress


@dataclass(frozen=True, slots=True)
class Logbook:
    """A Markdown text; a notebook renders it, `str()` gives it for a file."""

    text: str

    def __str__(self) -> str:
        """Return the Markdown."""
        return self.text

    def __repr__(self) -> str:
        """Return the Markdown."""
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


def logbook_of(checks: LabChecks, progress: Progress) -> Logbook:
    """Write the logbook of one lab, times in UTC."""
    parts = [f"# Logbook of {checks.slug}", *_predictions(checks, progress)]
    parts += _exercises(checks, progress)
    return Logbook("\n".join(parts))


def _predictions(checks: LabChecks, progress: Progress) -> list[str]:
    lines = ["", "## Predictions", ""]
    log = progress.guess_log(checks.slug)
    known = {prediction.id: prediction for prediction in checks.predictions}
    for guess in log:
        prediction = known.get(guess.prediction)
        if prediction is None or guess.option not in prediction.options:
            continue
        outcome = "as it happened" if guess.option == prediction.answer else "it was otherwise"
        if guess.option != prediction.answer:
            outcome += f" ({prediction.answer}: {prediction.options[prediction.answer]})"
        lines.append(
            f"- {guess.at} · {guess.prediction} {prediction.question} "
            f"You said {guess.option}: {prediction.options[guess.option]}; {outcome}."
        )
    return lines if log else [*lines, "None recorded yet."]


def _exercises(checks: LabChecks, progress: Progress) -> list[str]:
    lines = ["", "## Exercises", ""]
    for exercise in checks.exercises:
        attempts = progress.attempts(checks.slug, exercise.id)
        passes = [attempt for attempt in attempts if attempt.status == Status.PASSED]
        if passes:
            end = f"passed {passes[0].at}, attempt {attempts.index(passes[0]) + 1}"
        elif attempts:
            end = f"{len(attempts)} attempts, the first {attempts[0].at}"
        else:
            end = "not started"
        lines.append(f"- {exercise.id} {exercise.title}: {end}.")
    return lines
