from __future__ import annotations

import json
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.cloud.doorkeeper import Caller, CallerKind, Doorkeeper
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.signatures import KeyStatus
from helpers.cloud.unauthenticated import TARGETS, UNAUTHENTICATED

HOST = "127.0.0.1:4566"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Key:
    secret_access_key: str
    session_token: str | None = None
    status: KeyStatus = KeyStatus.ACTIVE


def keeper(*, open_door: bool = False) -> Doorkeeper:
    """A doorkeeper that knows the administrator and one key that was made."""
    return Doorkeeper(
        secret_of={"AKIAMADE": Key("made")}.get,
        access_key_id="AKIAADMIN",
        secret_access_key="admin",
        token="the-token",
        open_door=open_door,
    )


def plain(method="GET", path="/", *, query="", body=b"", **headers) -> HttpRequest:
    """An unsigned request."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lower = {"host": HOST, **named}
    return HttpRequest(method, path, query, lower, tuple(lower), body)


def signed(request, key="AKIAADMIN", secret="admin", service="lambda", signer=SigV4Auth):
    """The request with a signature."""
    host = request.headers["host"]
    url = f"http://{host}{request.path}" + (f"?{request.query}" if request.query else "")
    made = AWSRequest(request.method, url, headers=dict(request.headers), data=request.body)
    signer(Credentials(key, secret), service, "eu-west-1").add_auth(made)
    headers = {name.lower(): value for name, value in made.headers.items()}
    parts = urlsplit(made.url)
    return replace(request, query=parts.query, headers=headers, header_names=tuple(headers))


def presigned(request, **key):
    """The request as a presigned S3 URL."""
    return signed(request, service="s3", signer=S3SigV4QueryAuth, **key)


def kind_of(answer: Caller | HttpAnswer) -> CallerKind | int:
    """The kind of caller, or the status of the refusal."""
    return answer.kind if isinstance(answer, Caller) else answer.status


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:4566", "localhost", "LOCALHOST:1", "bucket.localhost:4566", "a.b.localhost"],
)
def test_hosts_that_mean_this_machine_are_let_in(host):
    """With or without a port, and as *.localhost."""
    request = signed(plain(host=host))

    assert CallerKind.ADMINISTRATOR == kind_of(keeper().admit(request))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evillocalhost",
        "evil.example:4566",
        "127.0.0.1@evil.example",
        "127.0.0.1:4566,evil.example",
        "x.lambda-url.us-east-1.on.aws.evil.example",
        "10.0.0.1",
        "0.0.0.0",
    ],
)
@pytest.mark.parametrize("path", ["/", "/_kit/health", "/_aws/lambda-url/x/"])
def test_other_hosts_are_refused_everywhere(host, path):
    """A name that somebody else may point at this machine opens nothing (DNS rebinding)."""
    for door in (keeper(), keeper(open_door=True)):
        assert 403 == kind_of(door.admit(signed(plain(path=path, host=host or "x"))))
        assert 403 == kind_of(door.admit(plain(path=path, host=host)))


@pytest.mark.parametrize(
    ("host", "path"),
    [
        (HOST, "/_aws/lambda-url/abc/x"),
        (HOST, "/_aws/execute-api/abc/prod/x"),
        ("abc.lambda-url.us-east-1.on.aws", "/x"),
        ("abc.execute-api.eu-west-1.amazonaws.com:4566", "/prod"),
    ],
)
def test_function_urls_and_apis_are_public(host, path):
    """Anybody reaches them, from any page; they check for themselves."""
    request = plain("POST", path, host=host, origin="https://evil.example")

    assert Caller(CallerKind.PUBLIC) == keeper().admit(request)


def test_a_public_host_does_not_open_the_kit():
    """The kit's own endpoints are never public."""
    host = "abc.lambda-url.us-east-1.on.aws"

    assert 403 == kind_of(keeper().admit(plain("POST", "/_kit/reset", host=host)))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil", ""])
@pytest.mark.parametrize("path", ["/", "/_kit/health", "/_kit/reset", "/bucket/key"])
def test_pages_of_others_are_refused_even_when_signed(origin, path):
    """A foreign Origin is turned away before anything is verified, open door or not."""
    request = signed(plain("POST", path, origin=origin))

    assert 403 == kind_of(keeper().admit(request))
    assert 403 == kind_of(keeper(open_door=True).admit(request))


def test_pages_of_this_machine_may_sign():
    """JupyterLab runs in a browser too."""
    request = signed(plain(origin="http://localhost:8888"))

    assert CallerKind.ADMINISTRATOR == kind_of(keeper().admit(request))


def test_a_page_may_use_the_presigned_url_it_was_given():
    """A browser's upload carries a foreign Origin; the signature decides."""
    request = presigned(plain("PUT", "/bucket/key", origin="https://shop.example"))
    spoiled = replace(request, path="/bucket/other")

    assert CallerKind.ADMINISTRATOR == kind_of(keeper().admit(request))
    assert 403 == kind_of(keeper().admit(spoiled))


def test_health_is_open_and_the_rest_of_the_kit_is_not():
    """Reset, config and records want the administrator."""
    assert CallerKind.PUBLIC == kind_of(keeper().admit(plain(path="/_kit/health")))
    assert 403 == kind_of(keeper().admit(plain(path="/_kit/records")))
    assert 403 == kind_of(keeper().admit(plain("POST", "/_kit/health")))


@pytest.mark.parametrize(
    ("expected", "request_"),
    [
        (CallerKind.ADMINISTRATOR, plain("POST", "/_kit/reset", authorization="Bearer the-token")),
        (403, plain("POST", "/_kit/reset", authorization="Bearer another")),
        (403, plain("POST", "/_kit/reset", authorization="Bearer ")),
        (CallerKind.ADMINISTRATOR, signed(plain("POST", "/_kit/reset"))),
        (403, signed(plain("POST", "/_kit/reset"), "AKIAMADE", "made")),
        (403, signed(plain("POST", "/_kit/reset"), "AKIAADMIN", "wrong")),
        (403, signed(plain("POST", "/_kit/reset"), "AKIAOTHER", "x")),
    ],
)
def test_the_kit_takes_the_administrator_by_token_or_signature(expected, request_):
    """Nobody else, not even a key with every permission in the account."""
    assert expected == kind_of(keeper().admit(request_))


def test_the_token_is_for_the_kit_only():
    """AWS's API wants signatures."""
    answer = keeper().admit(plain(path="/bucket", authorization="Bearer the-token"))

    assert 400 == kind_of(answer)


def test_a_signed_call_says_who_where_and_what():
    """Key, region and service come from the credential scope."""
    assert Caller(CallerKind.ADMINISTRATOR, "AKIAADMIN", "eu-west-1", "lambda") == keeper().admit(
        signed(plain())
    )
    assert Caller(CallerKind.KEY, "AKIAMADE", "eu-west-1", "sqs") == keeper().admit(
        signed(plain(), "AKIAMADE", "made", "sqs")
    )


def test_an_open_door_lets_unknown_keys_in_and_nothing_else():
    """Keys that were made keep their policies, so their signatures still count."""
    door = keeper(open_door=True)

    assert Caller(CallerKind.ADMINISTRATOR, "test", "eu-west-1", "s3") == door.admit(
        signed(plain(), "test", "test", "s3")
    )
    assert CallerKind.KEY == kind_of(door.admit(signed(plain(), "AKIAMADE", "made")))
    assert 403 == kind_of(door.admit(signed(plain(), "AKIAMADE", "wrong")))
    assert 403 == kind_of(door.admit(signed(plain(), "AKIAADMIN", "wrong")))
    assert 403 == kind_of(door.admit(plain("POST", "/", body=b"Action=ListUsers", **FORM)))
    assert CallerKind.ADMINISTRATOR == kind_of(door.admit(plain("POST", "/_kit/reset")))


def test_without_an_open_door_unknown_keys_stay_out():
    """ "test" and "test" open nothing."""
    answer = keeper().admit(signed(plain(), "test", "test"))

    assert 403 == kind_of(answer)
    assert "UnrecognizedClientException" == json.loads(answer.body)["__type"]


def test_the_table_of_unsigned_operations_is_botocores():
    """Every operation of the three services that the model leaves unsigned, and no other."""
    loader = botocore.session.get_session().get_component("data_loader")
    for service, operations in UNAUTHENTICATED.items():
        model = loader.load_service_model(service, "service-2")
        prefix = model["metadata"].get("targetPrefix")

        unsigned = {n for n, o in model["operations"].items() if o.get("authtype") == "none"}

        assert unsigned == operations
        assert prefix is None or service == TARGETS[prefix]


@pytest.mark.parametrize(
    ("service", "request_"),
    [
        (
            "cognito-idp",
            plain("POST", x_amz_target="AWSCognitoIdentityProviderService.InitiateAuth"),
        ),
        ("sts", plain("POST", body=b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15", **FORM)),
    ],
)
def test_operations_without_authentication_pass(service, request_):
    """Whoever signs up has no key yet."""
    assert Caller(CallerKind.UNAUTHENTICATED, service=service) == keeper().admit(request_)


@pytest.mark.parametrize(
    "request_",
    [
        plain("POST", x_amz_target="AWSCognitoIdentityProviderService.AdminCreateUser"),
        plain("POST", x_amz_target="DynamoDB_20120810.InitiateAuth"),
        plain("POST", body=b"Action=AssumeRole", **FORM),
        plain("POST", body=b"Action=AssumeRoleWithSAML&Action=ListUsers", **FORM),
        plain("POST", query="Action=ListUsers", body=b"Action=AssumeRoleWithSAML", **FORM),
        plain("GET", "/2015-03-31/functions/"),
        plain("POST", "/2015-03-31/functions/f/invocations", body=b"{}"),
    ],
)
@pytest.mark.parametrize("open_door", [False, True])
def test_other_unsigned_calls_are_refused(request_, open_door):
    """MissingAuthenticationToken, whatever else the request says."""
    answer = keeper(open_door=open_door).admit(request_)

    assert isinstance(answer, HttpAnswer)
    assert answer.status in (400, 403)


def test_unsigned_s3_requests_pass_as_nobody():
    """The bucket's policy says whether an object is public."""
    request = plain(path="/bucket/key")

    assert Caller(CallerKind.ANONYMOUS, service="s3") == keeper().admit(request)


@pytest.mark.parametrize(
    "path",
    ["/moto-api", "/moto-api/", "/moto-api/reset", "/%6Doto-api/reset", "/moto-api%2Freset"],
)
def test_motos_own_endpoints_do_not_exist(path):
    """Not even for the administrator, and under no other spelling of their address."""
    assert 404 == kind_of(keeper().admit(signed(plain("POST", path))))


@pytest.mark.parametrize(
    ("service", "headers", "status", "words"),
    [
        ("s3", {}, 403, b"<Error><Code>InvalidAccessKeyId</Code>"),
        ("iam", FORM, 403, b"<Code>InvalidClientTokenId</Code>"),
        ("lambda", {}, 403, b'"__type": "UnrecognizedClientException"'),
        ("dynamodb", {"x-amz-target": "DynamoDB_20120810.GetItem"}, 400, b"Unrecognized"),
        ("monitoring", {"smithy-protocol": "rpc-v2-cbor"}, 400, b"\xa2y\x00\x06__type"),
    ],
)
def test_a_refusal_speaks_the_services_language(service, headers, status, words):
    """SDKs read code and message of each protocol."""
    answer = keeper().admit(signed(plain("POST", **headers), "AKIAOTHER", "x", service))

    assert status == kind_of(answer)
    assert words in answer.body


def test_the_guests_key_is_the_administrators_for_aws_and_opens_nothing_of_the_kit():
    """Code that is not trusted may do everything in the account, and cannot reach its records."""
    door = replace(keeper(), guest_access_key_id="AKIAGUEST", guest_secret_access_key="guest")
    request = plain("POST", "/2015-03-31/functions")
    caller = door.admit(signed(request, "AKIAGUEST", "guest"))
    assert (CallerKind.ADMINISTRATOR, "AKIAGUEST") == (caller.kind, caller.access_key_id)
    for path in ("/_kit/records", "/_kit/reset", "/_kit/config", "/_kit/fault"):
        assert 403 == door.admit(signed(plain(path=path), "AKIAGUEST", "guest")).status
    wrong = door.admit(signed(request, "AKIAGUEST", "another"))
    assert 403 == wrong.status


def test_without_a_guest_an_empty_key_is_nobodys():
    """A key of no letters does not open the door of a cloud that has no guest."""
    assert 403 == keeper().admit(signed(plain("POST", "/2015-03-31/functions"), "", "")).status
