"""OpenAPI documents become REST APIs: ImportRestApi and PutRestApi.

Reads Swagger 2.0 and OpenAPI 3 with API Gateway's extensions: integrations, ANY methods,
authorizers, request validators, models, gateway responses, binary media types, key source, policy.
Left out: $ref outside models, servers, documentation, and warnings. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.apigateway.exceptions import BadRequestException

X = "x-amazon-apigateway-"
VERBS = ("get", "put", "post", "delete", "options", "head", "patch", f"{X}any-method")
_WHERE = {"query": "querystring", "header": "header", "path": "path"}


def import_document(backend: Any, api_id: str, document: Any, *, overwrite: bool) -> None:
    """Put a document into an API; raises BadRequestException."""
    if not isinstance(document, dict) or not isinstance(document.get("paths", {}), dict):
        raise BadRequestException("Invalid OpenAPI input.")
    if str(document.get("swagger", "")) != "2.0" and not str(
        document.get("openapi", "")
    ).startswith("3."):
        raise BadRequestException("Invalid OpenAPI input. Missing or unknown specification version")
    api = backend.get_rest_api(api_id)
    try:
        _Import(backend, api, document).run(overwrite=overwrite)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadRequestException("Invalid OpenAPI input.") from error


class _Import:
    """One import; lives while it runs."""

    def __init__(self, backend: Any, api: Any, document: Mapping[str, Any]) -> None:
        self._backend = backend
        self._api = api
        self._document = document
        self._authorizers: dict[str, tuple[str, str | None]] = {}
        self._keys: set[str] = set()
        self._validators: dict[str, str] = {}

    def run(self, *, overwrite: bool) -> None:
        """Read the whole document."""
        api, document = self._api, self._document
        if overwrite:
            root = api.resources[api.root_resource_id]
            root.resource_methods = {}
            api.resources = {root.id: root}
            api.authorizers, api.request_validators = {}, {}
            api.gateway_responses = {}
        info = document.get("info") or {}
        api.name = info.get("title") or api.name
        api.description = info.get("description", api.description)
        api.version = info.get("version", api.version)
        self._settings()
        self._models()
        self._security_schemes()
        for name, given in (document.get(f"{X}request-validators") or {}).items():
            made = api.create_request_validator(
                name, given.get("validateRequestBody"), given.get("validateRequestParameters")
            )
            self._validators[name] = made.id
        for path, item in (document.get("paths") or {}).items():
            resource = self._resource(path)
            for verb in VERBS:
                if isinstance(item.get(verb), dict):
                    self._method(resource, verb, item, item[verb])

    def _settings(self) -> None:
        api, document = self._api, self._document
        api.binaryMediaTypes = list(document.get(f"{X}binary-media-types") or api.binaryMediaTypes)
        api.api_key_source = document.get(f"{X}api-key-source") or api.api_key_source
        if f"{X}policy" in document:
            api.policy = json.dumps(document[f"{X}policy"])
        for kind, given in (document.get(f"{X}gateway-responses") or {}).items():
            api.put_gateway_response(
                kind,
                given.get("statusCode"),
                given.get("responseParameters"),
                given.get("responseTemplates"),
            )

    def _models(self) -> None:
        components = self._document.get("components") or {}
        for name, schema in (
            components.get("schemas") or self._document.get("definitions") or {}
        ).items():
            prefix = f"https://apigateway.amazonaws.com/restapis/{self._api.id}/models/"
            text = re.sub(
                r'"#/(?:definitions|components/schemas)/', f'"{prefix}', json.dumps(schema)
            )
            self._api.add_model(name, "", text, "application/json")

    def _security_schemes(self) -> None:
        components = self._document.get("components") or {}
        schemes = components.get("securitySchemes") or self._document.get("securityDefinitions")
        for name, scheme in (schemes or {}).items():
            given, kind = scheme.get(f"{X}authorizer"), scheme.get(f"{X}authtype", "")
            if kind.lower() == "awssigv4":
                self._authorizers[name] = ("AWS_IAM", None)
            elif given is None:
                self._keys.add(name)
            else:
                self._authorizer(name, scheme, given)

    def _authorizer(self, name: str, scheme: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        kind = str(given.get("type", "token")).upper()
        header = scheme.get("name") or "Authorization"
        made = self._backend.create_authorizer(
            self._api.id,
            name,
            kind,
            provider_arns=given.get("providerARNs"),
            auth_type=scheme.get(f"{X}authtype"),
            authorizer_uri=given.get("authorizerUri"),
            authorizer_credentials=given.get("authorizerCredentials"),
            identity_source=given.get("identitySource") or f"method.request.header.{header}",
            identiy_validation_expression=given.get("identityValidationExpression"),
            authorizer_result_ttl=given.get("authorizerResultTtlInSeconds", 300),
        )
        used = "COGNITO_USER_POOLS" if kind == "COGNITO_USER_POOLS" else "CUSTOM"
        self._authorizers[name] = (used, made.id)

    def _resource(self, path: str) -> Any:
        here, known = self._api.root_resource_id, self._api.resources
        for part in [part for part in path.split("/") if part]:
            found = [r for r in known.values() if (r.parent_id, r.path_part) == (here, part)]
            made = found[0] if found else self._backend.create_resource(self._api.id, here, part)
            here = made.id
        return known[here]

    def _method(
        self, resource: Any, verb: str, item: Mapping[str, Any], given: Mapping[str, Any]
    ) -> None:
        name = "ANY" if verb.startswith(X) else verb.upper()
        parameters = [*(item.get("parameters") or ()), *(given.get("parameters") or ())]
        authorization, authorizer_id, key_required = self._security(given)
        chosen = given.get(f"{X}request-validator", self._document.get(f"{X}request-validator"))
        resource.resource_methods.pop(name, None)
        self._backend.put_method(
            self._api.id,
            resource.id,
            name,
            authorization,
            api_key_required=key_required,
            request_parameters={
                f"method.request.{_WHERE[p['in']]}.{p['name']}": bool(p.get("required"))
                for p in parameters
                if p.get("in") in _WHERE
            },
            request_models=self._request_models(resource, name, given, parameters),
            operation_name=given.get("operationId"),
            authorizer_id=authorizer_id,
            request_validator_id=self._validators.get(chosen) if chosen else None,
        )
        for code in given.get("responses") or {}:
            if str(code).isdigit():
                self._backend.put_method_response(
                    self._api.id, resource.id, name, str(code), None, None
                )
        integration = given.get(f"{X}integration")
        if integration:
            self._integration(resource, name, integration)

    def _security(self, given: Mapping[str, Any]) -> tuple[str, str | None, bool]:
        wanted = given.get("security", self._document.get("security")) or []
        names = [name for requirement in wanted for name in requirement]
        found = next((self._authorizers[n] for n in names if n in self._authorizers), None)
        authorization, authorizer_id = found or ("NONE", None)
        return authorization, authorizer_id, any(name in self._keys for name in names)

    def _request_models(
        self, resource: Any, verb: str, given: Mapping[str, Any], parameters: list[Any]
    ) -> dict[str, str]:
        """Return the models of a body; one written in place gets a name of its own."""
        content = (given.get("requestBody") or {}).get("content") or {}
        schemas = {kind: entry.get("schema") for kind, entry in content.items()}
        in_body = next((p.get("schema") for p in parameters if p.get("in") == "body"), None)
        if in_body:
            schemas = {"application/json": in_body}
        models = {}
        for kind, schema in schemas.items():
            if not isinstance(schema, dict):
                continue
            name = str(schema.get("$ref", "")).rpartition("/")[2]
            if not name:
                name = re.sub(r"\W", "", f"{resource.path_part}{verb.title()}Model")
                self._api.add_model(name, "", json.dumps(schema), kind)
            models[kind] = name
        return models

    def _integration(self, resource: Any, verb: str, given: Mapping[str, Any]) -> None:
        kind = str(given.get("type", "")).upper()
        names = {
            "credentials": "credentials",
            "request_templates": "requestTemplates",
            "passthrough_behavior": "passthroughBehavior",
            "timeout_in_millis": "timeoutInMillis",
            "request_parameters": "requestParameters",
            "content_handling": "contentHandling",
        }
        known = {ours: given.get(theirs) for ours, theirs in names.items()}
        known["passthrough_behavior"] = str(
            known["passthrough_behavior"] or "when_no_match"
        ).upper()
        self._backend.put_integration(
            self._api.id,
            resource.id,
            verb,
            kind,
            given.get("uri"),
            integration_method=given.get("httpMethod"),
            **known,
        )
        for pattern, response in (given.get("responses") or {}).items():
            self._backend.put_integration_response(
                self._api.id,
                resource.id,
                verb,
                str(response.get("statusCode")),
                "" if pattern == "default" else pattern,
                response.get("responseTemplates") or {},
                response.get("responseParameters") or {},
                response.get("contentHandling"),
            )
