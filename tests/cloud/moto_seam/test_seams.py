"""The places of moto that the kit holds on to: a new moto that moved one fails here, by name."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Any

import moto.awslambda.models as lambda_models
import pytest
from moto.awslambda.utils import get_backend
from moto.core.config import default_user_config
from moto.iam.models import IAMBackend

from helpers.cloud.moto_seam.awslambda import KitBackend, KitFunction
from helpers.cloud.moto_seam.awslambda.event_source_mappings import MappingsBackend
from helpers.cloud.moto_seam.awslambda.layer_store import LayerStore
from helpers.cloud.moto_seam.streams.records import WRITES

ROOT = Path(__file__).resolve().parents[3]

REFUSED = [
    "create_authorizer",
    "create_model",
    "create_usage_plan",
    "delete_authorizer",
    "delete_integration",
    "delete_method",
    "delete_method_response",
    "delete_model",
    "delete_request_validator",
    "delete_usage_plan",
    "delete_usage_plan_key",
    "get_deployment",
    "get_integration",
    "get_method_response",
    "get_model",
    "get_request_validator",
    "put_integration",
    "put_integration_response",
    "put_method",
    "put_method_response",
    "update_request_validator",
]
"""What the kit refuses before moto's API Gateway does it."""
NAMES = {
    "moto.core.config": {"application": ["default_user_config"]},
    "moto.core.request": {"short_way": ["EnvironHeaders", "Request.raw_path", "Request.raw_url"]},
    "moto.core.base_backend": {
        "application": ["BackendDict.reset", "AccountSpecificBackend._generate_regions"],
        "service_models": ["AccountSpecificBackend.get_session"],
    },
    "moto.utilities.utils": {"instance_offerings": ["load_resource"]},
    "moto.ec2.models.instance_types": {
        "instance_offerings": ["INSTANCE_TYPE_OFFERINGS", "InstanceTypeOfferingBackend"]
    },
    "moto.ec2.models.subnets": {"application": ["Subnet._base_avail_ip_iterator"]},
    "moto.core.common_models": {"instances": ["BaseModel.__new__"]},
    "moto.core.model_instances": {"application": ["reset_model_data"]},
    "moto.moto_server.werkzeug_app": {
        "application": [
            "DomainDispatcherApplication.get_backend_for_host",
            "create_backend_app",
        ],
        "short_way": ["DomainDispatcherApplication.get_application"],
    },
    "moto.settings": {"application": ["moto_server_port", "load_iam_aws_managed_policies"]},
    "moto.awslambda.utils": {"awslambda": ["get_backend"]},
    "moto.awslambda_simple.models": {"awslambda": ["lambda_simple_backends"]},
    "moto.awslambda.models": {
        "awslambda": [
            "LambdaFunction._get_layers_data",
            "LambdaFunction._create_zipfile_from_plaintext_code",
            "LambdaBackend.layers_versions_by_arn",
            "LambdaBackend.get_function",
        ]
    },
    "moto.iam.models": {
        "iam/identities": ["iam_backends", "IAMBackend.get_groups_for_user"],
        "iam/missing_operations": ["Group", "IAMBackend.get_user", "User"],
        "iam/user_sessions": ["AccessKey"],
        "iam/managed_policies": [
            "IAMBackend._init_aws_policies",
            "AWSManagedPolicy.from_data",
            "aws_managed_policies_data",
            "load_iam_aws_managed_policies",
        ],
        "sns/plain_publish": ["get_account_id_from", "mark_account_as_visited"],
    },
    "moto.sts.models": {
        "iam/identities": [
            "sts_backends",
            "STSBackend.assume_role",
            "STSBackend.get_assumed_role_from_access_key",
        ],
        "iam/security_tokens": ["STSBackend.get_caller_identity"],
        "iam/user_sessions": ["AssumedRole.user_id", "AssumedRole.arn"],
    },
    "moto.iam.responses": {
        "iam/missing_operations": [
            "IamResponse.create_user",
            "IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER",
        ]
    },
    "moto.iam.exceptions": {
        "iam/security_tokens": ["NoSuchEntity"],
        "iam/simulation": ["InvalidInput", "NoSuchEntity"],
    },
    "moto.iam.access_control": {"iam/resource_policies": ["PermissionResult.PERMITTED"]},
    "moto.sts.responses": {
        "iam/security_tokens": [
            "TokenResponse.assume_role",
            "TokenResponse.assume_role_with_saml",
            "TokenResponse.assume_role_with_web_identity",
            "TokenResponse.get_federation_token",
            "TokenResponse.get_session_token",
        ]
    },
    "moto.core.responses": {
        "application": [
            "camelcase_to_underscores",
            "gen_amzn_requestid_long",
            "method_names_from_class",
        ],
        "iam/missing_operations": ["ActionResult.result", "EmptyResult"],
    },
    "moto.cloudformation.models": {
        "cloudformation": [
            "Stack.__init__",
            "Stack.parse_template",
            "Stack.create_resources",
            "Stack.exports",
            "Stack.outputs",
            "Stack.parameter_list",
            "Stack.stack_resources",
            "Stack._add_stack_event",
            "Stack._create_output_map",
            "Stack._create_resource_map",
            "ChangeSet._parse_template",
            "CloudFormationBackend.delete_stack",
            "CloudFormationBackend.describe_change_set",
            "generate_changeset_id",
        ]
    },
    "moto.cloudformation.responses": {
        "cloudformation": [
            "StackResourceDTO.__init__",
            "CloudFormationResponse.create_stack",
            "CloudFormationResponse.update_stack",
            "CloudFormationResponse.delete_stack",
            "CloudFormationResponse.create_change_set",
            "CloudFormationResponse.execute_change_set",
            "CloudFormationResponse.describe_change_set",
            "CloudFormationResponse.delete_change_set",
            "CloudFormationResponse.list_change_sets",
            "CloudFormationResponse.get_template",
            "CloudFormationResponse.get_template_summary",
            "CloudFormationResponse.validate_template",
            "CloudFormationResponse.list_stack_resources",
        ]
    },
    "moto.cloudformation.parsing": {
        "cloudformation": [
            "clean_json",
            "get_model_map",
            "get_model_list",
            "get_name_type_map",
            "resource_class_from_type",
            "parse_condition",
            "parse_and_create_resource",
            "parse_and_update_resource",
            "NULL_MODELS",
            "LazyDict",
            "OutputMap",
            "ResourceMap.load",
            "ResourceMap.load_conditions",
            "ResourceMap.load_parameters",
            "ResourceMap.validate_outputs",
            "ResourceMap._delete_resource",
        ]
    },
    "moto.codedeploy.models": {"cloudformation": ["codedeploy_backends"]},
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service"
    ".state_task_service_sfn": {
        "stepfunctions/state_machines": [
            "StateTaskServiceSfn._normalise_parameters",
            "StateTaskServiceSfn._normalise_response",
        ]
    },
    "moto.stepfunctions.parser.asl.utils.boto_client": {
        "stepfunctions/state_machines": ["boto_client_for"]
    },
    "moto.stepfunctions.parser.models": {
        "stepfunctions/state_machines": ["StepFunctionsParserBackend.start_execution"]
    },
    "moto.core.serialize": {"iam/missing_operations": ["never_return"]},
    "moto.logs.models": {
        "logs/subscriptions": ["LogStream._send_log_events"],
        "logs/subscription_filters": ["LogsBackend.put_subscription_filter"],
        "logs/function_log": [
            "logs_backends",
            "LogsBackend.create_log_group",
            "LogGroup.create_log_stream",
            "LogGroup.put_log_events",
        ],
        "logs/corrections": [
            "EventMessageFilter",
            "LogGroup.put_log_events",
            "LogStream.get_log_events",
            "LogsBackend._find_log_group",
        ],
        "logs/metric_filters": [
            "LogsBackend.put_metric_filter",
            "LogsBackend.delete_metric_filter",
            "LogsBackend.delete_log_group",
            "LogGroup.to_describe_dict",
        ],
    },
    "moto.logs.responses": {
        "logs/subscription_filters": [
            "LogsResponse.put_subscription_filter",
            "LogsResponse.describe_subscription_filters",
        ],
        "logs/corrections": [
            "LogsResponse.filter_log_events",
            "LogsResponse.start_query",
            "LogsResponse.get_query_results",
            "LogsResponse.describe_queries",
        ],
        "logs/query_definitions": ["LogsResponse.logs_backend"],
    },
    "moto.logs.exceptions": {
        "logs/subscriptions": ["InvalidParameterException"],
        "logs/subscription_filters": [
            "InvalidParameterException",
            "LimitExceededException",
            "LogsClientError",
            "ResourceNotFoundException",
        ],
        "logs/queries": [
            "InvalidParameterException",
            "LimitExceededException",
            "LogsClientError",
            "ResourceNotFoundException",
        ],
    },
    "moto.cloudwatch.responses": {
        "cloudwatch/metric_operations": [
            "CloudWatchResponse.put_metric_data",
            "CloudWatchResponse.list_metrics",
            "CloudWatchResponse.get_metric_statistics",
            "CloudWatchResponse.get_metric_data",
        ],
        "cloudwatch/alarm_operations": [
            "CloudWatchResponse.put_metric_alarm",
            "CloudWatchResponse.describe_alarms",
            "CloudWatchResponse.delete_alarms",
            "CloudWatchResponse.set_alarm_state",
        ],
    },
    "moto.cloudwatch.models": {"cloudwatch/alarm_operations": ["cloudwatch_backends"]},
    "moto.cloudwatch.exceptions": {"cloudwatch/metric_operations": ["CloudWatchException"]},
    "moto.s3.models": {
        "targets": ["s3_backends", "S3Backend.put_object"],
        "s3/notifications": [
            "S3Backend.delete_object",
            "S3Backend.put_object_acl",
            "FakeBucket.is_versioned",
            "FakeKey.dispose",
        ],
        "iam/resource_policies": ["FakeBucket.get_permission"],
    },
    "moto.sqs.models": {
        "targets": ["sqs_backends", "SQSBackend.send_message"],
        "sqs/queue_attributes": [
            "Queue._set_attributes",
            "Queue.attributes",
            "SQSBackend.create_queue",
            "SQSBackend.set_queue_attributes",
        ],
        "sqs/messages": [
            "Queue.add_message",
            "Queue.delete_message",
            "Queue.approximate_number_of_messages",
            "Queue.approximate_number_of_messages_delayed",
            "Queue.approximate_number_of_messages_not_visible",
            "Queue.pending_message_groups",
            "Message.all_receipt_handles",
            "Message.mark_received",
            "SQSBackend.receive_message",
            "SQSBackend.change_message_visibility",
            "SQSBackend.create_queue",
            "SQSBackend.delete_queue",
            "_filter_message_attributes",
        ],
        "sqs/moves": ["Message.mark_sent"],
        "sqs/queues": ["Message.attribute_md5", "Message.body_md5"],
    },
    "moto.sqs.responses": {
        "sqs/dead_letters": ["SQSResponse.receive_message"],
        "sqs/messages": ["SQSResponse.send_message", "SQSResponse.send_message_batch"],
    },
    "moto.secretsmanager.models": {
        "secretsmanager/secrets": [
            "secretsmanager_backends",
            "SecretsManagerBackend.update_secret_version_stage",
            "FakeSecret.set_default_version_id",
            "FakeSecret.is_deleted",
        ],
        "secretsmanager/rotation": ["FakeSecret.remove_version_stages_from_old_versions"],
    },
    "moto.kms.models": {
        "kms/customer_keys": [
            "kms_backends",
            "KmsBackend.any_id_to_key_id",
            "KmsBackend.enable_key",
            "KmsBackend.disable_key",
            "KmsBackend.schedule_key_deletion",
            "KmsBackend.cancel_key_deletion",
        ]
    },
    "moto.secretsmanager.exceptions": {"secretsmanager/secrets": ["SecretsManagerClientError"]},
    "moto.s3.notifications": {"s3/notifications": ["send_event"]},
    "moto.s3.responses": {"s3/tagging": ["S3Response._tagging_from_xml"]},
    "moto.events.models": {
        "targets": [
            "events_backends",
            "EventsBackend.put_events",
            "EventsBackend.describe_event_bus",
        ],
        "events/rules": [
            "EventsBackend.describe_rule",
            "EventsBackend.list_targets_by_rule",
            "EventsBackend.delete_event_bus",
            "EventsBackend.list_archives",
        ],
        "events/buses": [
            "EventsBackend.put_rule",
            "EventsBackend.put_targets",
            "EventsBackend.delete_rule",
            "EventsBackend.enable_rule",
            "EventsBackend.disable_rule",
            "EventsBackend.remove_targets",
            "EventsBackend.create_archive",
            "EventsBackend.update_archive",
            "Replay.replay_events",
            "ReplayState.COMPLETED",
            "EventPattern.dump",
        ],
    },
    "moto.events.utils": {"events/rules": ["PAGINATION_MODEL"]},
    "moto.events.responses": {"events/rules": ["EventsHandler.list_event_buses"]},
    "moto.events.notifications": {"events/buses": ["_send_safe_notification"]},
    "moto.stepfunctions.responses": {"events/targets": ["get_backend"]},
    "moto.core.utils": {
        "application": ["camelcase_to_underscores", "method_names_from_class"],
        "service_models": ["get_service_model"],
        "short_way": ["convert_to_flask_response"],
        "sqs/arrivals": ["unix_time_millis"],
        "sqs/messages": ["unix_time_millis"],
    },
    "moto.kinesis.models": {
        "streams/polled": ["kinesis_backends"],
        "streams/records": [
            "Shard.put_record",
            "Shard.get_records",
            "Stream.get_shard_for_key",
            "Stream.put_record",
            "Stream.split_shard",
            "Stream.merge_shards",
            "KinesisBackend.create_stream",
            "KinesisBackend.delete_stream",
            "OrderedDict",
            "md5_hash",
            "InvalidArgumentError",
            "Record",
        ],
    },
    "moto.dynamodb.models.table": {
        "streams/records": ["StreamShard.add", "StreamRecord"],
        "streams/answers": ["Table.set_stream_specification"],
    },
    "moto.dynamodbstreams.models": {"streams/answers": ["DynamoDBStreamsBackend.get_records"]},
    "moto.dynamodb.models.utilities": {"streams/records": ["dynamo_json_dump"]},
    "moto.dynamodb.models": {
        "facts_of_services": ["dynamodb_backends"],
        "streams/records": [
            "DynamoDBBackend.delete_table",
            *(f"DynamoDBBackend.{name}" for name in WRITES),
        ],
    },
    "moto.dynamodb.responses": {"streams/records": [f"DynamoHandler.{name}" for name in WRITES]},
    "moto.sns.models": {
        "sns/plain_publish": ["sns_backends", "SNSBackend.publish"],
        "targets": ["sns_backends", "SNSBackend.publish"],
        "sns/delivery": ["Topic.publish"],
        "sns/messages": ["SNSBackend.publish", "SNSBackend.publish_batch"],
        "sns/topics": ["SNSBackend.create_topic"],
        "sns/subscriptions": [
            "SNSBackend.subscribe",
            "SNSBackend.set_subscription_attributes",
            "SNSBackend._find_subscription",
        ],
    },
    "moto.sns.responses": {
        "sns/messages": ["SNSResponse.publish", "SNSResponse._transform_message_attributes"],
        "sns/subscriptions": [
            "SNSResponse.subscribe",
            "SNSResponse.unsubscribe",
            "SNSResponse.confirm_subscription",
            "SNSResponse.list_subscriptions",
            "SNSResponse.list_subscriptions_by_topic",
        ],
        "sns/topics": ["SNSResponse.get_topic_attributes", "SNSResponse.set_topic_attributes"],
    },
    "moto.sns.exceptions": {
        "sns/messages": [
            "BatchEntryIdsNotDistinct",
            "InvalidParameterValue",
            "SNSException",
            "TooManyEntriesInBatchRequest",
        ],
        "sns/subscriptions": ["InvalidParameterValue", "SNSNotFoundError"],
    },
    "moto.apigatewayv2.models": {
        "http_apis": [
            "apigatewayv2_backends",
            "Api.create_integration",
            "Api.create_route",
            "Api.create_stage",
            "Api.delete_stage",
        ]
    },
    "moto.cognitoidp.responses": {"http_apis": ["CognitoIdpJsonWebKeyResponse.json_web_key"]},
    "moto.apigateway.models": {
        "apigateway": [
            "apigateway_backends",
            "APIGatewayBackend.create_deployment",
            "APIGatewayBackend.create_resource",
            "APIGatewayBackend.create_rest_api",
            "APIGatewayBackend.create_stage",
            "APIGatewayBackend.delete_resource",
            "APIGatewayBackend.delete_rest_api",
            "APIGatewayBackend.import_rest_api",
            "APIGatewayBackend.put_rest_api",
            "APIGatewayBackend.update_rest_api",
            "APIGatewayBackend.update_stage",
            "Resource.add_integration",
            "Resource.get_path",
            "RestAPI.add_model",
            "RestAPI.create_authorizer",
            "RestAPI.create_deployment",
            "RestAPI.create_request_validator",
            "RestAPI.delete_deployment",
            "RestAPI.put_gateway_response",
            "RestAPI.update_integration_mocks",
            "GatewayResponse",
            "IntegrationResponse.to_json",
            "Stage._get_default_method_settings",
            "Stage.to_json",
            *[f"APIGatewayBackend.{name}" for name in REFUSED],
        ]
    },
    "moto.apigateway.responses": {
        "apigateway": [
            "APIGatewayResponse.create_deployment",
            "APIGatewayResponse.create_rest_api",
            "APIGatewayResponse.get_gateway_responses",
            "APIGatewayResponse.get_resources",
            "APIGatewayResponse.update_stage",
        ]
    },
    "moto.apigateway.utils": {"apigateway": ["deserialize_body"]},
    "moto.apigateway.exceptions": {
        "apigateway": [
            "BadRequestException",
            "ConflictException",
            "DeploymentNotFoundException",
            "GatewayResponseNotFound",
            "InvalidOpenApiModeException",
            "InvalidResourcePathException",
            "NoIntegrationResponseDefined",
            "NotFoundException",
            "ResourceIdNotFoundException",
            "RestAPINotFound",
            "StageStillActive",
            "ValidationException",
            "VpcLinkNotFound",
        ]
    },
    "moto.elbv2.models": {
        "elbv2": [
            "elbv2_backends",
            "ELBv2Backend.create_listener",
            "ELBv2Backend.create_load_balancer",
            "ELBv2Backend.create_target_group",
            "ELBv2Backend.register_targets",
            "FakeTargetGroup.health_for",
        ]
    },
    "moto.elbv2.exceptions": {"elbv2": ["ELBClientError"]},
    "moto.elbv2.responses": {"elbv2": ["ELBV2Response.describe_target_groups"]},
    "moto.cognitoidp.models": {"user_pools": ["cognitoidp_backends"]},
    "moto.kinesis.utils": {"facts_of_services": ["decompose_shard_iterator"]},
}
"""By moto's module: which module or room of helpers/cloud/moto_seam needs which names of it."""

PARAMETERS = {
    "moto.sts.models:STSBackend.assume_role": (
        "region_name role_session_name role_arn policy duration external_id"
    ),
    "moto.sts.models:STSBackend.get_caller_identity": "access_key_id region",
    "moto.sqs.models:SQSBackend.send_message": (
        "queue_name message_body message_attributes group_id deduplication_id system_attributes "
        "validate_group_id"
    ),
    "moto.sqs.models:SQSBackend.create_queue": "name tags",
    "moto.sqs.models:SQSBackend.set_queue_attributes": "queue_name attributes",
    "moto.sqs.models:Queue._set_attributes": "attributes now",
    "moto.s3.notifications:send_event": "account_id event_name bucket key",
    "moto.s3.models:S3Backend.delete_object": "bucket_name key_name version_id bypass",
    "moto.sns.models:Topic.publish": (
        "message subject message_attributes group_id deduplication_id message_structure"
    ),
    "moto.sns.models:SNSBackend.subscribe": "topic_arn endpoint protocol",
    "moto.sns.models:SNSBackend.set_subscription_attributes": "arn name value",
    "moto.logs.models:LogStream._send_log_events": (
        "service destination_arn filter_name log_events"
    ),
    "moto.logs.models:LogsBackend.put_subscription_filter": (
        "log_group_name filter_name filter_pattern destination_arn role_arn"
    ),
    "moto.sns.models:SNSBackend.publish": (
        "message arn phone_number subject message_attributes group_id deduplication_id "
        "message_structure"
    ),
    "moto.apigateway.models:RestAPI.create_authorizer": "identiy_validation_expression",
    "moto.apigateway.models:RestAPI.create_deployment": "name description stage_variables",
    "moto.apigateway.models:APIGatewayBackend.create_stage": "function_id stage_name deploymentId",
    "moto.apigateway.models:APIGatewayBackend.put_method": (
        "function_id resource_id method_type authorization_type api_key_required "
        "request_parameters request_models operation_name authorizer_id request_validator_id"
    ),
    "moto.apigateway.models:APIGatewayBackend.put_integration": (
        "integration_method credentials request_templates passthrough_behavior "
        "timeout_in_millis request_parameters content_handling"
    ),
    "moto.elbv2.models:ELBv2Backend.register_targets": "target_group_arn instances",
    "moto.elbv2.models:FakeTargetGroup.health_for": "target ec2_backend",
    "moto.sqs.models:SQSBackend.receive_message": (
        "queue_name count wait_seconds_timeout visibility_timeout message_attribute_names"
    ),
    "moto.kinesis.models:Shard.put_record": "partition_key data explicit_hash_key",
    "moto.sqs.models:Queue.add_message": "message",
    "moto.dynamodb.models.table:StreamShard.add": "old new",
    "moto.dynamodb.models.table:Table.set_stream_specification": "streams",
    "moto.s3.models:S3Backend.put_object": "bucket_name key_name value",
    "moto.events.models:EventsBackend.put_events": "events",
    "moto.apigatewayv2.models:Api.create_integration": (
        "connection_type description integration_method integration_type integration_uri "
        "credentials_arn payload_format_version"
    ),
    "moto.apigatewayv2.models:Api.create_route": (
        "api_key_required authorization_scopes route_key target authorization_type"
    ),
    "moto.events.models:EventsBackend.put_rule": (
        "name event_bus_arn event_pattern scheduled_expression state managed_by"
    ),
    "moto.events.models:EventsBackend.put_targets": "name event_bus_arn targets",
    "moto.events.models:EventsBackend.create_archive": "event_pattern",
    "moto.stepfunctions.models:StepFunctionBackend.start_execution": (
        "state_machine_arn name execution_input"
    ),
    "moto.logs.models:LogsBackend.create_log_group": "log_group_name tags",
    "moto.logs.models:LogGroup.put_log_events": "log_stream_name log_events",
    "moto.logs.models:LogStream.get_log_events": "start_time end_time",
    "moto.logs.models:LogsBackend.put_metric_filter": (
        "filter_name filter_pattern log_group_name metric_transformations"
    ),
    "moto.logs.models:LogsBackend.delete_metric_filter": "filter_name log_group_name",
    "moto.logs.models:LogsBackend._find_log_group": "log_group_id log_group_name",
}
"""Parameters that the seam passes, some of them by name."""

ATTRIBUTES = {
    "moto.iam.models:iam_backends": (
        "roles users groups instance_profiles access_keys managed_policies"
    ),
    "moto.secretsmanager.models:secretsmanager_backends": "secrets",
    "moto.kms.models:kms_backends": "keys",
    "moto.cloudformation.models:cloudformation_backends": "stacks",
    "moto.s3.models:s3_backends": "buckets",
    "moto.sqs.models:sqs_backends": "queues",
    "moto.events.models:events_backends": "event_buses archives",
    "moto.logs.models:logs_backends": "groups filters region_name resource_policies",
    "moto.sns.models:sns_backends": "topics subscriptions",
    "moto.cloudwatch.models:cloudwatch_backends": "tagger",
    "moto.dynamodb.models:dynamodb_backends": "tables",
    "moto.apigateway.models:apigateway_backends": "apis keys usage_plans usage_plan_keys",
    "moto.elbv2.models:elbv2_backends": "load_balancers target_groups",
    "moto.apigatewayv2.models:apigatewayv2_backends": "apis",
    "moto.cognitoidp.models:cognitoidp_backends": "user_pools",
}
"""What the seam reads of a fresh backend."""


OWN_METHODS = {
    "check_size",
    "completed",
    "content",
    "forget_event_source_mapping",
    "forget_layer_version",
    "frozen_as",
    "function_of_mapping",
    "keep_event_source_mapping",
    "layer_bytes",
    "published",
    "published_logging",
    "revise",
    "tags_of_mapping",
    "with_its_key",
    "touch",
}
"""Public methods that the kit adds to moto's classes; every other one overrides."""


def looked_up(module: str, name: str) -> Any:
    """Return a name of a module, also `Class.method`."""
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def advice(user: str, what: str) -> str:
    """Return what to do about a seam that moved."""
    return (
        f"moto {version('moto')} has {what} no longer as it was; helpers/cloud/moto_seam/{user} "
        "holds on to it. Pin moto back in requirements.txt, or adapt that module and this table."
    )


@pytest.mark.parametrize(
    ("module", "user", "name"),
    [
        (module, user, name)
        for module, users in NAMES.items()
        for user, names in users.items()
        for name in names
    ],
)
def test_what_the_seam_names_is_there(module: str, user: str, name: str):
    """Each class, function and variable that the kit uses or replaces exists."""
    try:
        looked_up(module, name)
    except (ImportError, AttributeError):
        pytest.fail(advice(user, f"{module}.{name}"))


@pytest.mark.parametrize(("place", "parameters"), PARAMETERS.items())
def test_what_the_seam_calls_takes_what_it_gives(place: str, parameters: str):
    """Functions of backends that the kit calls itself have the parameters it passes."""
    module, name = place.split(":")
    taken = [*inspect.signature(looked_up(module, name)).parameters]

    missing = [wanted for wanted in parameters.split() if wanted not in taken]
    assert [] == missing, advice("targets", f"the parameters {missing} of {module}.{name}")


@pytest.mark.parametrize(("place", "attributes"), ATTRIBUTES.items())
def test_what_the_seam_reads_of_a_backend_is_there(
    place: str, attributes: str, monkeypatch: pytest.MonkeyPatch
):
    """Backends hold their resources under the names that the kit reads."""
    monkeypatch.setattr("moto.iam.models.load_iam_aws_managed_policies", lambda: False)
    module, name = place.split(":")
    by_region = looked_up(module, name)["000000000001"]
    try:
        backend = by_region["us-east-1"]
    except KeyError:  # a service without Regions
        backend = by_region["aws"]

    missing = [wanted for wanted in attributes.split() if not hasattr(backend, wanted)]
    assert [] == missing, advice("targets", f"{missing} of {module}.{name}")


def seam_attributes() -> list[tuple[str, str, str]]:
    """Return each `alias.name` of the seam for which `alias` is a module of moto."""
    found = set()
    seam = ROOT / "helpers" / "cloud" / "moto_seam"
    for file in seam.rglob("*.py"):
        place = file.relative_to(seam).with_suffix("").as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        aliases = {
            alias.asname: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.asname and alias.name.startswith("moto.")
        }
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(ast.Name(alias), name) if alias in aliases:
                    found.add((place, aliases[alias], name))
    return sorted(found)


@pytest.mark.parametrize(("user", "module", "name"), seam_attributes())
def test_what_the_seam_takes_of_a_module_is_there(user: str, module: str, name: str):
    """Names behind a module's alias are looked up late, so they are looked up here first."""
    assert hasattr(importlib.import_module(module), name), advice(user, f"{module}.{name}")


def methods_of(kit_class: type) -> list[str]:
    """Return the methods that a class of the kit defines, not those it only inherits."""
    return [name for name, value in vars(kit_class).items() if isinstance(value, FunctionType)]


@pytest.mark.parametrize(
    ("kit_class", "name"),
    [
        (kit_class, name)
        for kit_class in (KitBackend, LayerStore, MappingsBackend, KitFunction)
        for name in methods_of(kit_class)
        if name not in OWN_METHODS and (name == "__init__" or not name.startswith("_"))
    ],
)
def test_what_the_kit_overrides_is_still_called_so(kit_class: type, name: str):
    """An override that moto no longer calls, or calls otherwise, would silently do nothing."""
    original = getattr(kit_class.__mro__[1], name, None)
    assert original is not None, advice("awslambda", f"{kit_class.__mro__[1].__name__}.{name}")

    ours = inspect.signature(getattr(kit_class, name)).parameters
    theirs = [*inspect.signature(original).parameters]
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named = [p.name for p in ours.values() if p.kind not in kinds]
    assert named == theirs[: len(named)], advice("awslambda", f"the parameters of {name}")
    if len(named) < len(theirs):
        assert any(p.kind in kinds for p in ours.values()), advice("awslambda", f"all of {name}")


def test_the_simple_backends_are_looked_up_anew_at_each_call(monkeypatch: pytest.MonkeyPatch):
    """With use_docker off, every path of moto reaches whatever stands in awslambda_simple."""
    monkeypatch.setitem(default_user_config, "lambda", {"use_docker": False})
    ours = {"123456789012": {"us-east-1": "the kit's backend"}}
    monkeypatch.setattr("moto.awslambda_simple.models.lambda_simple_backends", ours)

    found = get_backend("123456789012", "us-east-1")

    assert "the kit's backend" == found, advice("awslambda", "moto.awslambda.utils.get_backend")


def test_functions_are_constructed_by_the_name_that_the_kit_rebinds():
    """create_function looks LambdaFunction up in its module, so a rebound name is used."""
    names = lambda_models.LambdaBackend.create_function.__code__.co_names

    assert "LambdaFunction" in names, advice("awslambda", "LambdaBackend.create_function")


def test_openapi_documents_are_validated_only_where_the_kit_imports_them():
    """moto's other methods never call the validator that the kit spares it."""
    source = inspect.getsource(importlib.import_module("moto.apigateway.models"))
    callers = {
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "validate"
    }

    assert {"import_rest_api", "put_rest_api"} == callers, advice("apigateway", "validate")


def test_managed_policies_are_read_by_the_method_that_the_kit_replaces():
    """A new IAM backend asks _init_aws_policies, once."""
    names = IAMBackend.__init__.__code__.co_names

    assert "_init_aws_policies" in names, advice("iam/managed_policies", "IAMBackend.__init__")


def test_an_http_api_keeps_its_parts_under_the_names_that_are_read():
    """Routes, integrations, authorizers and stages are read off moto's objects."""
    models = importlib.import_module("moto.apigatewayv2.models")
    api = models.apigatewayv2_backends["000000000001"]["us-east-1"].create_api(
        *(None,) * 6, "HTTP", None, {}, None
    )
    nothing = dict.fromkeys(
        inspect.signature(models.Authorizer.__init__).parameters.keys() - {"self"}
    )
    parts = {
        api: "routes integrations authorizers stages cors_configuration protocol_type "
        "disable_execute_api_endpoint",
        api.create_stage({"stageName": "s"}): "name auto_deploy stage_variables route_settings "
        "default_route_settings access_log_settings updated description",
        api.create_route(False, [], "GET /", ""): "route_key target authorizer_id "
        "authorization_type authorization_scopes",
        api.create_integration("", "", "POST", "AWS_PROXY", "u"): "integration_type "
        "integration_uri integration_subtype integration_method payload_format_version "
        "timeout_in_millis credentials_arn request_parameters response_parameters",
        models.Authorizer(**nothing): "id authorizer_type authorizer_uri jwt_config "
        "auth_payload_format_version identity_source enable_simple_response auth_result_ttl "
        "auth_creds_arn",
    }

    missing = [
        f"{type(part).__name__}.{name}"
        for part, names in parts.items()
        for name in names.split()
        if not hasattr(part, name)
    ]
    assert [] == missing, advice("http_apis", f"{missing}")


def test_step_functions_asks_for_the_port_late():
    """Its inner client goes to localhost at the port that the kit sets."""
    client = importlib.import_module("moto.stepfunctions.parser.asl.utils.boto_client")
    source = Path(str(client.__file__)).read_text(encoding="utf-8")

    assert re.search(r"moto_server_port|MOTO_PORT|localhost", source), advice(
        "application", "the endpoint of Step Functions' client"
    )


def test_the_installed_moto_is_the_pinned_one():
    """The seam is checked against one version; another one is a decision."""
    pinned = re.search(
        r"^moto(?:\[[^\]]*\])?\s*==\s*([\w.]+)",
        (ROOT / "requirements.txt").read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert pinned is not None, "requirements.txt does not pin moto with =="
    assert pinned[1] == version("moto")


def test_a_seam_that_moved_is_told_with_the_remedy():
    """The failure names the version, the place, who needs it, and what to do."""
    text = advice("targets", "moto.sqs.models.sqs_backends")

    assert f"moto {version('moto')} has moto.sqs.models.sqs_backends no longer as it was" in text
    assert "helpers/cloud/moto_seam/targets" in text
    assert "requirements.txt" in text
