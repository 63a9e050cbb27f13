"""What the services around Lambda refuse: codes, statuses and sentences as on AWS."""

from __future__ import annotations

import json
import secrets
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.conformance.refusals import refused
from tests.conformance.roles import make_role, statement

ACCOUNT = "123456789012"
TRUST = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}


def fresh(kind: str) -> str:
    """Return a name that no other test uses."""
    return f"{kind}-{secrets.token_hex(5)}"


def unchecked(cloud: Any, service: str) -> Any:
    """Return a client that sends what the SDK would refuse itself."""
    return cloud.client(service, parameter_validation=False)


def constraint(value: object, member: str, text: str) -> str:
    """Return AWS's sentence about one member."""
    start = f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
    return f"{start}constraint: Member must {text}"


# AssumeRole


@pytest.fixture(scope="module")
def role(cloud: Any) -> str:
    """Return a role that the account may assume, for at most an hour."""
    iam = cloud.client("iam")
    made = iam.create_role(RoleName=fresh("hour"), AssumeRolePolicyDocument=statement(**TRUST))
    return str(made["Role"]["Arn"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"DurationSeconds": 899},
            constraint(899, "durationSeconds", "have value greater than or equal to 900"),
        ),
        (
            {"DurationSeconds": 43_201},
            constraint(43_201, "durationSeconds", "have value less than or equal to 43200"),
        ),
        (
            {"DurationSeconds": 3_601},
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
        (
            {"RoleSessionName": "x"},
            constraint("x", "roleSessionName", "have length greater than or equal to 2"),
        ),
        (
            {"RoleSessionName": "a b"},
            constraint(
                "a b", "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*"
            ),
        ),
        ({"RoleArn": "no-arn-but-long-enough"}, "no-arn-but-long-enough is invalid"),
    ],
)
def test_assume_role_checks_what_it_is_given(
    cloud: Any, role: str, given: dict[str, Any], message: str
):
    """ValidationError, 400, before anybody asks whether the role trusts the caller."""
    call = {"RoleArn": role, "RoleSessionName": "class", **given}

    answer = refused(unchecked(cloud, "sts").assume_role, **call)
    assert (400, "ValidationError", message) == answer


def test_a_role_assumed_by_a_role_lasts_an_hour_at_most(cloud: Any):
    """However long the role's sessions may be otherwise."""
    iam, name = cloud.client("iam"), fresh("half-day")
    arn = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=statement(**TRUST), MaxSessionDuration=43_200
    )["Role"]["Arn"]
    iam.put_role_policy(
        RoleName=name, PolicyName="p", PolicyDocument=statement(Action="sts:*", Resource="*")
    )
    call = {"RoleArn": arn, "RoleSessionName": "first", "DurationSeconds": 7_200}
    sts = cloud.client("sts")
    source = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        boto3.client('sts').assume_role(**event)\n"
        "    except Exception as error:\n"
        "        return error.response['Error']\n"
    )
    caller = make_role(iam, ["sts:AssumeRole"])

    assert sts.assume_role(**call)["Credentials"]
    chained = cloud.run(source, call, Role=caller, Timeout=30).value
    assert "ValidationError" == chained["Code"]
    assert chained["Message"].endswith("1 hour session limit for roles assumed by role chaining")


# IAM


def test_what_iam_does_not_find_is_told_in_its_words(cloud: Any):
    """NoSuchEntity, 404."""
    iam = cloud.client("iam")

    for call, given, words in (
        (iam.get_role, {"RoleName": "none"}, "The role with name none cannot be found."),
        (iam.get_user, {"UserName": "none"}, "The user with name none cannot be found."),
        (iam.get_group, {"GroupName": "none"}, "The group with name none cannot be found."),
    ):
        assert (404, "NoSuchEntity", words) == refused(call, **given)


def test_a_role_cannot_trust_whom_nobody_made(cloud: Any):
    """Of other accounts, and of services, IAM takes every name."""
    iam, nobody = cloud.client("iam"), f"arn:aws:iam::{ACCOUNT}:role/{fresh('nobody')}"
    trusting = statement(Principal={"AWS": nobody}, Action="sts:AssumeRole")

    assert refused(iam.create_role, RoleName=fresh("r"), AssumeRolePolicyDocument=trusting) == (
        400,
        "MalformedPolicyDocument",
        f'Invalid principal in policy: "AWS":"{nobody}"',
    )
    elsewhere = trusting.replace(ACCOUNT, "111122223333")
    assert iam.create_role(RoleName=fresh("r"), AssumeRolePolicyDocument=elsewhere)["Role"]


DENIED = [
    ("sqs", "ListQueues", "sqs:listqueues on resource: arn:aws:sqs:us-east-1:{0}:*"),
    ("dynamodb", "ListTables",
     "dynamodb:ListTables on resource: arn:aws:dynamodb:us-east-1:{0}:table/*"),
    ("iam", "ListUsers", "iam:ListUsers on resource: arn:aws:iam::{0}:user/"),
    ("iam", "ListRoles", "iam:ListRoles on resource: arn:aws:iam::{0}:role/"),
    ("s3", "ListBuckets", "s3:ListAllMyBuckets because"),
    ("lambda", "ListFunctions", "lambda:ListFunctions on resource: *"),
]  # fmt: skip


def test_denials_write_actions_and_resources_as_each_service_does(cloud: Any):
    """SQS in small letters, SNS in capitals; lists by what they are of."""
    topic = cloud.client("sns").create_topic(Name=fresh("topic"))["TopicArn"]
    source = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    said = []\n"
        "    for service, operation, given in event:\n"
        "        try:\n"
        "            client = boto3.client(service)\n"
        "            client._make_api_call(operation, given)\n"
        "        except Exception as error:\n"
        "            said.append(error.response['Error']['Message'])\n"
        "    return said\n"
    )
    calls = [(service, operation, {}) for service, operation, _ in DENIED]
    calls.append(("sns", "Publish", {"TopicArn": topic, "Message": "m"}))
    nobody = make_role(cloud.client("iam"), ["logs:*"])

    said = cloud.run(source, calls, Role=nobody, Timeout=60).value

    wanted = [text.format(ACCOUNT) for _, _, text in DENIED] + [f"SNS:Publish on resource: {topic}"]
    assert len(wanted) == len(said)
    for text, message in zip(wanted, said, strict=True):
        assert f"is not authorized to perform: {text}" in message


# CloudWatch Logs


@pytest.mark.parametrize(
    ("operation", "given", "message"),
    [
        (
            "create_log_group",
            {"logGroupName": "a b"},
            constraint(
                "a b", "logGroupName", r"satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"
            ),
        ),
        (
            "create_log_stream",
            {"logGroupName": "g", "logStreamName": "a:b"},
            constraint("a:b", "logStreamName", "satisfy regular expression pattern: [^:*]*"),
        ),
        (
            "describe_log_groups",
            {"logGroupNamePrefix": "a", "logGroupNamePattern": "b"},
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ),
    ],
)
def test_logs_take_only_what_their_model_allows(
    cloud: Any, operation: str, given: dict[str, Any], message: str
):
    """InvalidParameterException, 400."""
    call = getattr(cloud.client("logs"), operation)

    assert (400, "InvalidParameterException", message) == refused(call, **given)


def test_a_retention_is_one_of_a_list_of_days(cloud: Any):
    """Seven days are, eight are not."""
    logs, group = cloud.client("logs"), fresh("group")
    logs.create_log_group(logGroupName=group)

    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    status, code, message = refused(
        logs.put_retention_policy, logGroupName=group, retentionInDays=8
    )
    assert (400, "InvalidParameterException") == (status, code)
    assert "Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, " in message
    [shown] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert (7, "STANDARD") == (shown["retentionInDays"], shown["logGroupClass"])


def test_groups_are_found_by_a_part_of_their_name_and_by_class(cloud: Any):
    """The pattern fits in any case; an infrequently read group takes no filters."""
    logs, part = cloud.client("logs"), secrets.token_hex(6)
    plain, rare = f"/Shop/{part}/orders", f"/Shop/{part}/rare"
    logs.create_log_group(logGroupName=plain)
    logs.create_log_group(logGroupName=rare, logGroupClass="INFREQUENT_ACCESS")

    def names(**asked: Any) -> list[str]:
        found = logs.describe_log_groups(logGroupNamePattern=f"shop/{part.upper()}", **asked)
        return [group["logGroupName"] for group in found["logGroups"]]

    assert [plain, rare] == names()
    assert [rare] == names(logGroupClass="INFREQUENT_ACCESS")
    first = logs.describe_log_groups(logGroupNamePattern=part, limit=1)
    assert [plain] == [group["logGroupName"] for group in first["logGroups"]]
    assert [rare] == names(nextToken=first["nextToken"])
    transformation = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
    _, code, _ = refused(
        logs.put_metric_filter,
        logGroupName=rare,
        filterName="f",
        filterPattern="",
        metricTransformations=[transformation],
    )
    assert "InvalidOperationException" == code


def test_streams_are_told_apart_from_groups(cloud: Any):
    """A stream that is missing, or there already, is called a stream."""
    logs, group = cloud.client("logs"), fresh("group")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    missing = (400, "ResourceNotFoundException", "The specified log stream does not exist.")

    one, other = ({"logGroupName": group, "logStreamName": stream} for stream in ("s", "none"))
    assert missing == refused(logs.get_log_events, **other)
    assert missing == refused(logs.delete_log_stream, **other)
    assert refused(logs.create_log_stream, **one) == (
        400,
        "ResourceAlreadyExistsException",
        "The specified log stream already exists",
    )


def test_rejected_events_are_told_by_their_place(cloud: Any):
    """The end index is exclusive, the start index inclusive."""
    logs, group = cloud.client("logs"), fresh("group")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    sent = logs.create_log_stream(logGroupName=group, logStreamName="clock")
    now_ms = _moment_ms(sent)
    hour_ms = 3_600_000
    moments = [now_ms - 400 * 24 * hour_ms, now_ms, now_ms + 5 * hour_ms, now_ms + 6 * hour_ms]

    answer = logs.put_log_events(
        logGroupName=group,
        logStreamName="s",
        logEvents=[{"timestamp": moment, "message": "m"} for moment in moments],
    )
    info = answer["rejectedLogEventsInfo"]
    assert (1, 2) == (info["tooOldLogEventEndIndex"], info["tooNewLogEventStartIndex"])


def _moment_ms(answer: Any) -> int:
    """Return when an answer was sent."""
    sent = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    return int(sent.timestamp() * 1000)


# Parameter Store, Secrets Manager, KMS


@pytest.mark.parametrize(
    ("given", "code", "start"),
    [
        (
            {"Value": "x" * 4097},
            "ValidationException",
            "Standard tier parameters support a maximum",
        ),
        ({"Value": "x" * 8193, "Tier": "Advanced"}, "ValidationException", "Advanced tier"),
        (
            {"Value": "1", "AllowedPattern": "[a-z]+"},
            "ParameterPatternMismatchException",
            "Parameter value, cannot be validated against allowedPattern: [a-z]+",
        ),
        ({"Name": "a/b"}, "ValidationException", "Parameter name must be a fully qualified name."),
        ({"Name": "a b"}, "ValidationException", "Parameter name: can't be prefixed with"),
        ({"Name": "/a" * 16}, "HierarchyLevelLimitExceededException", "A hierarchy can have"),
    ],
)
def test_parameters_have_limits(cloud: Any, given: dict[str, Any], code: str, start: str):
    """PutParameter refuses with 400 what Parameter Store would not keep."""
    call = {"Name": f"/{fresh('p')}", "Value": "v", "Type": "String", **given}

    status, told, message = refused(cloud.client("ssm").put_parameter, **call)
    assert (400, code) == (status, told)
    assert message.startswith(start)


def test_intelligent_tiering_takes_the_tier_that_fits(cloud: Any):
    """The answer names the tier that was chosen."""
    ssm = cloud.client("ssm")

    for size, tier in ((4096, "Standard"), (4097, "Advanced")):
        put = ssm.put_parameter(
            Name=f"/{fresh('p')}", Value="x" * size, Type="String", Tier="Intelligent-Tiering"
        )
        assert tier == put["Tier"]


def test_a_path_begins_with_a_slash(cloud: Any):
    """GetParametersByPath says what a name must be like."""
    _, code, message = refused(cloud.client("ssm").get_parameters_by_path, Path="shop")

    assert "ValidationException" == code
    assert message.startswith("The parameter doesn't meet the parameter name requirements.")


def test_a_secret_that_is_to_be_deleted_is_out_of_reach(cloud: Any):
    """Neither read, nor written, nor made again; restored, it is as before."""
    manager, name = cloud.client("secretsmanager"), fresh("secret")
    manager.create_secret(Name=name, SecretString="one")
    manager.delete_secret(SecretId=name)
    marked = (
        400,
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    )

    assert marked == refused(manager.get_secret_value, SecretId=name)
    assert marked == refused(manager.put_secret_value, SecretId=name, SecretString="two")
    assert marked == refused(manager.update_secret, SecretId=name, SecretString="two")
    assert refused(manager.create_secret, Name=name, SecretString="two")[1:] == (
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for "
        "deletion.",
    )
    assert "InvalidRequestException" == refused(manager.delete_secret, SecretId=name)[1]
    manager.restore_secret(SecretId=name)
    assert "one" == manager.get_secret_value(SecretId=name)["SecretString"]


def test_a_version_of_a_secret_is_written_once(cloud: Any):
    """The same token with the same value is the same version; with another value it is refused."""
    manager, name, token = cloud.client("secretsmanager"), fresh("secret"), "t" * 32
    arn = manager.create_secret(Name=name, SecretString="one")["ARN"]
    call = {"SecretId": name, "ClientRequestToken": token, "VersionStages": ["AWSPENDING"]}

    for _ in range(2):
        put = manager.put_secret_value(SecretString="two", **call)
        assert token == put["VersionId"]
    assert refused(manager.put_secret_value, SecretString="three", **call)[1:] == (
        "ResourceExistsException",
        f"You can't use ClientRequestToken {token} because that value is already in use for a "
        f"version of secret {arn}.",
    )
    assert arn == manager.list_secret_version_ids(SecretId=name)["ARN"]


@pytest.mark.parametrize(
    ("operation", "given", "code", "message"),
    [
        (
            "get_secret_value",
            {"VersionStage": "AWSPREVIOUS"},
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
        ),
        (
            "put_secret_value",
            {"SecretString": "a", "SecretBinary": b"b"},
            "InvalidParameterException",
            "You can't specify both a binary secret value and a string secret value in the same "
            "secret.",
        ),
        (
            "put_secret_value",
            {"SecretString": "x" * 65_537},
            "ValidationException",
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
            "Member must have length less than or equal to 65536",
        ),
        (
            "delete_secret",
            {"RecoveryWindowInDays": 6},
            "InvalidParameterException",
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ),
    ],
)
def test_secrets_manager_says_what_is_wrong(
    cloud: Any, operation: str, given: dict[str, Any], code: str, message: str
):
    """In AWS's sentences, without the SDK's preamble."""
    manager, name = cloud.client("secretsmanager"), fresh("secret")
    manager.create_secret(Name=name, SecretString="one")

    assert (400, code, message) == refused(getattr(manager, operation), SecretId=name, **given)


def test_a_key_that_is_switched_off_or_to_be_deleted_is_no_use(cloud: Any):
    """Neither to encrypt nor to decrypt, until it is enabled again."""
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")
    assert ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT") == (
        key["KeyUsage"],
        sealed["EncryptionAlgorithm"],
    )
    calls = (
        (kms.encrypt, {"KeyId": key["KeyId"], "Plaintext": b"text"}),
        (kms.generate_data_key, {"KeyId": key["Arn"], "KeySpec": "AES_256"}),
        (kms.decrypt, {"CiphertextBlob": sealed["CiphertextBlob"]}),
    )

    kms.disable_key(KeyId=key["KeyId"])
    for call, given in calls:
        assert (400, "DisabledException", f"{key['Arn']} is disabled.") == refused(call, **given)
    scheduled = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert ("PendingDeletion", 7) == (scheduled["KeyState"], scheduled["PendingWindowInDays"])
    for call, given in calls:
        pending = (400, "KMSInvalidStateException", f"{key['Arn']} is pending deletion.")
        assert pending == refused(call, **given)
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    assert b"text" == kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"]


def test_what_another_key_encrypted_is_no_business_of_this_one(cloud: Any):
    """IncorrectKeyException; and an alias of AWS's own cannot be made."""
    kms = cloud.client("kms")
    one, other = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    sealed = kms.encrypt(KeyId=one, Plaintext=b"text")["CiphertextBlob"]

    assert "IncorrectKeyException" == refused(kms.decrypt, CiphertextBlob=sealed, KeyId=other)[1]
    alias = refused(kms.create_alias, AliasName=f"alias/aws/{fresh('a')}", TargetKeyId=one)
    assert "NotAuthorizedException" == alias[1]
    days = refused(unchecked(cloud, "kms").schedule_key_deletion, KeyId=one, PendingWindowInDays=6)
    assert "ValidationException" == days[1]


# operations that the account does not have; identifiers of metric math


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        ("logs", "get_log_group_fields", {"logGroupName": "g"}),
        ("cloudwatch", "list_metric_streams", {}),
        ("sts", "decode_authorization_message", {"EncodedMessage": "m"}),
        ("xray", "get_groups", {}),
    ],
)
def test_an_operation_that_is_left_out_says_so(
    cloud: Any, service: str, operation: str, given: dict[str, Any]
):
    """With the same code in every protocol: query, JSON, REST and CBOR."""
    status, code, _ = refused(getattr(cloud.client(service), operation), **given)

    assert (501, "NotImplementedException") == (status, code)


def test_ids_of_metric_queries_begin_with_a_small_letter(cloud: Any):
    """ValidationError names the id and its place."""
    metric = {"Namespace": "N", "MetricName": "m"}
    query = {"Id": "E", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}

    _, code, message = refused(
        cloud.client("cloudwatch").get_metric_data,
        MetricDataQueries=[query],
        StartTime="2026-01-01T00:00:00Z",
        EndTime="2026-01-01T01:00:00Z",
    )
    assert "ValidationError" == code
    assert message.startswith("The value E for parameter MetricDataQueries.member.1.Id is not ")


def test_a_policy_with_a_principal_is_json_as_it_was_sent(cloud: Any):
    """What is stored is what comes back: checking principals changes nothing."""
    iam, name = cloud.client("iam"), fresh("role")
    sent = {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", "arn:aws:iam::111122223333:role/other"]}
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=statement(Principal=sent, Action="sts:AssumeRole"),
    )

    kept = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert json.loads(json.dumps(sent)) == kept["Statement"][0]["Principal"]
