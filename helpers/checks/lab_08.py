"""Lab 08, Configuration: variables, versions, parameters, secrets that change."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_08_hidden_key import check_8_3
from helpers.checks.lab_08_predictions import PREDICTIONS
from helpers.checks.lab_08_rotated import check_8_4
from helpers.checks.lab_08_stages import check_8_1
from helpers.checks.lab_08_throttled import check_8_5
from helpers.checks.lab_08_tree import check_8_2

LAB = LabChecks(
    slug="08-configuration",
    can="put settings and secrets where they belong, and change both without losing an order",
    shows=frozenset({Capability.RECORDS, Capability.FAULTS, Capability.IAM_DECISIONS}),
    exercises=(
        Exercise(
            id="8.1",
            title="One code, two stages",
            core=True,
            hints=(
                "Twice the same three steps: set STAGE, publish a version, give it a name.",
                'get_function_configuration(FunctionName=name)["Environment"]["Variables"] are '
                "the variables now; a copy of them with another STAGE is what you send. "
                "After the update, wait with the waiter function_updated_v2, then publish.",
                'For each stage: `Environment={"Variables": {**found, "STAGE": stage}}`, wait, '
                '`version = lambda_.publish_version(FunctionName=name)["Version"]`, then '
                "`lambda_.create_alias(FunctionName=name, Name=stage, FunctionVersion=version)`.",
            ),
            check=check_8_1,
            needs=frozenset({Capability.VERSIONS}),
        ),
        Exercise(
            id="8.2",
            title="A tree of 23",
            core=False,
            hints=(
                "Three parameters of one call and a loop: deeper levels, clear values, next page.",
                'ssm_client.get_paginator("get_parameters_by_path").paginate(Path=…, '
                "Recursive=True, WithDecryption=True) gives page after page; each has "
                '"Parameters".',
                'For every p in page["Parameters"]: '
                '`found[p["Name"].removeprefix(event["path"] + "/")] = p["Value"]`.',
            ),
            check=check_8_2,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="8.3",
            title="The key, out of sight",
            core=True,
            hints=(
                'The variable holds a name: {"SECRET_ID": "shop/payment-key"}. The key stays '
                "where it is.",
                'get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"] is the key. '
                "Give it to charge, and answer with order_id and paid_cents.",
                'The statement: {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", '
                '"Resource": "arn:aws:secretsmanager:us-east-1:123456789012:secret:'
                'shop/payment-key-??????"}.',
            ),
            check=check_8_3,
            needs=frozenset({Capability.LOG_TAIL, Capability.LOGS, Capability.IAM_DECISIONS}),
        ),
        Exercise(
            id="8.4",
            title="A new key, and no order lost",
            core=True,
            hints=(
                "Compare now, time.time(), with the moment until which the key is kept. After "
                'reading, set that moment: now plus float(os.environ["CACHE_SECONDS"]).',
                "try: charge with the kept key. except WrongKey: read the secret whatever its age, "
                "keep that, and charge with it.",
                "`try: paid = charge(payment_key(), event)` and "
                "`except WrongKey: paid = charge(payment_key(fresh=True), event)`: no loop, and "
                "no second except, so that a second WrongKey leaves the handler.",
            ),
            check=check_8_4,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="8.5",
            title="The store is throttled",
            core=False,
            hints=(
                "Keep value and end of its time apart: after the end the value is old, not gone.",
                "Put the reading into try. In except ClientError, go on with the old value; the "
                "end of its time stays in the past, so the next order tries again.",
                '`except ClientError: if "cents" not in known: raise`. What was never read cannot '
                "be invented.",
            ),
            check=check_8_5,
            needs=frozenset({Capability.RECORDS, Capability.FAULTS}),
        ),
    ),
    predictions=PREDICTIONS,
)
