"""Packages and runtimes: which Python runs, what it can import, layers, images, VPC."""

from __future__ import annotations

from botocore.exceptions import ClientError

from helpers.cloud.environment.runtime_folder import interpreter
from helpers.course.packaging import zip_of
from tools.fidelity.account import EMPTY, LOGS, ProbedAccount, outcome
from tools.fidelity.rows import BOTH, LAMBDA, Area

AREA = Area("Packages and runtimes")
BOOTSTRAP = """\
import json, os, sys, urllib.request

api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as given:
        request_id = given.headers["Lambda-Runtime-Aws-Request-Id"]
    answer = json.dumps({"python": sys.version_info[0]}).encode()
    urllib.request.urlopen(api + request_id + "/response", answer)
"""
SECRETS_LAYER = (
    "arn:aws:lambda:us-east-1:177933569100:layer:AWS-Parameters-and-Secrets-Lambda-Extension:12"
)


@AREA.row(
    "python-version",
    "Runtime names the Python that runs the handler.",
    f"{LAMBDA}lambda-runtimes.html",
    labs=BOTH,
)
def python_version(account: ProbedAccount) -> str:
    """Ask functions of two runtimes which Python runs them."""
    source = "import sys\ndef handler(event, context):\n    return sys.version\n"
    versions = {account.run(source, Runtime=f"python3.{n}").payload for n in (12, 13)}
    if len(versions) == 1:
        return "The Python that runs this kit, whatever Runtime says: 3.12 and 3.13 were the same."
    return "The version that Runtime names."


@AREA.row(
    "packages",
    "A Python runtime holds boto3, but not requests: other packages travel with your code.",
    f"{LAMBDA}lambda-python.html",
    labs=(*BOTH, "07"),
)
def packages(account: ProbedAccount) -> str:
    """Import what is there, and what is not."""
    there = account.run(f"import boto3\n{EMPTY}").error_type or "works"
    missing = account.run(f"import requests\n{EMPTY}").error_type or "works"
    return f"import boto3: {there}. import requests: {missing}. The version of boto3 is the kit's."


@AREA.row(
    "container-image",
    "A function may be a container image instead of a zip.",
    f"{LAMBDA}images-create.html",
    labs=("01", "07"),
)
def container_image(account: ProbedAccount) -> str:
    """Create a function from an image, and invoke it."""
    account.lambda_client.create_function(
        FunctionName="probe-image",
        Role=account.role,
        PackageType="Image",
        Code={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/probe:1"},
    )
    try:
        account.lambda_client.invoke(FunctionName="probe-image")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return f"It can be created, but not run: Invoke answers {code}. Deploy zip packages."
    return "It runs."


@AREA.row(
    "other-languages",
    "Managed runtimes exist for Node.js, Java, .NET and Ruby too.",
    f"{LAMBDA}lambda-runtimes.html",
)
def other_languages(account: ProbedAccount) -> str:
    """Create functions of other runtimes."""
    names = {
        runtime: account.deploy(EMPTY, Runtime=runtime) for runtime in ("nodejs24.x", "java25")
    }
    answers = {
        outcome(account.lambda_client.invoke, FunctionName=name)
        if account.lambda_client.get_function_configuration(FunctionName=name)["Runtime"] == runtime
        else "has another runtime"
        for runtime, name in names.items()
    }
    return (
        f"They can be created, but not run: to invoke one of {' or '.join(names)} "
        f"{' or '.join(sorted(answers))}. provided.al2023 runs programs of this computer."
    )


@AREA.row(
    "os-only-runtime",
    "provided.al2023 is Amazon Linux without Python: a bootstrap brings all it needs.",
    f"{LAMBDA}runtimes-provided.html",
    labs=("07",),
)
def os_only_runtime(account: ProbedAccount) -> str:
    """Run a bootstrap that is a program of this computer."""
    name = account.name()
    package = zip_of({"bootstrap": f"#!{interpreter()} -S\n{BOOTSTRAP}"})
    account.lambda_client.create_function(
        FunctionName=name,
        Role=account.role,
        Runtime="provided.al2023",
        Handler="unused",
        Code={"ZipFile": package},
    )
    try:
        answer = account.invoke(name).payload
    except ClientError as error:
        return f"Not here: Invoke answers {error.response['Error']['Code']}."
    if answer == {"python": 3}:
        return "This computer's system: a bootstrap may use its programs, Python among them."
    return "A system without Python."


@AREA.row(
    "native-code",
    "Compiled packages are built for Amazon Linux and the architecture of the function.",
    f"{LAMBDA}python-package.html",
    labs=("07",),
)
def native_code(account: ProbedAccount) -> str:
    """Ask functions of both architectures which processor runs them."""
    source = "import platform\ndef handler(event, context):\n    return platform.machine()\n"
    machines = {account.run(source, Architectures=[a]).payload for a in ("x86_64", "arm64")}
    if len(machines) == 1:
        return (
            "This computer's system and processor run every function: arm64 and x86_64 were the "
            "same. A compiled package for Lambda runs here only where they are Lambda's."
        )
    return "The architecture that the function names."


@AREA.row(
    "layers-of-others",
    "A layer of another account can be used when it permits that.",
    f"{LAMBDA}adding-layers.html",
    labs=("07",),
)
def layers_of_others(account: ProbedAccount) -> str:
    """Ask for a layer of another account, and for AWS's Parameters and Secrets layer."""
    foreign = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3:1"
    refused = outcome(account.deploy, source=EMPTY, Layers=[foreign])
    own = outcome(account.deploy, source=EMPTY, Layers=[SECRETS_LAYER])
    return (
        f"A function with one {refused}; with AWS's layer of the Parameters and Secrets extension "
        f"it {own}, and gets the kit's own extension."
    )


@AREA.row(
    "vpc",
    "A function can be attached to subnets of a VPC; its network interfaces take a while.",
    f"{LAMBDA}configuration-vpc.html",
    labs=("11",),
)
def vpc(account: ProbedAccount) -> str:
    """Create a function in a subnet; look at its state, and run it."""
    ec2 = account.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    )["SecurityGroups"]
    config = {"SubnetIds": [subnet["SubnetId"]], "SecurityGroupIds": [groups[0]["GroupId"]]}
    attaches = {"Effect": "Allow", "Action": "ec2:CreateNetworkInterface", "Resource": "*"}
    role = account.make_role(account.name(), LOGS, attaches)
    name = account.deploy(EMPTY, VpcConfig=config, Role=role)
    state = account.lambda_client.get_function_configuration(FunctionName=name)["State"]
    answer = account.invoke(name).payload
    return f"Kept with the function, which is {state} at once and runs ({answer}) without a VPC."


@AREA.row(
    "code-signing",
    "Code that AWS Signer signed may be deployed where a configuration enforces signatures.",
    f"{LAMBDA}configuration-codesigning.html",
)
def code_signing(account: ProbedAccount) -> str:
    """Deploy under a configuration that enforces, and under one that warns."""
    publisher = account.arn("signer", "/signing-profiles/orders/abcdefghij")
    said = {}
    for policy in ("Enforce", "Warn"):
        configuration = account.lambda_client.create_code_signing_config(
            AllowedPublishers={"SigningProfileVersionArns": [publisher]},
            CodeSigningPolicies={"UntrustedArtifactOnDeployment": policy},
        )["CodeSigningConfig"]
        arn = configuration["CodeSigningConfigArn"]
        said[policy] = outcome(account.deploy, source=EMPTY, CodeSigningConfigArn=arn)
    listed = "; with ".join(f"{policy}, a function {answer}" for policy, answer in said.items())
    return f"Nothing can be signed: with {listed}."
