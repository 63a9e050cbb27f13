"""The dated facts: complete, sourced, and as AWS's API model has them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import botocore.session
import pytest

from helpers.cloud.facts import load_facts

FACTS = load_facts()
SOURCED = [
    *FACTS.runtimes.values(),
    *FACTS.quotas.values(),
    *FACTS.prices.values(),
    *FACTS.exams.values(),
]


@pytest.mark.parametrize("entry", SOURCED)
def test_every_fact_has_date_and_source(entry: object) -> None:
    """A fact without a date and an AWS page cannot be checked again."""
    assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", getattr(entry, "date", ""))
    assert re.match(r"https://(docs\.)?aws\.amazon\.com/", getattr(entry, "source", ""))


def test_runtimes_are_those_of_the_api() -> None:
    """Every identifier CreateFunction takes is known, but for customer-managed ones."""
    model = botocore.session.get_session().get_service_model("lambda")
    assert set(model.shape_for("Runtime").enum) - {"custom"} == set(FACTS.runtimes)


def test_days_of_a_runtime_follow_each_other() -> None:
    """Python runtimes are deprecated first, then blocked for create, then for update."""
    for name, runtime in FACTS.runtimes.items():
        if name.startswith("python") and runtime.deprecated:
            assert runtime.deprecated <= runtime.create_blocked <= runtime.update_blocked


@pytest.mark.parametrize(
    ("today", "create", "update"),
    [
        (date(2027, 1, 31), True, True),
        (date(2027, 2, 1), False, True),
        (date(2027, 3, 3), False, False),
    ],
)
def test_ladder_of_python_3_10(today: date, *, create: bool, update: bool) -> None:
    """Each day of the ladder takes one more thing away."""
    runtime = FACTS.runtimes["python3.10"]
    assert runtime.can_create(today) is create
    assert runtime.can_update(today) is update


def test_quotas_and_prices_are_numbers() -> None:
    """Quotas come as int, prices as exact decimals."""
    assert FACTS.quota("timeout_max") == 900
    assert FACTS.price("x86_64_tier_1") == Decimal("0.0000166667")


def test_exam_of_the_day() -> None:
    """DVA-C02 ends the day before DVA-C03 begins."""
    last, first = FACTS.exams["DVA-C02"].last_day, FACTS.exams["DVA-C03"].first_day

    assert (date(2026, 11, 30), date(2026, 12, 1)) == (last, first)


def test_exam_tasks_are_named_as_lessons_write_them() -> None:
    """A lesson's front matter names code and task."""
    assert {"DVA-C03 1.2", "DVA-C02 4.3", "SAA-C03 3.2"} <= FACTS.exam_tasks()


def test_domains_of_an_exam_weigh_a_hundred_percent_and_hold_every_task() -> None:
    """A task's first number names a domain of its exam."""
    for exam in FACTS.exams.values():
        assert 100 == sum(domain.weight for domain in exam.domains.values())
        assert {task.split(".")[0] for task in exam.tasks} <= set(exam.domains)
