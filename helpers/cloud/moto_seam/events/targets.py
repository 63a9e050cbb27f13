"""Where events of EventBridge and its Scheduler go: moto's services, and any API as a role.

Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html.
"""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError
from moto.kinesis.models import kinesis_backends
from moto.logs.models import logs_backends
from moto.sqs.models import sqs_backends
from moto.sts.models import sts_backends

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION
from helpers.cloud.moto_seam.targets import Attributes, MotoTargets, aws_errors
from helpers.cloud.moto_seam.writers import Writers
from helpers.cloud.registry import Registry

SESSION_S = 3600
SIGNED_AS = {"eventbridge": "events", "sfn": "stepfunctions"}
"""Services whose name in a universal target is not botocore's."""


class MotoEventTargets(MotoTargets):
    """Implements EventTargets; lives with the cloud. `endpoint` is where the cloud answers."""

    def __init__(self, registry: Registry, writers: Writers, clock: Clock, endpoint: str) -> None:
        super().__init__(registry, writers)
        self._clock = clock
        self._endpoint = endpoint
        self._session = botocore.session.Session()

    def send_to_group(
        self, queue_arn: str, body: str, attributes: Attributes, group_id: str | None
    ) -> None:
        """Send a message; to a FIFO queue with its group, and an id from its content."""
        if group_id is None:
            self.send_message(queue_arn, body, attributes)
            return
        region, name = queue_arn.split(":")[3], queue_arn.rsplit(":", 1)[1]
        with aws_errors():
            sqs_backends[ACCOUNT_ID][region].send_message(name, body, group_id=group_id)

    def put_log_event(self, log_group_arn: str, message: str) -> None:
        """Append an event to a stream of its own."""
        group, stream = _log_group(log_group_arn), str(uuid.uuid4())
        with aws_errors():
            backend = logs_backends[ACCOUNT_ID][log_group_arn.split(":")[3]]
            backend.create_log_stream(group, stream)
            moment = int(self._clock.now() * 1000)
            backend.put_log_events(group, stream, [{"timestamp": moment, "message": message}])

    def start_execution(self, state_machine_arn: str, document: str) -> None:
        """Start an execution under a name of its own."""
        from moto.stepfunctions.responses import get_backend

        with aws_errors():
            backend = get_backend(ACCOUNT_ID, state_machine_arn.split(":")[3])
            backend.start_execution(state_machine_arn, str(uuid.uuid4()), document)

    def put_record(self, stream_arn: str, data: str, partition_key: str) -> None:
        """Put a record on a data stream."""
        with aws_errors():
            backend = kinesis_backends[ACCOUNT_ID][stream_arn.split(":")[3]]
            content = b64encode(data.encode()).decode()
            backend.put_record(stream_arn, None, partition_key, None, content)

    def call(
        self, role_arn: str, operation: tuple[str, str], document: Mapping[str, Any], region: str
    ) -> None:
        """Call an operation of any service over HTTP, signed as the role."""
        service, name = operation
        try:
            client = self._client(SIGNED_AS.get(service.lower(), service.lower()), role_arn, region)
            getattr(client, xform_name(name[:1].upper() + name[1:]))(**_members(document, service))
        except ClientError as error:
            told = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise AwsError(told["Message"], code=told["Code"], http_status=status) from error
        except (AttributeError, BotoCoreError) as error:
            raise AwsError(str(error), code="ValidationException", http_status=400) from error

    def missing(self, arn: str) -> bool:
        """Tell whether a target does not exist in this account."""
        service, region = arn.split(":")[2:4]
        if service == "logs":
            return _log_group(arn) not in logs_backends[ACCOUNT_ID][region].groups
        if service == "kinesis":
            streams = kinesis_backends[ACCOUNT_ID][region].streams
            return arn.rpartition("/")[2] not in streams
        if service == "states":
            from moto.stepfunctions.responses import get_backend

            machines = get_backend(ACCOUNT_ID, region).state_machines
            return all(machine.arn != arn for machine in list(machines))
        return super().missing(arn)

    def _client(self, service: str, role_arn: str, region: str) -> Any:
        session = sts_backends[ACCOUNT_ID][PARTITION].assume_role(
            region_name="us-east-1",
            role_session_name=uuid.uuid4().hex,
            role_arn=role_arn,
            policy=None,
            duration=SESSION_S,
            external_id=None,
        )
        return self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self._endpoint,
            aws_access_key_id=session.access_key_id,
            aws_secret_access_key=session.secret_access_key,
            aws_session_token=session.session_token,
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )


def known_operation(service: str, operation: str) -> bool:
    """Tell whether botocore knows an operation under the names of a universal target."""
    try:
        model = botocore.session.Session().get_service_model(
            SIGNED_AS.get(service.lower(), service.lower())
        )
    except UnknownServiceError:
        return False
    return operation[:1].upper() + operation[1:] in model.operation_names


def _members(document: Mapping[str, Any], service: str) -> dict[str, Any]:
    """Give the parameters as botocore wants them; a function's payload is bytes."""
    members = dict(document)
    if service == "lambda" and isinstance(members.get("Payload"), str):
        members["Payload"] = members["Payload"].encode()
    return members


def _log_group(arn: str) -> str:
    return arn.split(":", 6)[6].removesuffix(":*")
