"""Predict before run: one option recorded, later shown beside what happened. Never graded."""

from __future__ import annotations

from helpers.checks.exercise import VERDICTS, LabChecks, Prediction
from helpers.course.progress import Progress
from helpers.views.card import Card
from helpers.views.panel import Tone


def predict(checks: LabChecks, progress: Progress, prediction_id: str, option: object) -> Card:
    """Record an option; `...` records nothing and never blocks."""
    prediction = checks.prediction(prediction_id)
    choices = _either(prediction)
    if option is ...:
        return Card(
            Tone.QUIET,
            f"○ {prediction_id} no prediction",
            closing=f"Write {choices} instead of ... to record one, or read on.",
        )
    wanted = str(option).strip().casefold()
    chosen = next((name for name in prediction.options if name.casefold() == wanted), None)
    if chosen is None:
        before = progress.guesses(checks.slug).get(prediction_id)
        kept = "Nothing is recorded yet." if before is None else f"Until then you say {before}."
        return Card(
            Tone.WAIT,
            f"△ {prediction_id} has no option {option!r}",
            closing=f"Choose {choices}. {kept}",
        )
    progress.add_guess(checks.slug, prediction_id, chosen)
    if prediction.is_sentence:
        return Card(Tone.CALM, f"✎ {prediction_id} you say {chosen.casefold()}")
    return Card(
        Tone.CALM,
        f"✎ {prediction_id} you say {chosen}: {prediction.options[chosen]}",
        closing="Run the next cell and compare.",
    )


def saw(checks: LabChecks, progress: Progress, prediction_id: str) -> Card:
    """Return what was said beside what happened, and why."""
    prediction = checks.prediction(prediction_id)
    said = progress.guesses(checks.slug).get(prediction_id)
    answer = prediction.answer
    if prediction.is_sentence:
        return _marked(prediction, said)
    happened = ("What happened", f"{answer}: {prediction.options[answer]}")
    why = ("Why", prediction.reasons[answer])
    why_not: tuple[tuple[str, str], ...] = ()
    if said == answer:
        tone, mark, mine = Tone.GOOD, "✔", f"{answer}, and so it was"
    elif said is not None and said in prediction.options:
        tone, mark, mine = Tone.CALM, "✎", f"{said}: {prediction.options[said]}"
        why_not = ((f"Why not {said}", prediction.reasons[said]),)
    else:
        tone, mark, mine = Tone.QUIET, "○", "nothing yet"
    lines = (("You said", mine), happened, why, *why_not)
    return Card(tone, f"{mark} {prediction_id} {prediction.question}", lines)


def _marked(prediction: Prediction, said: str | None) -> Card:
    answer = prediction.answer
    right, known = said == answer, said in prediction.options
    mark, tone = ("✔", Tone.GOOD) if right else ("✎", Tone.CALM) if known else ("○", Tone.QUIET)
    verdict = VERDICTS[answer.casefold()]
    # a reason answers the belief behind its option, so a wrong mark gets its own
    why = prediction.reasons[said if said is not None and known else answer]
    mine = said.casefold() if said is not None and known else "nothing yet"
    lines = (("You said", mine), ("It is", f"{verdict}, as you said" if right else verdict))
    return Card(tone, f"{mark} {prediction.id} “{prediction.question}”", (*lines, ("Why", why)))


def _either(prediction: Prediction) -> str:
    *others, last = [f'"{name}"' for name in prediction.options]
    return f"{', '.join(others)} or {last}" if others else last
