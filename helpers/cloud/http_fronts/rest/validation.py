"""Request validators: required parameters, and the body against the method's model.

Models are JSON schema draft 4. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html.
"""

from __future__ import annotations

from helpers.cloud.http_fronts.rest.call import RestCall
from helpers.cloud.http_fronts.rest.refusals import RefusedError
from helpers.cloud.json_text import read_json

JSON_TYPE = "application/json"


def check_parameters(call: RestCall) -> None:
    """Refuse a request that lacks parameters the method requires."""
    if not call.method.validates_parameters:
        return
    given = call.given()
    present = {
        "path": {name for name, value in given.path.items() if value},
        "querystring": {name for name, value in given.querystring.items() if value},
        "header": {name.lower() for name, value in given.header.items() if value},
    }
    missing: list[str] = []
    for parameter, required in sorted(call.method.parameters.items()):
        _, _, rest = parameter.partition("method.request.")
        where, _, name = rest.partition(".")
        found = name.lower() if where == "header" else name
        if required and found not in present.get(where, {found}):
            missing.append(name)
    if missing:
        message = f"Missing required request parameters: [{', '.join(missing)}]"
        raise RefusedError("BAD_REQUEST_PARAMETERS", message)


def check_body(call: RestCall) -> None:
    """Refuse a body that is not as the method's model wants it."""
    models = call.method.models
    if not call.method.validates_body or not models:
        return
    kind = call.http.request.headers.get("content-type", JSON_TYPE).partition(";")[0].strip()
    name = models.get(kind) or models.get("$default")
    if name is None or name not in call.deployment.models:
        return
    try:
        document = read_json(call.http.request.body or b"{}")
    except ValueError as error:
        raise _invalid(f"not JSON: {error}") from error
    from helpers.cloud.http_fronts.rest.schemas import problem_of  # its import lasts a second

    problem = problem_of(document, name, call.deployment.models)
    if problem:
        raise _invalid(problem)


def _invalid(detail: str) -> RefusedError:
    return RefusedError("BAD_REQUEST_BODY", "Invalid request body", detail=detail)
