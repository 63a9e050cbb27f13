"""Configuration and secrets: Parameter Store, Secrets Manager, KMS, and their extension."""

from __future__ import annotations

from tools.fidelity.account import EMPTY, ProbedAccount, outcome
from tools.fidelity.rows import LAMBDA, Area, NotHereError

AREA = Area("Configuration and secrets")
SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"
LAYER = "arn:aws:lambda:us-east-1:177933569100:layer:AWS-Parameters-and-Secrets-Lambda-Extension:12"
ASKS = """
import json, os, urllib.request
PORT = os.environ.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2773")
def handler(event, context):
    request = urllib.request.Request(
        f"http://localhost:{PORT}/secretsmanager/get?secretId={event}",
        headers={"X-Aws-Parameters-Secrets-Token": os.environ["AWS_SESSION_TOKEN"]},
    )
    answer = json.load(urllib.request.urlopen(request))
    return answer["SecretString"]
"""
LISTS = (
    "import os\ndef handler(event, context):\n    return sorted(os.listdir('/opt/extensions'))\n"
)
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@AREA.row(
    "extension-layer",
    "The Parameters and Secrets extension is a program in AWS's layer.",
    f"{SECRETS}retrieving-secrets_lambda.html",
    labs=("08",),
)
def extension_layer(account: ProbedAccount) -> str:
    """Ask for a secret through the layer by its ARN, and look what lies in /opt/extensions."""
    if account.cloud.health()["file_level"] != "B":
        raise NotHereError("this machine gives no unprivileged mount namespaces")
    value = _through_extension(account)
    files = account.invoke(account.deploy(LISTS, Layers=[LAYER], Timeout=10)).payload
    return f"The same ARN brings the kit's own ({', '.join(files)}), which answers {value!r}."


@AREA.row(
    "extension-port",
    "Each environment has a port 2773 of its own, for the extension.",
    f"{SECRETS}retrieving-secrets_lambda.html",
    labs=("08",),
)
def extension_port(account: ProbedAccount) -> str:
    """Ask for secrets in two environments."""
    right = {_through_extension(account) for _ in range(2)} == {"the secret"}
    told = "each function got its own secret" if right else "functions got the wrong secret"
    return (
        f"Environments share this computer's ports, and one listener hands requests on by their "
        f"token: {told}. Where 2773 is taken, read PARAMETERS_SECRETS_EXTENSION_HTTP_PORT."
    )


@AREA.row(
    "rotation-schedule",
    "A secret rotates by rate() or cron(), within a window.",
    f"{SECRETS}rotate-secrets_schedule.html",
    labs=("08",),
)
def rotation_schedule(account: ProbedAccount) -> str:
    """Ask for rotation by both."""
    name = account.deploy(EMPTY)
    function = account.permit(name, "secretsmanager")
    client = account.client("secretsmanager")
    answers = []
    for expression in ("rate(10 days)", "cron(0 8 1 * ? *)"):
        secret = client.create_secret(Name=account.name(), SecretString="x")["ARN"]
        answers.append(
            outcome(
                client.rotate_secret,
                SecretId=secret,
                RotationLambdaARN=function,
                RotateImmediately=False,
                RotationRules={"ScheduleExpression": expression},
            )
        )
    return f"rate() {answers[0]}; cron() {answers[1]}."


@AREA.row(
    "kms-at-start",
    "Environment variables under a customer key are decrypted when an environment starts.",
    f"{LAMBDA}configuration-envvars-encryption.html",
)
def kms_at_start(account: ProbedAccount) -> str:
    """Call a function under a key, take the key's use away, and call it warm and cold."""
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    role = account.make_role(account.name(), ALL)
    name = account.deploy(EMPTY, Role=role, KMSKeyArn=key, Environment={"Variables": {"WORD": "x"}})
    account.invoke(name)
    kms.disable_key(KeyId=key)
    warm = outcome(account.lambda_client.invoke, FunctionName=name)
    account.lambda_client.update_function_configuration(FunctionName=name, Description="cold")
    cold = outcome(account.lambda_client.invoke, FunctionName=name)
    return (
        f"KMS is asked for leave, nothing is encrypted: with the key switched off a warm call "
        f"{warm}, a cold one {cold}."
    )


@AREA.row(
    "secret-delay",
    "Secrets Manager and Parameter Store are eventually consistent.",
    f"{SECRETS}troubleshoot.html",
    labs=("08",),
)
def secret_delay(account: ProbedAccount) -> str:
    """Change a secret, and read it at once."""
    client = account.client("secretsmanager")
    secret = client.create_secret(Name=account.name(), SecretString="old")["ARN"]
    client.put_secret_value(SecretId=secret, SecretString="new")
    value = client.get_secret_value(SecretId=secret)["SecretString"]
    return f"A change is seen at once: the next read gave the {value} value."


@AREA.row(
    "advanced-parameters",
    "Advanced parameters cost, hold 8 KB, and can expire by a policy.",
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
    labs=("08",),
)
def advanced_parameters(account: ProbedAccount) -> str:
    """Store a parameter of 5 KB in both tiers, and one that has expired."""
    ssm = account.client("ssm")
    answers = {
        tier: outcome(
            ssm.put_parameter,
            Name=f"/{account.name()}",
            Value="x" * 5000,
            Type="String",
            Tier=tier,
        )
        for tier in ("Standard", "Advanced")
    }
    return f"5 KB: Standard {answers['Standard']}, Advanced {answers['Advanced']}; free."


def _through_extension(account: ProbedAccount) -> str:
    name = account.name()
    account.client("secretsmanager").create_secret(Name=name, SecretString=name)
    role = account.make_role(account.name(), ALL)
    function = account.deploy(ASKS, Role=role, Layers=[LAYER], Timeout=10, MemorySize=256)
    value = account.invoke(function, name).payload
    return "the secret" if value == name else str(value)
