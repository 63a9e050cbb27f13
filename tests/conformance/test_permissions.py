"""Who may do what: users, roles, boundaries, sessions, resource policies, and how AWS says no."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.waiting import until

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
LAMBDA = {"Service": "lambda.amazonaws.com"}


def document(*statements: Mapping[str, Any]) -> str:
    """Return a policy document; statements allow unless they say otherwise."""
    full = [{"Effect": "Allow", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": full})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return a statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return a statement that denies."""
    return allow(action, resource, **more) | {"Effect": "Deny"}


class Caller:
    """Somebody restricted: clients with a key of their own."""

    def __init__(self, cloud: Any, arn: str, credentials: Mapping[str, str]) -> None:
        self.arn = arn
        self._cloud = cloud
        self._credentials = credentials

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """Return a client that signs with this caller's key."""
        return boto3.client(
            service,
            endpoint_url=self._cloud.cloud.endpoint,
            region_name=region,
            config=Config(
                retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}
            ),
            aws_access_key_id=self._credentials["AccessKeyId"],
            aws_secret_access_key=self._credentials["SecretAccessKey"],
            aws_session_token=self._credentials.get("SessionToken"),
        )


class Realm:
    """Makes users, roles and resources with names of their own."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        self.iam = cloud.client("iam")

    def user(self, *statements: Mapping[str, Any], **settings: Any) -> Caller:
        """Make a user with an inline policy and an access key."""
        name = fresh("user")
        user = self.iam.create_user(UserName=name, **settings)["User"]
        if statements:
            self.iam.put_user_policy(
                UserName=name, PolicyName="inline", PolicyDocument=document(*statements)
            )
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return Caller(self.cloud, user["Arn"], key)

    def role(self, *statements: Mapping[str, Any], trust: Any = None, **settings: Any) -> str:
        """Make a role that trusts the account, or whom it is told."""
        name = fresh("role")
        principal = {"AWS": ROOT} if trust is None else trust
        role = self.iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=document({"Principal": principal, "Action": "sts:AssumeRole"}),
            **settings,
        )["Role"]
        if statements:
            self.iam.put_role_policy(
                RoleName=name, PolicyName="inline", PolicyDocument=document(*statements)
            )
        return str(role["Arn"])

    def policy(self, *statements: Mapping[str, Any]) -> str:
        """Make a managed policy; return its ARN."""
        made = self.iam.create_policy(
            PolicyName=fresh("policy"), PolicyDocument=document(*statements)
        )
        return str(made["Policy"]["Arn"])

    def session(self, role_arn: str, *limits: Mapping[str, Any]) -> Caller:
        """Assume a role as the administrator, with a session policy if limits are given."""
        answer = self.cloud.client("sts").assume_role(
            RoleArn=role_arn,
            RoleSessionName="class",
            **({"Policy": document(*limits)} if limits else {}),
        )
        return Caller(self.cloud, answer["AssumedRoleUser"]["Arn"], answer["Credentials"])

    def bucket(self, **objects: bytes) -> str:
        """Make a bucket with objects."""
        name, s3 = fresh("bucket"), self.cloud.client("s3")
        s3.create_bucket(Bucket=name)
        for key, body in objects.items():
            s3.put_object(Bucket=name, Key=key, Body=body)
        return name

    def queue(self) -> tuple[str, str]:
        """Make a queue; return its URL and ARN."""
        name = fresh("queue")
        url = self.cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        return url, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def fresh(kind: str) -> str:
    """Return a name that no other test uses."""
    return f"{kind}-{secrets.token_hex(5)}"


def refused(call: Any, **parameters: Any) -> tuple[str, str, int]:
    """Return code, message and status of a call that fails."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response
    status = error["ResponseMetadata"]["HTTPStatusCode"]
    return error["Error"]["Code"], error["Error"].get("Message", ""), status


@pytest.fixture
def realm(cloud: Any) -> Iterator[Realm]:
    """The account, to make callers in."""
    return Realm(cloud)


# identity policies


def test_a_user_without_policies_may_do_nothing(realm: Realm):
    """The sentence names the user, the action, the resource and the missing policy type."""
    user, bucket = realm.user(), realm.bucket(a=b"1")

    expected = (
        f"User: {user.arn} is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::{bucket}/a" because no identity-based policy allows the s3:GetObject action'
    )
    got = refused(user.client("s3").get_object, Bucket=bucket, Key="a")
    assert ("AccessDenied", expected, 403) == got


def test_ids_tell_what_they_are_of(realm: Realm):
    """A user's id begins with AIDA, a group's with AGPA, a role's with AROA, a key's with AKIA."""
    user, role = realm.user(), realm.role()
    name = user.arn.rsplit("/", 1)[1]
    group = realm.iam.create_group(GroupName=fresh("group"))["Group"]
    ids = {
        "AIDA": user.client("sts").get_caller_identity()["UserId"],
        "AGPA": group["GroupId"],
        "AROA": realm.iam.get_role(RoleName=role.rsplit("/", 1)[1])["Role"]["RoleId"],
        "AKIA": realm.iam.list_access_keys(UserName=name)["AccessKeyMetadata"][0]["AccessKeyId"],
    }
    assert [*ids] == [identifier[:4] for identifier in ids.values()]
    assert ids["AIDA"] == realm.iam.get_user(UserName=name)["User"]["UserId"]
    assert realm.cloud.client("sts").get_caller_identity()["UserId"].startswith("AIDA")


def test_inline_attached_and_group_policies_add_up(realm: Realm):
    """Each of the three allows one bucket, and together they allow no more."""
    buckets = [realm.bucket(a=b"1") for _ in range(4)]
    grants = [allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*") for bucket in buckets]
    user = realm.user(grants[0])
    name, group = user.arn.rsplit("/", 1)[1], fresh("group")
    realm.iam.attach_user_policy(UserName=name, PolicyArn=realm.policy(grants[1]))
    realm.iam.create_group(GroupName=group)
    realm.iam.add_user_to_group(GroupName=group, UserName=name)
    realm.iam.attach_group_policy(GroupName=group, PolicyArn=realm.policy(grants[2]))

    s3 = user.client("s3")
    assert [b"1"] * 3 == [s3.get_object(Bucket=b, Key="a")["Body"].read() for b in buckets[:3]]
    assert "AccessDenied" == refused(s3.get_object, Bucket=buckets[3], Key="a")[0]


def test_an_explicit_deny_wins(realm: Realm):
    """Whatever allows it, and the message says so."""
    bucket = realm.bucket(a=b"1")
    user = realm.user(allow("s3:*"), deny("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))

    _, message, _ = refused(user.client("s3").get_object, Bucket=bucket, Key="a")
    assert message.endswith("with an explicit deny in an identity-based policy")


def test_not_action_and_not_resource_allow_the_rest(realm: Realm):
    """NotAction leaves out the actions it names, NotResource the resources."""
    first, second = realm.bucket(a=b"1"), realm.bucket(a=b"2")
    user = realm.user(
        {"Effect": "Allow", "NotAction": "s3:Delete*", "NotResource": f"arn:aws:s3:::{second}/*"}
    )

    s3 = user.client("s3")
    assert b"1" == s3.get_object(Bucket=first, Key="a")["Body"].read()
    assert "AccessDenied" == refused(s3.delete_object, Bucket=first, Key="a")[0]
    assert "AccessDenied" == refused(s3.get_object, Bucket=second, Key="a")[0]


def test_actions_ignore_case_and_arns_do_not(realm: Realm):
    """S3:getobject is the same action; a key in another case is another object."""
    bucket = realm.bucket(a=b"1", A=b"2")
    user = realm.user(allow("S3:getobject", f"arn:aws:s3:::{bucket}/a"))

    s3 = user.client("s3")
    assert b"1" == s3.get_object(Bucket=bucket, Key="a")["Body"].read()
    assert "AccessDenied" == refused(s3.get_object, Bucket=bucket, Key="A")[0]


# conditions


@pytest.mark.parametrize(("network", "allowed"), [("127.0.0.0/8", True), ("10.0.0.0/8", False)])
def test_source_ip_limits_from_where(realm: Realm, network: str, allowed: bool):
    """IpAddress compares the caller's address with a network."""
    condition = {"IpAddress": {"aws:SourceIp": network}}
    sqs = realm.user(allow("sqs:ListQueues", Condition=condition)).client("sqs")

    if allowed:
        assert 200 == sqs.list_queues()["ResponseMetadata"]["HTTPStatusCode"]
    else:
        assert "AccessDenied" in refused(sqs.list_queues)[0]


def test_listing_is_limited_by_prefix(realm: Realm):
    """s3:prefix is what ListObjectsV2 asks for."""
    bucket = realm.bucket(a=b"1")
    condition = {"StringLike": {"s3:prefix": "home/${aws:username}/*"}}
    user = realm.user(allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition=condition))
    s3, name = user.client("s3"), user.arn.rsplit("/", 1)[1]

    mine = s3.list_objects_v2(Bucket=bucket, Prefix=f"home/{name}/")
    assert 0 == mine["KeyCount"]
    assert "AccessDenied" == refused(s3.list_objects_v2, Bucket=bucket, Prefix="home/")[0]
    assert "AccessDenied" == refused(s3.list_objects_v2, Bucket=bucket)[0]


def test_leading_keys_limit_items_of_a_table(realm: Realm):
    """dynamodb:LeadingKeys is the partition key of the item."""
    table = fresh("table")
    realm.cloud.client("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "owner", "AttributeType": "S"}],
    )
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ana"]}}
    user = realm.user(allow("dynamodb:PutItem", "*", Condition=condition))
    dynamodb = user.client("dynamodb")

    dynamodb.put_item(TableName=table, Item={"owner": {"S": "ana"}})
    other = refused(dynamodb.put_item, TableName=table, Item={"owner": {"S": "ben"}})
    assert ("AccessDeniedException", 400) == (other[0], other[2])


def test_tags_of_principal_request_and_resource_decide(realm: Realm):
    """aws:PrincipalTag, aws:RequestTag and aws:ResourceTag compare with one another."""
    condition = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    user = realm.user(
        allow("sqs:SendMessage", Condition=condition), Tags=[{"Key": "team", "Value": "blue"}]
    )
    admin = realm.cloud.client("sqs")
    blue = admin.create_queue(QueueName=fresh("queue"), tags={"team": "blue"})["QueueUrl"]
    red = admin.create_queue(QueueName=fresh("queue"), tags={"team": "red"})["QueueUrl"]

    sqs = user.client("sqs")
    assert sqs.send_message(QueueUrl=blue, MessageBody="x")["MessageId"]
    assert "AccessDenied" in refused(sqs.send_message, QueueUrl=red, MessageBody="x")[0]


# boundaries and sessions


def test_a_boundary_takes_back_what_it_does_not_allow(realm: Realm):
    """The role's policy allows S3 and SQS, the boundary S3 only."""
    bucket = realm.bucket(a=b"1")
    boundary = realm.policy(allow("s3:*"))
    role = realm.role(allow(["s3:*", "sqs:*"]), PermissionsBoundary=boundary)
    session = realm.session(role)

    assert b"1" == session.client("s3").get_object(Bucket=bucket, Key="a")["Body"].read()
    _, message, _ = refused(session.client("sqs").list_queues)
    assert message.endswith("because no permissions boundary allows the sqs:listqueues action")


def test_a_session_policy_limits_the_session(realm: Realm):
    """Only what both role and session policy allow is allowed."""
    bucket = realm.bucket(a=b"1")
    session = realm.session(realm.role(allow("s3:*")), allow("s3:ListBucket"))

    s3 = session.client("s3")
    assert 1 == s3.list_objects_v2(Bucket=bucket)["KeyCount"]
    _, message, _ = refused(s3.get_object, Bucket=bucket, Key="a")
    assert message.endswith("because no session policy allows the s3:GetObject action")


def test_session_tags_are_tags_of_the_principal_and_transitive_ones_are_inherited(realm: Realm):
    """A tag of the session overrides the role's; a role assumed by it gets what is passed on."""
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    trusting = realm.role(allow("s3:ListAllMyBuckets", Condition=tagged), trust={"AWS": "*"})
    realm.iam.update_assume_role_policy(
        RoleName=trusting.rsplit("/", 1)[1],
        PolicyDocument=document(
            {"Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
        ),
    )
    sts = realm.cloud.client("sts")

    def session(client: Any, *keys: str, **more: Any) -> Caller:
        tags = [{"Key": key, "Value": "blue"} for key in keys]
        answer = client.assume_role(
            RoleArn=trusting, RoleSessionName="class", **({"Tags": tags} if tags else {}), **more
        )
        return Caller(realm.cloud, answer["AssumedRoleUser"]["Arn"], answer["Credentials"])

    assert "AccessDenied" == refused(session(sts).client("s3").list_buckets)[0]
    first = session(sts, "team", TransitiveTagKeys=["team"])
    assert first.client("s3").list_buckets()["Buckets"] is not None
    second = session(first.client("sts"))
    assert second.client("s3").list_buckets()["Buckets"] is not None
    code, message, _ = refused(
        first.client("sts").assume_role,
        RoleArn=trusting,
        RoleSessionName="class",
        Tags=[{"Key": "team", "Value": "red"}],
    )
    assert "InvalidParameterValue" == code
    assert message.endswith("from the calling session: team")


def test_a_session_of_a_user_may_what_the_user_may_but_not_iam(realm: Realm):
    """GetSessionToken's keys act as the user; without MFA they do not reach IAM."""
    user = realm.user(allow(["s3:ListAllMyBuckets", "iam:ListUsers", "sts:*"]))
    credentials = user.client("sts").get_session_token()["Credentials"]
    session = Caller(realm.cloud, user.arn, credentials)

    assert user.arn == session.client("sts").get_caller_identity()["Arn"]
    assert session.client("s3").list_buckets()["Buckets"] is not None
    assert "AccessDenied" == refused(session.client("sqs").list_queues)[0].removesuffix("Exception")
    assert "AccessDenied" == refused(session.client("iam").list_users)[0]
    code, message, _ = refused(session.client("sts").get_session_token)
    assert ("AccessDenied", "Cannot call GetSessionToken with session credentials") == (
        code,
        message,
    )


def test_a_federated_user_may_what_user_and_session_policy_allow(realm: Realm):
    """GetFederationToken's keys do nothing without a policy, and never more than the user."""
    user = realm.user(allow(["s3:ListAllMyBuckets", "sts:GetFederationToken"]))

    def federated(**more: Any) -> Caller:
        answer = user.client("sts").get_federation_token(Name="ana", **more)
        return Caller(realm.cloud, answer["FederatedUser"]["Arn"], answer["Credentials"])

    nothing, some = federated(), federated(Policy=document(allow(["s3:*", "sqs:*"])))
    assert f"arn:aws:sts::{ACCOUNT}:federated-user/ana" == some.arn
    assert some.arn == some.client("sts").get_caller_identity()["Arn"]
    assert some.client("s3").list_buckets()["Buckets"] is not None
    assert "AccessDenied" == refused(nothing.client("s3").list_buckets)[0]
    assert "AccessDenied" in refused(some.client("sqs").list_queues)[0]


def test_a_token_of_an_identity_provider_opens_nothing(realm: Realm):
    """Its signature cannot be verified without a network, so it is refused with AWS's words."""
    role = realm.role(allow("*"), trust={"Federated": "cognito-identity.amazonaws.com"})
    unsigned = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}, proxies={})
    sts = boto3.client(
        "sts",
        endpoint_url=realm.cloud.cloud.endpoint,
        region_name="us-east-1",
        config=unsigned,
    )

    code, message, status = refused(
        sts.assume_role_with_web_identity,
        RoleArn=role,
        RoleSessionName="stranger",
        WebIdentityToken="made.up.token",
    )

    assert ("InvalidIdentityToken", 400) == (code, status)
    assert message.startswith("Couldn't retrieve verification key from your identity provider")


def test_a_key_that_was_deactivated_or_whose_user_is_gone_opens_nothing(realm: Realm):
    """Each family of services has its code for it."""
    user = realm.user(allow("*"))
    name, key = user.arn.rsplit("/", 1)[1], user._credentials["AccessKeyId"]
    realm.iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")

    assert "InvalidClientTokenId" == refused(user.client("sts").get_caller_identity)[0]
    assert "InvalidAccessKeyId" == refused(user.client("s3").list_buckets)[0]
    assert "UnrecognizedClientException" == refused(user.client("lambda").list_functions)[0]
    realm.iam.update_access_key(UserName=name, AccessKeyId=key, Status="Active")
    assert user.arn == user.client("sts").get_caller_identity()["Arn"]
    realm.iam.delete_user_policy(UserName=name, PolicyName="inline")
    realm.iam.delete_user(UserName=name)
    assert "InvalidClientTokenId" == refused(user.client("sts").get_caller_identity)[0]


def test_a_session_ends_with_its_role(realm: Realm):
    """A deleted role leaves no session that works."""
    role = realm.role()
    session = realm.session(role)
    realm.iam.delete_role(RoleName=role.rsplit("/", 1)[1])

    assert "InvalidClientTokenId" == refused(session.client("sts").get_caller_identity)[0]


# trust


def test_a_role_is_assumed_when_identity_and_trust_allow(realm: Realm):
    """A role that trusts the account leaves it to the account's own policies."""
    role = realm.role(allow("s3:ListAllMyBuckets"))
    may, may_not = realm.user(allow("sts:AssumeRole", role)), realm.user()

    assert may.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    code, message, status = refused(
        may_not.client("sts").assume_role, RoleArn=role, RoleSessionName="session"
    )
    assert ("AccessDenied", 403) == (code, status)
    assert message.endswith("because no identity-based policy allows the sts:AssumeRole action")


def test_a_role_that_names_a_user_needs_nothing_else(realm: Realm):
    """In one account the trust policy alone may grant."""
    user = realm.user()
    role = realm.role(trust={"AWS": user.arn})

    assert user.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]


@pytest.mark.parametrize("whoever", ["administrator", "user"])
def test_a_role_for_lambda_is_assumed_by_nobody_else(realm: Realm, whoever: str):
    """Not even by who may do everything: the trust policy always has to allow."""
    role = realm.role(trust=LAMBDA)
    caller = realm.user(allow("*")) if whoever == "user" else realm.cloud

    got = refused(caller.client("sts").assume_role, RoleArn=role, RoleSessionName="session")
    assert "AccessDenied" == got[0]
    assert "because no role trust policy allows the sts:AssumeRole action" in got[1]


def test_a_role_may_name_the_administrator(realm: Realm):
    """By the ARN that GetCallerIdentity tells."""
    sts = realm.cloud.client("sts")
    role = realm.role(trust={"AWS": sts.get_caller_identity()["Arn"]})

    assert sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    user = realm.user(allow("*")).client("sts")
    assert "AccessDenied" == refused(user.assume_role, RoleArn=role, RoleSessionName="session")[0]


def test_a_role_that_does_not_exist_is_refused_alike(realm: Realm):
    """AWS does not tell whether there is such a role."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/nobody"

    got = refused(realm.cloud.client("sts").assume_role, RoleArn=arn, RoleSessionName="session")
    assert "AccessDenied" == got[0]


def test_an_external_id_is_a_condition_of_the_trust(realm: Realm):
    """sts:ExternalId is what AssumeRole brings."""
    role = realm.role()
    condition = {"StringEquals": {"sts:ExternalId": "shared"}}
    statement = {"Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole", "Condition": condition}
    realm.iam.update_assume_role_policy(
        RoleName=role.rsplit("/", 1)[1], PolicyDocument=document(statement)
    )

    sts = realm.cloud.client("sts")
    told = sts.assume_role(RoleArn=role, RoleSessionName="session", ExternalId="shared")
    assert told["Credentials"]
    assert "AccessDenied" == refused(sts.assume_role, RoleArn=role, RoleSessionName="session")[0]


# resource policies


def test_a_bucket_policy_grants_and_denies(realm: Realm):
    """It opens the bucket to a user without policies, and closes it to one with all."""
    bucket, user, strong = realm.bucket(a=b"1"), realm.user(), realm.user(allow("s3:*"))
    realm.cloud.client("s3").put_bucket_policy(
        Bucket=bucket,
        Policy=document(
            allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": user.arn}),
            deny("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": strong.arn}),
        ),
    )

    assert b"1" == user.client("s3").get_object(Bucket=bucket, Key="a")["Body"].read()
    _, message, _ = refused(strong.client("s3").get_object, Bucket=bucket, Key="a")
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_not_principal_denies_everybody_else(realm: Realm):
    """The user and its account are listed, so they are left out of the deny."""
    bucket = realm.bucket(a=b"1")
    one, other = realm.user(allow("s3:*")), realm.user(allow("s3:*"))
    realm.cloud.client("s3").put_bucket_policy(
        Bucket=bucket,
        Policy=document(
            {
                "Effect": "Deny",
                "NotPrincipal": {"AWS": [one.arn, ROOT]},
                "Action": "s3:*",
                "Resource": f"arn:aws:s3:::{bucket}/*",
            }
        ),
    )

    assert b"1" == one.client("s3").get_object(Bucket=bucket, Key="a")["Body"].read()
    assert "AccessDenied" == refused(other.client("s3").get_object, Bucket=bucket, Key="a")[0]


def test_a_copy_asks_the_policy_of_each_bucket(realm: Realm):
    """The destination's policy grants nothing on the source."""
    source, destination, user = realm.bucket(a=b"1"), realm.bucket(), realm.user()
    admin = realm.cloud.client("s3")
    admin.put_bucket_policy(
        Bucket=destination,
        Policy=document(
            allow(
                ["s3:PutObject", "s3:GetObject"],
                f"arn:aws:s3:::{destination}/*",
                Principal={"AWS": user.arn},
            )
        ),
    )
    copy = {"Bucket": destination, "Key": "a", "CopySource": f"{source}/a"}

    _, message, _ = refused(user.client("s3").copy_object, **copy)
    assert f's3:GetObject on resource: "arn:aws:s3:::{source}/a"' in message
    admin.put_bucket_policy(
        Bucket=source,
        Policy=document(
            allow("s3:GetObject", f"arn:aws:s3:::{source}/*", Principal={"AWS": user.arn})
        ),
    )
    assert user.client("s3").copy_object(**copy)["CopyObjectResult"]


def test_a_deleted_object_of_a_bucket_with_a_policy(realm: Realm):
    """A delete marker has no ACL: its versions are deleted as any other."""
    bucket, s3 = realm.bucket(), realm.cloud.client("s3")
    statement = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": ACCOUNT})
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statement))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="a")

    s3.delete_object(Bucket=bucket, Key="a", VersionId=version)

    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


def test_a_queue_policy_grants(realm: Realm):
    """To the user it names, for the action it names."""
    user, (url, arn) = realm.user(), realm.queue()
    realm.cloud.client("sqs").set_queue_attributes(
        QueueUrl=url,
        Attributes={"Policy": document(allow("sqs:SendMessage", arn, Principal={"AWS": user.arn}))},
    )

    sqs = user.client("sqs")
    assert sqs.send_message(QueueUrl=url, MessageBody="x")["MessageId"]
    assert "AccessDenied" in refused(sqs.receive_message, QueueUrl=url)[0]


def test_a_topic_policy_grants(realm: Realm):
    """The default policy of a topic grants nothing to users without policies."""
    user, sns = realm.user(), realm.cloud.client("sns")
    arn = sns.create_topic(Name=fresh("topic"))["TopicArn"]

    got = refused(user.client("sns").publish, TopicArn=arn, Message="x")
    assert ("AuthorizationError", 403) == (got[0], got[2])
    sns.set_topic_attributes(
        TopicArn=arn,
        AttributeName="Policy",
        AttributeValue=document(allow("sns:Publish", arn, Principal={"AWS": user.arn})),
    )
    assert user.client("sns").publish(TopicArn=arn, Message="x")["MessageId"]


def test_a_key_policy_always_has_to_allow(realm: Realm):
    """The default one hands the decision to the account; another one may not."""
    kms = realm.cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName=(alias := f"alias/{fresh('key')}"), TargetKeyId=key["KeyId"])
    user = realm.user(allow("kms:Encrypt", key["Arn"]))

    mine = user.client("kms")
    assert mine.encrypt(KeyId=alias, Plaintext=b"x")["CiphertextBlob"]
    only_put = allow("kms:PutKeyPolicy", "*", Principal={"AWS": ROOT})
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=document(only_put))
    code, message, status = refused(mine.encrypt, KeyId=key["KeyId"], Plaintext=b"x")
    assert ("AccessDeniedException", 400) == (code, status)
    assert message.endswith("because no resource-based policy allows the kms:Encrypt action")


def test_a_secret_is_asked_for_by_its_whole_arn(realm: Realm):
    """A name becomes the ARN with its random suffix; the secret's policy may grant too."""
    manager, name = realm.cloud.client("secretsmanager"), fresh("secret")
    arn = manager.create_secret(Name=name, SecretString="x")["ARN"]
    by_arn = realm.user(allow("secretsmanager:GetSecretValue", arn))
    by_prefix = realm.user(allow("secretsmanager:GetSecretValue", arn[:-6] + "??????"))
    nobody = realm.user()

    for user in (by_arn, by_prefix):
        got = user.client("secretsmanager").get_secret_value(SecretId=name)
        assert "x" == got["SecretString"]
    asking = nobody.client("secretsmanager").get_secret_value
    assert f"on resource: {arn} because" in refused(asking, SecretId=name)[1]
    grant = allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": nobody.arn})
    manager.put_resource_policy(SecretId=name, ResourcePolicy=document(grant))
    assert "x" == asking(SecretId=name)["SecretString"]


HELLO = "def handler(event, context):\n    return 'hello'\n"


def test_a_function_policy_grants_calls_of_what_it_names(realm: Realm):
    """A statement for an alias matches only calls to that alias."""
    user, lambdas = realm.user(), realm.cloud.functions
    name = realm.cloud.deploy(HELLO)
    version = lambdas.publish_version(FunctionName=name)["Version"]
    lambdas.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    lambdas.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="one",
        Action="lambda:InvokeFunction",
        Principal=user.arn,
    )

    mine = user.client("lambda")
    assert 200 == mine.invoke(FunctionName=name, Qualifier="live")["StatusCode"]
    assert "AccessDeniedException" == refused(mine.invoke, FunctionName=name)[0]
    got = refused(mine.invoke, FunctionName=name, Qualifier=version)
    assert ("AccessDeniedException", 403) == (got[0], got[2])
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}:{version}"
    assert f"lambda:InvokeFunction on resource: {arn} because" in got[1]


def test_a_function_policy_may_name_the_account(realm: Realm):
    """Then the user's own policies still have to allow, which in one account they add to."""
    user, name = realm.user(), realm.cloud.deploy(HELLO)
    realm.cloud.functions.add_permission(
        FunctionName=name, StatementId="one", Action="lambda:InvokeFunction", Principal=ACCOUNT
    )

    assert "AccessDeniedException" == refused(user.client("lambda").invoke, FunctionName=name)[0]


# PassRole and function code


def test_creating_a_function_needs_pass_role(realm: Realm):
    """iam:PassRole on that very role, to lambda.amazonaws.com."""
    role, other = realm.role(trust=LAMBDA), realm.role(trust=LAMBDA)
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    user = realm.user(allow("lambda:*"), allow("iam:PassRole", role, Condition=condition)).client(
        "lambda"
    )
    name = realm.cloud.deploy(HELLO)

    updated = user.update_function_configuration(FunctionName=name, Role=role)
    assert role == updated["Role"]
    got = refused(user.update_function_configuration, FunctionName=name, Role=other)
    assert ("AccessDeniedException", 403) == (got[0], got[2])
    assert f"iam:PassRole on resource: {other} because no identity-based policy" in got[1]
    code = realm.cloud.functions.get_function(FunctionName=name)["Configuration"]
    got = refused(
        user.create_function,
        FunctionName=fresh("f"),
        Role=other,
        Runtime=code["Runtime"],
        Handler="app.handler",
        Code={"ZipFile": b"PK"},
    )
    assert "iam:PassRole" in got[1]


CALLS_SQS = """
import boto3

def handler(event, context):
    return len(boto3.client("sqs").send_message(QueueUrl=event, MessageBody="x")["MessageId"])
"""


def test_calls_of_function_code_name_their_function(realm: Realm):
    """lambda:SourceFunctionArn tells two functions with one role apart."""
    url, _ = realm.queue()
    role = realm.role(trust=LAMBDA)
    one, other = (realm.cloud.deploy(CALLS_SQS, Role=role, Timeout=30) for _ in range(2))
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{one}"
    condition = {"ArnEquals": {"lambda:SourceFunctionArn": arn}}
    realm.iam.put_role_policy(
        RoleName=role.rsplit("/", 1)[1],
        PolicyName="inline",
        PolicyDocument=document(allow("sqs:SendMessage", Condition=condition)),
    )

    assert 36 == realm.cloud.invoke(one, url).value
    failed = realm.cloud.invoke(other, url)
    assert "is not authorized to perform: sqs:sendmessage" in failed.value["errorMessage"]


# refusals and records


def test_a_kept_permission_to_invoke_ends_with_what_gave_it(realm: Realm):
    """Calls that were allowed before are denied at once when a policy or tag changed."""
    name, functions = realm.cloud.deploy(HELLO), realm.cloud.client("lambda")
    arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    user = realm.user(allow("lambda:InvokeFunction", arn))
    client, user_name = user.client("lambda"), user.arn.rsplit("/", 1)[1]

    def put(policy: str, statement: Mapping[str, Any]) -> None:
        realm.iam.put_user_policy(
            UserName=user_name, PolicyName=policy, PolicyDocument=document(statement)
        )

    def allowed() -> bool:
        try:
            client.invoke(FunctionName=name)
        except ClientError as error:
            return "AccessDeniedException" != error.response["Error"]["Code"]
        return True

    assert [True, True] == [allowed(), allowed()]
    put("no", deny("lambda:InvokeFunction", arn))
    assert not allowed()
    realm.iam.delete_user_policy(UserName=user_name, PolicyName="no")
    assert [True, True] == [allowed(), allowed()]
    closed = {"StringEquals": {"aws:ResourceTag/closed": "yes"}}
    put("tag", deny("lambda:InvokeFunction", Condition=closed))
    assert [True, True] == [allowed(), allowed()]
    functions.tag_resource(Resource=arn, Tags={"closed": "yes"})
    assert not allowed()


def test_every_use_of_a_permission_is_recorded(realm: Realm):
    """A decision that was kept is recorded each time it is used."""
    name, user = realm.cloud.deploy(HELLO), realm.user(allow("lambda:InvokeFunction"))
    client = user.client("lambda")

    for _ in range(3):
        client.invoke(FunctionName=name)

    kept = realm.cloud.cloud.records()["records"]
    mine = [r for r in kept if r["kind"] == "decision" and r["principal"] == user.arn]
    assert 3 == len(mine)
    assert 1 == len({json.dumps(r["statement"], sort_keys=True) for r in mine})


def test_a_permission_that_ends_by_the_clock_is_asked_each_time(realm: Realm):
    """A policy that looks at the time is never remembered."""
    name = realm.cloud.deploy(HELLO)
    limit = {"NumericLessThan": {"aws:EpochTime": str(int(time.time() + 2))}}
    client = realm.user(allow("lambda:InvokeFunction", Condition=limit)).client("lambda")

    def ended() -> bool:
        try:
            client.invoke(FunctionName=name)
        except ClientError as error:
            return "AccessDeniedException" == error.response["Error"]["Code"]
        return False

    until(ended, said=lambda: "the permission did not end")


def test_an_unmapped_operation_is_refused_with_a_message_that_says_so(realm: Realm):
    """In each protocol, and only to restricted callers."""
    user = realm.user(allow("*"))
    calls = [
        (user.client("cloudwatch").list_metric_streams, "AccessDenied"),
        (user.client("ecr").describe_repositories, "AccessDeniedException"),
        (user.client("ec2").describe_vpcs, "UnauthorizedOperation"),
    ]

    for call, code in calls:
        got = refused(call)
        assert code == got[0]
        assert "the local account does not know which permission this operation needs" in got[1]


def test_every_decision_is_recorded_with_its_statement(realm: Realm):
    """Also the allowed ones; an implicit deny has no statement."""
    bucket = realm.bucket(a=b"1")
    user = realm.user(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/a", Sid="ReadOne"))
    user.client("s3").get_object(Bucket=bucket, Key="a")
    refused(user.client("s3").delete_object, Bucket=bucket, Key="a")

    decisions = [
        r
        for r in realm.cloud.cloud.records()["records"]
        if r["kind"] == "decision" and r["principal"] == user.arn
    ]
    assert [("s3:GetObject", True), ("s3:DeleteObject", False)] == [
        (d["action"], d["allowed"]) for d in decisions
    ]
    assert "ReadOne" == decisions[0]["statement"]["name"]
    assert decisions[1]["statement"] is None


# malformed policies

BAD = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}'


def test_malformed_policies_are_refused_when_they_are_stored(realm: Realm):
    """Each service has its code; nothing of it is stored."""
    role, bucket, (url, _) = realm.role(), realm.bucket(), realm.queue()
    name = role.rsplit("/", 1)[1]
    client = realm.cloud.client
    topic = client("sns").create_topic(Name=fresh("topic"))["TopicArn"]
    secret = client("secretsmanager").create_secret(Name=fresh("secret"), SecretString="x")["ARN"]
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    put_policy = {"RoleName": name, "PolicyName": "p", "PolicyDocument": BAD}
    policy = {"AttributeName": "Policy", "AttributeValue": BAD}

    iam = "MalformedPolicyDocument"
    got = [
        refused(realm.iam.put_role_policy, **put_policy)[0],
        refused(realm.iam.create_policy, PolicyName=fresh("p"), PolicyDocument=BAD)[0],
        refused(realm.iam.create_role, RoleName=fresh("r"), AssumeRolePolicyDocument=BAD)[0],
        refused(realm.iam.update_assume_role_policy, RoleName=name, PolicyDocument=BAD)[0],
        refused(client("sts").assume_role, RoleArn=role, RoleSessionName="session", Policy=BAD)[0],
        refused(client("s3").put_bucket_policy, Bucket=bucket, Policy=BAD)[0],
        refused(client("sqs").set_queue_attributes, QueueUrl=url, Attributes={"Policy": BAD})[0],
        refused(client("sns").set_topic_attributes, TopicArn=topic, **policy)[0],
        refused(client("kms").put_key_policy, KeyId=key, PolicyName="default", Policy=BAD)[0],
        refused(client("secretsmanager").put_resource_policy, SecretId=secret, ResourcePolicy=BAD)[
            0
        ],
    ]
    services = ["MalformedPolicy", "InvalidAttributeValue", "InvalidParameter"]
    services += ["MalformedPolicyDocumentException"] * 2
    assert [iam] * 5 + services == got
    assert [] == realm.iam.list_role_policies(RoleName=name)["PolicyNames"]


def test_a_boundary_of_a_user_takes_back_too(realm: Realm):
    """Given at creation or later; without it the user's own policies decide alone."""
    boundary = realm.policy(allow("s3:*"))
    user = realm.user(allow("sqs:*"), PermissionsBoundary=boundary)
    name, sqs = user.arn.rsplit("/", 1)[1], user.client("sqs")

    assert "no permissions boundary allows the sqs:listqueues" in refused(sqs.list_queues)[1]
    shown = realm.iam.get_user(UserName=name)["User"]["PermissionsBoundary"]
    assert boundary == shown["PermissionsBoundaryArn"]
    realm.iam.delete_user_permissions_boundary(UserName=name)
    assert 200 == sqs.list_queues()["ResponseMetadata"]["HTTPStatusCode"]
    realm.iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    assert "AccessDenied" in refused(sqs.list_queues)[0]


def test_managed_session_policies_limit_the_session(realm: Realm):
    """PolicyArns of AssumeRole limit as an inline session policy does."""
    role, bucket = realm.role(allow("s3:*")), realm.bucket(a=b"1")
    answer = realm.cloud.client("sts").assume_role(
        RoleArn=role,
        RoleSessionName="session",
        PolicyArns=[{"arn": realm.policy(allow("s3:ListBucket"))}],
    )
    s3 = Caller(realm.cloud, "", answer["Credentials"]).client("s3")

    assert 1 == s3.list_objects_v2(Bucket=bucket)["KeyCount"]
    assert "because no session policy allows" in refused(s3.get_object, Bucket=bucket, Key="a")[1]


def test_a_bucket_policy_may_lock_the_administrator_out_and_be_undone(realm: Realm):
    """A deny for everybody is one for the administrator; the policy itself stays in reach."""
    bucket, s3 = realm.bucket(a=b"1"), realm.cloud.client("s3")
    lock = deny("s3:*", [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"], Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(lock))

    assert "explicit deny" in refused(s3.get_object, Bucket=bucket, Key="a")[1]
    s3.delete_bucket_policy(Bucket=bucket)
    assert b"1" == s3.get_object(Bucket=bucket, Key="a")["Body"].read()


# simulation


def test_custom_policies_are_simulated(realm: Realm):
    """Each action on each resource, with the policy that decided and what was not told."""
    condition = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
    bucket = "arn:aws:s3:::bucket"
    answer = realm.iam.simulate_custom_policy(
        PolicyInputList=[
            document(allow("s3:GetObject", f"{bucket}/*"), deny("s3:*", f"{bucket}/b")),
            document(allow("sqs:*", Condition=condition)),
        ],
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=[f"{bucket}/a", f"{bucket}/b"],
    )

    got = [
        (
            result["EvalActionName"],
            result["EvalResourceName"][-1],
            result["EvalDecision"],
            [matched["SourcePolicyId"] for matched in result["MatchedStatements"]],
        )
        for result in answer["EvaluationResults"]
    ]
    assert [
        ("s3:GetObject", "a", "allowed", ["PolicyInputList.1"]),
        ("s3:GetObject", "b", "explicitDeny", ["PolicyInputList.1"]),
        ("s3:PutObject", "a", "implicitDeny", []),
        ("s3:PutObject", "b", "explicitDeny", ["PolicyInputList.1"]),
    ] == got
    missing = answer["EvaluationResults"][0]["MissingContextValues"]
    assert ["aws:ResourceTag/team"] == missing


def test_a_principal_is_simulated_with_its_policies(realm: Realm):
    """Boundary and context count; the answer is the one the call itself would get."""
    boundary = realm.policy(allow("sqs:ListQueues"))
    condition = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    user = realm.user(allow("sqs:*", Condition=condition), PermissionsBoundary=boundary)

    def simulated(**more: Any) -> list[tuple[str, bool]]:
        answer = realm.iam.simulate_principal_policy(
            PolicySourceArn=user.arn, ActionNames=["sqs:ListQueues", "sqs:SendMessage"], **more
        )
        return [
            (
                result["EvalDecision"],
                result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"],
            )
            for result in answer["EvaluationResults"]
        ]

    address = {
        "ContextKeyName": "aws:SourceIp",
        "ContextKeyValues": ["10.1.2.3"],
        "ContextKeyType": "ip",
    }
    assert [("implicitDeny", True), ("implicitDeny", False)] == simulated()
    told = simulated(ContextEntries=[address])
    assert [("allowed", True), ("implicitDeny", False)] == told
    got = refused(
        realm.iam.simulate_principal_policy,
        PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/nobody",
        ActionNames=["sqs:ListQueues"],
    )
    assert "NoSuchEntity" == got[0]


def test_every_statement_that_determines_a_simulated_decision_is_named(realm: Realm):
    """All that allow; with an explicit deny the denies only, as IAM documents it."""

    def matched(*statements: Mapping[str, Any]) -> list[str]:
        answer = realm.iam.simulate_custom_policy(
            PolicyInputList=[document(statement) for statement in statements],
            ActionNames=["s3:GetObject"],
        )
        found = answer["EvaluationResults"][0]["MatchedStatements"]
        return [statement["SourcePolicyId"] for statement in found]

    everything, reading, writing = allow("*"), allow("s3:Get*"), allow("s3:Put*")
    assert ["PolicyInputList.1", "PolicyInputList.2"] == matched(everything, reading, writing)
    assert ["PolicyInputList.2"] == matched(everything, deny("s3:*"))
    assert [] == matched(writing)


def test_a_simulated_policy_must_be_well_made(realm: Realm):
    """A malformed one is invalid input."""
    simulate = realm.iam.simulate_custom_policy

    got = refused(simulate, PolicyInputList=[BAD], ActionNames=["s3:GetObject"])
    assert ("InvalidInput", 400) == (got[0], got[2])


# names that become ARNs


def test_a_stack_is_asked_for_by_its_whole_arn(realm: Realm):
    """The name in the call becomes the stack's id."""
    template = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    name = fresh("stack")
    arn = realm.cloud.client("cloudformation").create_stack(StackName=name, TemplateBody=template)[
        "StackId"
    ]
    user = realm.user(allow("cloudformation:DescribeStacks", arn)).client("cloudformation")

    assert arn == user.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    assert "AccessDenied" == refused(user.delete_stack, StackName=name)[0]


def test_records_of_a_stream_are_asked_for_by_the_stream(realm: Realm):
    """A shard iterator names the stream of Kinesis or DynamoDB that it reads."""
    kinesis, dynamodb = realm.cloud.client("kinesis"), realm.cloud.client("dynamodb")
    stream, table = fresh("stream"), fresh("table")
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    arn = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    changes = dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]["LatestStreamArn"]
    user = realm.user(allow(["kinesis:Get*"], arn), allow("dynamodb:*", changes))

    mine = user.client("kinesis")
    start = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = mine.get_shard_iterator(StreamName=stream, **start)["ShardIterator"]
    assert [] == mine.get_records(ShardIterator=iterator)["Records"]
    streams = user.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=changes)["StreamDescription"]["Shards"][0]
    iterator = streams.get_shard_iterator(
        StreamArn=changes, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert [] == streams.get_records(ShardIterator=iterator)["Records"]
    nobody = realm.user().client("dynamodbstreams")
    assert "AccessDeniedException" == refused(nobody.get_records, ShardIterator=iterator)[0]
