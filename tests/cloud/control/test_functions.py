"""What the control plane refuses, in AWS's codes and words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import botocore.session
import pytest

from helpers.cloud.control import functions
from helpers.cloud.control.environment_variables import NAME_PATTERN, measured_bytes
from helpers.cloud.control.functions import (
    validate_create,
    validate_update_code,
    validate_update_configuration,
)
from helpers.cloud.errors import (
    AwsError,
    InvalidParameterValueException,
    RequestEntityTooLargeException,
    ValidationException,
)

TODAY = date(2026, 11, 21)
MODEL = botocore.session.get_session().get_service_model("lambda")


def zip_of(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return buffer.getvalue()


def request(**members: Any) -> dict[str, Any]:
    """Return a CreateFunction request in order, with members changed; None leaves one out."""
    base = {
        "FunctionName": "orders",
        "Runtime": "python3.13",
        "Role": "arn:aws:iam::123456789012:role/orders-role",
        "Handler": "app.handler",
        "Code": {"ZipFile": zip_of(app="def handler(event, context): return 1")},
    }
    return {name: value for name, value in {**base, **members}.items() if value is not None}


def refusal(call: Callable[[], None]) -> AwsError:
    with pytest.raises(AwsError) as caught:
        call()
    return caught.value


def refused(**members: Any) -> AwsError:
    return refusal(lambda: validate_create(request(**members), today=TODAY))


def test_a_request_in_order_passes() -> None:
    """A request with every member at its limit is accepted."""
    validate_create(
        request(
            FunctionName="f" * 64,
            Description="d" * 256,
            Handler="a." + "h" * 126,
            Timeout=900,
            MemorySize=10_240,
            EphemeralStorage={"Size": 10_240},
            Architectures=["arm64"],
            Layers=[f"arn:aws:lambda:us-east-1:123456789012:layer:l{n}:1" for n in range(5)],
            Environment={"Variables": {"TABLE": "orders"}},
            LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"},
            TracingConfig={"Mode": "Active"},
            PackageType="Zip",
        ),
        today=TODAY,
    )


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        (
            {"Timeout": 0},
            "Value '0' at 'timeout' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            {"Timeout": 901},
            "Value '901' at 'timeout' failed to satisfy constraint: "
            "Member must have value less than or equal to 900",
        ),
        (
            {"MemorySize": 127},
            "Value '127' at 'memorySize' failed to satisfy constraint: "
            "Member must have value greater than or equal to 128",
        ),
        (
            {"MemorySize": 5555555},
            "Value '5555555' at 'memorySize' failed to satisfy constraint: "
            "Member must have value less than or equal to 10240",
        ),
        (
            {"EphemeralStorage": {"Size": 511}},
            "Value '511' at 'ephemeralStorage.size' failed to satisfy constraint: "
            "Member must have value greater than or equal to 512",
        ),
        (
            {"Role": "test-iam-role"},
            "Value 'test-iam-role' at 'role' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?"
            r"[a-zA-Z_0-9+=,.@\-_/]+",
        ),
        (
            {"Handler": "app handler"},
            "Value 'app handler' at 'handler' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [^\s]+",
        ),
        (
            {"Description": "d" * 257},
            f"Value '{'d' * 257}' at 'description' failed to satisfy constraint: "
            "Member must have length less than or equal to 256",
        ),
        (
            {"Architectures": ["x86_64", "arm64"]},
            "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: "
            "Member must have length less than or equal to 1",
        ),
        (
            {"Architectures": ["mips"]},
            "Value '[mips]' at 'architectures' failed to satisfy constraint: Member must satisfy "
            "constraint: [Member must satisfy enum value set: [x86_64, arm64], "
            "Member must not be null]",
        ),
        (
            {"Environment": {"Variables": {"A": "one letter"}}},
            "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy "
            "constraint: [Member must satisfy regular expression pattern: "
            "[a-zA-Z]([a-zA-Z0-9_])+]",
        ),
        (
            {"LoggingConfig": {"LogFormat": "XML"}},
            "Value 'XML' at 'loggingConfig.logFormat' failed to satisfy constraint: "
            "Member must satisfy enum value set: [Text, JSON]",
        ),
        (
            {"Role": None},
            "Value null at 'role' failed to satisfy constraint: Member must not be null",
        ),
    ],
)
def test_one_broken_constraint(members: dict[str, Any], sentence: str) -> None:
    """A value outside the API model is a ValidationException with AWS's sentence."""
    base = request()
    base.update({name: value for name, value in members.items() if value is not None})
    for name in [name for name, value in members.items() if value is None]:
        del base[name]
    error = refusal(lambda: validate_create(base, today=TODAY))
    assert isinstance(error, ValidationException)
    assert f"1 validation error detected: {sentence}" == error.message


def test_numbers_may_come_as_text() -> None:
    """A CloudFormation template may quote its numbers."""
    validate_create(request(Timeout="30", MemorySize="256"), today=TODAY)
    assert "Value '901' at 'timeout'" in refused(Timeout="901").message


def test_all_broken_constraints_are_told_at_once() -> None:
    """Two faults make one answer."""
    error = refused(Timeout=0, MemorySize=64)
    assert error.message.startswith("2 validation errors detected: Value '0' at 'timeout'")
    assert "; Value '64' at 'memorySize' failed" in error.message


def test_function_name_pattern_is_the_models() -> None:
    """Names with other characters break the pattern that botocore's model gives."""
    error = refused(FunctionName="my function")
    pattern = MODEL.shape_for("FunctionName").metadata["pattern"]
    assert error.message == (
        "1 validation error detected: Value 'my function' at 'functionName' failed to satisfy "
        f"constraint: Member must satisfy regular expression pattern: {pattern}"
    )


def test_function_name_is_limited_to_64_characters() -> None:
    """The name itself is shorter than an ARN may be."""
    error = refused(FunctionName="f" * 65)
    assert isinstance(error, InvalidParameterValueException)
    assert error.message.endswith(
        "at 'functionName' failed to satisfy constraint: "
        "Member must have length less than or equal to 64"
    )
    arn = "arn:aws:lambda:us-east-1:123456789012:function:"
    validate_create(request(FunctionName=arn + "f" * 64), today=TODAY)


@pytest.mark.parametrize(
    ("shape", "pattern"),
    [
        ("RoleArn", functions.ROLE_PATTERN),
        ("Handler", functions.HANDLER_PATTERN),
        ("EnvironmentVariableName", NAME_PATTERN),
        ("LogGroup", functions.LOG_GROUP_PATTERN),
        ("FunctionName", functions.FUNCTION_PATTERN),
    ],
)
def test_patterns_are_those_of_the_model(shape: str, pattern: str) -> None:
    """botocore's model and the kit agree."""
    assert MODEL.shape_for(shape).metadata["pattern"] == pattern


def test_unknown_runtime() -> None:
    """A runtime nobody knows is answered with the ones that can be used."""
    error = refused(Runtime="python4.0")
    assert isinstance(error, InvalidParameterValueException)
    assert error.message.startswith(
        "Value python4.0 at 'runtime' failed to satisfy constraint: "
        "Member must satisfy enum value set: [python3.15, python3.14, python3.13, "
    )
    assert error.message.endswith("] or be a valid ARN")
    assert "python3.7" not in error.message


@pytest.mark.parametrize("runtime", ["python3.7", "python2.7", "nodejs14.x", "go1.x"])
def test_runtime_whose_creation_is_blocked(runtime: str) -> None:
    """Long deprecated runtimes are refused with AWS's advice."""
    assert refused(Runtime=runtime).message == (
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS "
        "Lambda functions. We recommend you use a supported runtime while creating or updating "
        "functions."
    )


def test_a_deprecated_runtime_can_still_be_used_for_a_while() -> None:
    """Between deprecation and the create block, CreateFunction goes on accepting it."""
    validate_create(request(Runtime="python3.9"), today=TODAY)
    error = refusal(lambda: validate_create(request(Runtime="python3.9"), today=date(2027, 2, 1)))
    assert "no longer supported" in error.message


@pytest.mark.parametrize("missing", ["Runtime", "Handler"])
def test_zip_functions_need_runtime_and_handler(missing: str) -> None:
    """Neither can be left out for a zip."""
    expected = (
        "Runtime and Handler are mandatory parameters for functions created with deployment "
        "packages."
    )
    assert expected == refused(**{missing: None}).message


def test_reserved_environment_variables() -> None:
    """Names Lambda sets itself are refused, each one named."""
    variables = {"AWS_REGION": "eu-west-1", "TABLE": "orders", "LAMBDA_TASK_ROOT": "/x"}
    error = refused(Environment={"Variables": variables})
    assert error.code == "InvalidParameterValueException"
    assert error.message == (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided contains reserved keys that are currently not supported for "
        "modification. Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT"
    )


def test_environment_of_4_kb() -> None:
    """4,096 bytes of JSON pass, one more does not."""
    exact = {"KEY": "v" * (4096 - measured_bytes({"KEY": ""}))}
    validate_create(request(Environment={"Variables": exact}), today=TODAY)
    error = refused(Environment={"Variables": {"KEY": exact["KEY"] + "v"}})
    assert error.message.endswith("exceeded the 4KB limit. Measured size: 4097 bytes")


def test_environment_is_measured_in_bytes() -> None:
    """Characters beyond ASCII count as often as they have bytes; quotes and commas count."""
    assert measured_bytes({"AB": "é", "CD": "x"}) == len('{"AB":"é","CD":"x"}'.encode())


def test_more_than_five_layers() -> None:
    """A function takes five layers."""
    assert refused(Layers=["arn"] * 6).message == "Cannot reference more than 5 layers."


def test_log_levels_need_json() -> None:
    """Levels cannot be set for text logs."""
    error = refused(LoggingConfig={"ApplicationLogLevel": "DEBUG"})
    assert error.message == (
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your '
        'request or change the LogFormat to "JSON" and try again.'
    )


def test_code_must_come_from_somewhere() -> None:
    """Code without zip, bucket or image is no code."""
    assert refused(Code={}).message == "Please provide a source for function code."
    validate_create(request(Code={"S3Bucket": "code", "S3Key": "app.zip"}), today=TODAY)


def test_zip_faults_surface_at_create() -> None:
    """CreateFunction answers what unzipping would."""
    assert refused(Code={"ZipFile": b"not a zip"}).message == (
        "Could not unzip uploaded file. Please check your file, then try to upload again."
    )


def test_zip_above_50_mb() -> None:
    """A direct upload has a limit of its own, answered with 413."""
    error = refused(Code={"ZipFile": bytes(52_428_801)})
    assert isinstance(error, RequestEntityTooLargeException)
    assert "Zipped size must be smaller than 52428800 bytes" == error.message


def test_request_above_67_mb() -> None:
    """A zip whose base64 alone is larger than a request may be is refused as a request."""
    error = refused(Code={"ZipFile": bytes(52_625_409)})
    assert isinstance(error, RequestEntityTooLargeException)
    assert error.message == (
        "Request must be smaller than 70167211 bytes for the CreateFunction operation"
    )


def test_images_take_no_runtime() -> None:
    """A container image brings its own runtime and handler."""
    image = {"PackageType": "Image", "Code": {"ImageUri": "1.dkr.ecr/x:1"}}
    assert "container images" in refused(**image).message
    validate_create(request(**image, Runtime=None, Handler=None), today=TODAY)


def test_update_of_configuration_checks_only_what_is_given() -> None:
    """Members that are absent stay as they are."""
    validate_update_configuration({"FunctionName": "orders"}, today=TODAY)
    error = refusal(
        lambda: validate_update_configuration(
            {"FunctionName": "orders", "Timeout": 901}, today=TODAY
        )
    )
    assert "at 'timeout'" in error.message


def test_update_is_blocked_later_than_create() -> None:
    """python3.8 functions can be changed until March 2027, and moved to a newer runtime after."""
    change = {"FunctionName": "orders", "Timeout": 10}
    validate_update_configuration(change, today=date(2027, 3, 2), current_runtime="python3.8")
    blocked = date(2027, 3, 3)
    error = refusal(
        lambda: validate_update_configuration(change, today=blocked, current_runtime="python3.8")
    )
    assert "python3.8 is no longer supported" in error.message
    move = {"FunctionName": "orders", "Runtime": "python3.14"}
    validate_update_configuration(move, today=blocked, current_runtime="python3.8")


def test_update_of_code() -> None:
    """New code is checked like the first."""
    good = {"FunctionName": "orders", "ZipFile": zip_of(app="x = 1")}
    validate_update_code(good, today=TODAY, current_runtime="python3.13")
    bad = {"FunctionName": "orders", "ZipFile": b"PK"}
    assert "Could not unzip" in refusal(lambda: validate_update_code(bad, today=TODAY)).message
    large = {"FunctionName": "orders", "ZipFile": bytes(53_000_000)}
    error = refusal(lambda: validate_update_code(large, today=TODAY))
    assert error.message.endswith("for the UpdateFunctionCode operation")
    none = refusal(lambda: validate_update_code({"FunctionName": "orders"}, today=TODAY))
    assert none.message == "Please provide a source for function code."


@pytest.mark.parametrize(
    "member", ["DurableConfig", "TenancyConfig", "CapacityProviderConfig", "FileSystemConfigs"]
)
def test_what_is_not_built_is_refused_instead_of_ignored(member: str) -> None:
    """A setting that would change how the function runs is never taken and left without effect."""
    error = refused(**{member: {"any": "thing"}})

    assert isinstance(error, InvalidParameterValueException)
    assert f"Leave {member} out." in error.message
