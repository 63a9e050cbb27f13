"""ARNs and keys that a request does not tell, looked up in moto."""

from __future__ import annotations

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends
from moto.kinesis.models import kinesis_backends
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from helpers.cloud.moto_seam.facts_of_services import MotoFacts
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION

REGION = "eu-central-1"
FACTS = MotoFacts()


def test_holders_of_iam_are_found_with_their_paths():
    """Groups and instance profiles as well as users."""
    iam = iam_backends[ACCOUNT_ID][PARTITION]
    made = {
        "user": iam.create_user(REGION, "facts-user", "/a/").arn,
        "group": iam.create_group("facts-group", "/b/").arn,
        "instance-profile": iam.create_instance_profile("facts-profile", "/c/", []).arn,
    }

    found = {kind: FACTS.arn_of(kind, f"facts-{kind.split('-')[-1]}", REGION) for kind in made}
    assert made == found
    assert f"arn:aws:iam::{ACCOUNT_ID}:group/b/facts-group" == found["group"]


def test_a_secret_is_found_with_its_random_suffix():
    """By its name, in its Region only."""
    backend = secretsmanager_backends[ACCOUNT_ID][REGION]
    backend.create_secret("facts/secret", "x", None, None, [], None, None, [], False)

    arn = FACTS.arn_of("secret", "facts/secret", REGION)
    assert arn is not None
    assert f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:facts/secret-" == arn[:-6]
    assert FACTS.arn_of("secret", "facts/secret", "eu-west-3") is None


def test_an_alias_stands_for_its_key():
    """As a name and as an ARN."""
    backend = kms_backends[ACCOUNT_ID][REGION]
    key = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [])
    backend.create_alias(key.id, "alias/facts")
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:alias/facts"

    assert [key.arn] * 2 == [FACTS.arn_of("key", name, REGION) for name in ("alias/facts", arn)]


def test_what_is_encrypted_names_its_customer_key():
    """A secret and a parameter, by id, alias or ARN; AWS's own keys are nobody's to permit."""
    kms, ssm = kms_backends[ACCOUNT_ID][REGION], ssm_backends[ACCOUNT_ID][REGION]
    key = kms.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [])
    kms.create_alias(key.id, "alias/facts-own")
    store = secretsmanager_backends[ACCOUNT_ID][REGION]
    names = {"id": key.id, "arn": key.arn, "alias": "alias/facts-own", "aws": "alias/aws/ssm"}
    for what, key_id in names.items():
        store.create_secret(f"facts-{what}", "x", None, None, [], key_id, None, [], False)
        ssm.put_parameter(
            f"/facts/{what}", "", "x", "SecureString", "", key_id, False, [], "text", None, None
        )
    kinds = {"key-of-secret": "facts-{}", "key-of-parameter": "/facts/{}"}

    for kind, name in kinds.items():
        found = [FACTS.arn_of(kind, name.format(what), REGION) for what in names]
        assert [key.arn, key.arn, key.arn, None] == found
        assert FACTS.arn_of(kind, name.format("nothing"), REGION) is None
    parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/facts/id"
    assert key.arn == FACTS.arn_of("key-of-parameter", parameter, REGION)
    assert key.arn == FACTS.arn_of("key-of-parameter", "/facts/id:1", REGION)


def test_a_shard_iterator_names_its_stream():
    """Text that is no iterator names none."""
    backend = kinesis_backends[ACCOUNT_ID][REGION]
    backend.create_stream("facts-stream", 1)
    iterator = backend.get_shard_iterator(
        None, "facts-stream", "shardId-000000000000", "TRIM_HORIZON", 0, None
    )

    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT_ID}:stream/facts-stream"
    assert arn == FACTS.arn_of("shard-iterator", iterator, REGION)
    assert FACTS.arn_of("shard-iterator", "nonsense", REGION) is None


def test_what_nobody_made_is_not_found():
    """The table of operations then falls back to the name."""
    kinds = ("role", "user", "group", "instance-profile", "secret", "key", "stack", "planet")

    assert {None} == {FACTS.arn_of(kind, "nobody", REGION) for kind in kinds}
    assert "nobody" not in dynamodb_backends[ACCOUNT_ID][REGION].tables
    assert FACTS.hash_key(f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/nobody") is None


@pytest.mark.parametrize("alias", ["alias/aws/s3", "alias/"])
def test_aliases_of_services_and_empty_ones_are_nobodys(alias: str):
    """Looking one up creates nothing."""
    before = len(kms_backends[ACCOUNT_ID]["eu-west-2"].keys)

    assert FACTS.arn_of("key", alias, "eu-west-2") is None
    assert before == len(kms_backends[ACCOUNT_ID]["eu-west-2"].keys)
