"""The rule of the shop's names, shown to find spoiled lessons."""

from __future__ import annotations

import pytest

from tools.lint.names import Shop, read_shop, shop_names


@pytest.fixture
def shop(course) -> Shop:
    """The names of the fixture course's shop."""
    return read_shop(course.root / "lessons" / "shop.py")


def test_good_lesson(lesson, shop):
    """Demos under names of their own have no problem."""
    assert shop_names(lesson, shop) == []


@pytest.mark.parametrize(
    "call",
    [
        'lab.deploy(scale, "scale")',
        'lab.invoke("weigh-parcel", {})',
        'lab.client("s3").create_bucket(Bucket="my-bucket")',
        'lab.client("dynamodb").get_item(TableName="users", Key={})',
        'lab.client("sqs").create_queue(QueueName="jobs")',
        'lab.client("events").put_rule(Name="r", EventBusName="bus")',
        'lab.client("lambda").invoke(FunctionName="arn:aws:lambda:us-east-1:1:function:a:live")',
    ],
)
def test_foreign_names(spoil, shop, call):
    """A name that is neither the shop's nor a demo's is found."""
    problems = shop_names(spoil("lab.receipt()", call), shop)

    assert ["of lessons/shop.py" in problem.message for problem in problems] == [True]


@pytest.mark.parametrize(
    "call",
    [
        'lab.invoke("place-order:live", {})',
        'lab.client("s3").create_bucket(Bucket="halftone-uploads")',
        'lab.invoke("no-such-function-demo", {})',
        "lab.invoke(name, {})",
    ],
)
def test_known_names(spoil, shop, call):
    """The shop's names, qualified or not, demos' names and variables have no problem."""
    assert shop_names(spoil("lab.receipt()", call), shop) == []


def test_demo_in_an_exercise(spoil, shop):
    """An exercise uses the shop's names, not a demo's."""
    lesson = spoil('table = "stock"  # SOLUTION', 'table = lab.invoke("a-demo", {})  # SOLUTION')

    assert [
        problem.message[: len("'a-demo' is no FunctionName")]
        for problem in shop_names(lesson, shop)
    ] == ["'a-demo' is no FunctionName"]
