from __future__ import annotations

import pytest

from helpers.cloud.errors import KitError
from helpers.quiz.domains import exam_of, score
from helpers.quiz.sitting import Mark
from tests.quiz.conftest import item

EXAM = exam_of()
RIGHT, WRONG = frozenset("A"), frozenset("B")


def marks(*answers: tuple[str, frozenset[str]]) -> list[Mark]:
    return [Mark(item(str(n), tasks=tasks), chosen) for n, (tasks, chosen) in enumerate(answers)]


def test_without_a_code_it_is_the_developer_s_exam_that_stays():
    """Questions name DVA-C03 first, also in the last days of DVA-C02."""
    assert "DVA-C03" == exam_of().code
    assert "SAA-C03" == exam_of("SAA-C03").code


def test_an_unknown_exam_is_refused_with_those_there_are():
    """The error lists the codes."""
    with pytest.raises(KitError, match=r"no exam 'DVA-C09'.*SAA-C03"):
        exam_of("DVA-C09")


def test_a_question_counts_once_in_each_domain_of_its_tasks():
    """Two tasks of one domain are one question there; another exam's tasks are none."""
    result = score(marks(("DVA-C03 1.1, DVA-C03 1.2, DVA-C03 4.1, SAA-C03 2.1", RIGHT)), EXAM)

    assert [1, 0, 0, 1] == [domain.asked for domain in result.domains]


def test_the_share_weighs_domains_as_the_exam_does():
    """All of 30 % right and none of 22 %: 30 of 52."""
    result = score(marks(("DVA-C03 1.1", RIGHT), ("DVA-C03 4.1", WRONG)), EXAM)

    assert pytest.approx(30 / 52) == result.weighted_share
    assert ("1 Development with AWS Services", "1 of 1 right · 30 % of the exam") in result.lines()
    assert ("2 Security", "no question here · 26 % of the exam") in result.lines()


def test_nothing_asked_has_no_share():
    """No number is made up."""
    result = score([], EXAM)

    assert result.weighted_share is None
    assert not any("By weight" in name for name, _ in result.lines())
