"""The environment variables of an execution environment, built from scratch.

Nothing of the host's environment is inherited. The keys are those a managed Python runtime sets,
plus five of the kit's: the local endpoint and what keeps boto3 away from the host's own settings.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (defined runtime variables).
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from helpers.cloud.model import FunctionVersion, LogFormat
from helpers.cloud.ports import Credentials


@dataclass(frozen=True, slots=True)
class Places:
    """Where an environment finds its files, as the handler sees the paths."""

    task: str
    runtime: str
    opt: str
    tmp: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where an environment reaches Lambda, the account, and the X-Ray daemon if there is one."""

    runtime_api: str
    endpoint: str
    xray_daemon: str = ""


def build_variables(
    function: FunctionVersion,
    *,
    places: Places,
    credentials: Credentials,
    addresses: Addresses,
) -> dict[str, str]:
    """Return every variable but the log stream's and the initialization type's.

    A function's own variables win over the unreserved defaults; reserved names were refused when
    the function was configured. Folders of a PYTHONPATH of its own come after the runtime's, which
    Lambda finds without the variable.
    """
    # a language of Lambda's own lies in /var/lang, which OS-only runtimes do not have
    language = "/var/lang/{}:" if _is_python(function) else ""
    variables = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": f"{language.format('bin')}/usr/local/bin:/usr/bin/:/bin:{places.opt}/bin",
        "LD_LIBRARY_PATH": (
            f"{language.format('lib')}/lib64:/usr/lib64:{places.runtime}:{places.runtime}/lib:"
            f"{places.task}:{places.task}/lib:{places.opt}/lib"
        ),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": f"{places.runtime}/aws-config",
        "AWS_SHARED_CREDENTIALS_FILE": f"{places.runtime}/aws-credentials",
        "AWS_ENDPOINT_URL": addresses.endpoint,
        "TMPDIR": places.tmp,
        **_python(function, places),
        **_xray(addresses.xray_daemon),
        **function.variables,
    }
    variables |= _reserved(function, places, credentials, addresses.runtime_api)
    if "PYTHONPATH" in function.variables and _is_python(function):
        own = function.variables["PYTHONPATH"]
        variables["PYTHONPATH"] = os.pathsep.join((_python_path(function, places), own))
    if function.logging.log_format is LogFormat.JSON:
        variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        variables["AWS_LAMBDA_LOG_LEVEL"] = function.logging.application_level or "INFO"
    return variables


def _is_python(function: FunctionVersion) -> bool:
    """Tell whether the function runs in one of Lambda's Python runtimes."""
    return function.runtime.startswith("python")


def _xray(daemon: str) -> dict[str, str]:
    host, _, port = daemon.rpartition(":")
    told = {"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR"}
    if not daemon:
        return told
    return {
        **told,
        "AWS_XRAY_DAEMON_ADDRESS": daemon,
        "_AWS_XRAY_DAEMON_ADDRESS": host,
        "_AWS_XRAY_DAEMON_PORT": port,
    }


def _python(function: FunctionVersion, places: Places) -> dict[str, str]:
    # AWS_EXECUTION_ENV is not defined in OS-only runtimes
    if not _is_python(function):
        return {}
    return {
        "LC_CTYPE": "C.UTF-8",
        "PYTHONPATH": _python_path(function, places),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
    }


def _python_path(function: FunctionVersion, places: Places) -> str:
    # Lambda adds the layers' folders to sys.path itself; here the variable does
    if not function.layers:
        return places.runtime
    packages = f"{places.opt}/python/lib/{function.runtime}/site-packages"
    return os.pathsep.join((packages, f"{places.opt}/python", places.runtime))


def _reserved(
    function: FunctionVersion, places: Places, credentials: Credentials, runtime_api: str
) -> dict[str, str]:
    return {
        "_HANDLER": function.handler,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logging.group,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
        "LAMBDA_TASK_ROOT": places.task,
        "LAMBDA_RUNTIME_DIR": places.runtime,
        "PWD": places.task,
        "SHLVL": "0",
    }
