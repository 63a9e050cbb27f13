"""The logbook: what the learner predicted, tried and passed, as Markdown to keep."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.checks.exercise import VERDICTS, LabChecks, Prediction
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
        about = f"- {guess.at} · {guess.prediction} {prediction.question}"
        lines.append(f"{about} {_said(prediction, guess.option)}")
    return lines if log else [*lines, "None recorded yet."]


def _said(prediction: Prediction, option: str) -> str:
    answer, right = prediction.answer, option == prediction.answer
    if prediction.is_sentence:
        outcome = "so it is" if right else f"it is {VERDICTS[answer.casefold()]}"
        return f"You said {VERDICTS[option.casefold()]}; {outcome}."
    otherwise = f"it was otherwise ({answer}: {prediction.options[answer]})"
    outcome = "as it happened" if right else otherwise
    return f"You said {option}: {prediction.options[option]}; {outcome}."


def _exercises(checks: LabChecks, progress: Progress) -> list[str]:
    lines = ["", "## Exercises", ""]
    for exercise in checks.exercises:
        attempts = progress.attempts(checks.slug, exercise.id)
        passes = [attempt for attempt in attempts if attempt.status == Status.PASSED]
        if passes:
            end = f"passed {passes[0].at}, attempt {attempts.index(passes[0]) + 1}"
        elif attempts:
            noun = "attempt" if len(attempts) == 1 else "attempts"
            end = f"{len(attempts)} {noun}, the first {attempts[0].at}"
        else:
            end = "not started"
        lines.append(f"- {exercise.id} {exercise.title}: {end}.")
    return lines
