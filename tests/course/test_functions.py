from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.checks.outcome import NotStarted
from helpers.course.abilities import Abilities
from helpers.course.account import Account
from helpers.course.checking import CheckSession
from helpers.course.cleanup import clean_up
from helpers.course.functions import Functions
from helpers.course.narration import Call
from helpers.course.roles import POLICY_NAME, delete_role, ensure_role
from helpers.course.waiting import first_true

ECHO = "def handler(event, context):\n    print('got', event)\n    return event\n"
STUB = "def handler(event, context):\n    raise NotImplementedError('Exercise 1.1')\n"


@pytest.fixture
def said() -> list[Call]:
    return []


@pytest.fixture
def functions(account: Account, said: list[Call]) -> Functions:
    return Functions(account.client, account.place, said.append)


def test_deploying_a_text_makes_a_function_that_answers(functions: Functions):
    """One call gives a role, a function, and a first answer."""
    arn = functions.deploy(ECHO, "echo", {})

    assert "arn:aws:lambda:us-east-1:123456789012:function:echo" == arn
    assert {"a": 1} == functions.invoke("echo", {"a": 1}).payload


def test_deploying_again_brings_code_and_configuration_up_to_date(functions: Functions):
    """The second deployment updates, and the next invocation runs the new code."""
    functions.deploy(ECHO, "echo", {})
    functions.deploy("def handler(event, context):\n    return 2\n", "echo", {"MemorySize": 256})

    answer = functions.invoke("echo", {})

    assert 2 == answer.payload
    assert answer.report is not None
    assert 256 == answer.report.memory_mb


def test_every_call_is_said_in_the_order_it_is_made(functions: Functions, said: list[Call]):
    """What a helper does can be typed by hand."""
    functions.deploy(ECHO, "echo", {})
    functions.invoke("echo", {"a": 1})

    assert ["create_role", "put_role_policy", "create_function"] == [
        call.operation for call in said[:3]
    ]
    assert """Payload='{"a": 1}'""" in str(said[-1])


def test_a_role_given_is_used_and_none_is_made(functions: Functions, account: Account):
    """With Role in the configuration no other role appears."""
    iam = account.client("iam")
    arn = ensure_role(iam, "other", account.place, say=lambda _: None)

    functions.deploy(ECHO, "echo", {"Role": arn})

    assert ["other-role"] == [role["RoleName"] for role in iam.list_roles()["Roles"]]


def test_logs_come_oldest_first_and_none_before_the_first_run(functions: Functions):
    """START, what was printed, END and REPORT of the function's own group."""
    functions.deploy(ECHO, "echo", {})
    assert [] == functions.logs("echo")

    functions.invoke("echo", {"a": 1})

    lines = first_true(lambda: [x for x in functions.logs("echo") if "REPORT" in x], 5)
    assert lines
    log = functions.logs("echo")
    assert log.index("got {'a': 1}") < log.index(lines[0])


def test_the_role_allows_the_function_s_own_logs_and_what_was_asked(account: Account):
    """Least privilege: no star, and one more statement when the lab needs it."""
    iam = account.client("iam")
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}

    first = ensure_role(iam, "echo", account.place, say=lambda _: None)
    second = ensure_role(iam, "echo", account.place, read, say=lambda _: None)

    document = iam.get_role_policy(RoleName="echo-role", PolicyName=POLICY_NAME)["PolicyDocument"]
    statements: list[dict[str, Any]] = (
        document if isinstance(document, dict) else json.loads(document)
    )["Statement"]
    assert first == second
    assert read == statements[1]
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/echo"
    assert [group, f"{group}:*"] == statements[0]["Resource"]
    delete_role(iam, "echo")
    delete_role(iam, "echo")
    assert [] == iam.list_roles()["Roles"]


def test_a_check_leaves_nothing_of_its_own_behind(account: Account, functions: Functions):
    """Functions, roles and logs of a check go with it; the learner's stay."""
    functions.deploy(ECHO, "mine", {})
    session = CheckSession(account, Abilities(account))
    session.deploy(ECHO, "mine")
    session.deploy(ECHO, "check-echo")
    assert 5 == session.invoke("check-echo", 5).payload
    assert session.records(kind="invocation.finished", function="check-echo")
    # a role for a function that then could not be deployed
    assert session.execution_role("check-table").endswith(":role/check-table-role")

    session.close()

    listed = account.client("lambda").list_functions()["Functions"]
    assert ["mine"] == [function["FunctionName"] for function in listed]
    assert ["mine-role"] == [r["RoleName"] for r in account.client("iam").list_roles()["Roles"]]
    assert [] == functions.logs("check-echo")


def test_invoking_an_untouched_stub_in_a_check_is_not_started(account: Account):
    """A starter deployed as it is says so by its own exception."""
    session = CheckSession(account, Abilities(account))
    session.deploy(STUB, "check-stub")

    with pytest.raises(NotStarted):
        session.invoke("check-stub", {})
    session.close()


def test_cleaning_up_names_what_was_there_and_empties_the_account(
    account: Account, functions: Functions
):
    """The card lists functions and roles with the call that deletes each on AWS."""
    functions.deploy(ECHO, "echo", {})

    card = str(clean_up(account, reset=account.reset))

    assert "Functions  echo (on AWS: delete_function" in card
    assert "echo-role" in card
    assert [] == account.client("lambda").list_functions()["Functions"]
    assert "The account was empty" in str(clean_up(account, reset=account.reset))
