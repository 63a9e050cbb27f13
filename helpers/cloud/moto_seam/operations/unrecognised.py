"""A call that no model describes, told apart far enough to refuse it in its own protocol."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.call import Call
from helpers.cloud.moto_seam.operations.recognise import ScopedRequest
from helpers.cloud.moto_seam.operations.routing import service_of


def unrecognised(request: ScopedRequest) -> Call:
    """Return a call that the table does not map, named by what the request says of itself."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    model = service_of(request.service)
    service = model.service_name if model is not None else request.service
    operation = headers.get("x-amz-target", "").rpartition(".")[2] or request.method
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        protocol = "smithy-rpc-v2-cbor"
    elif "x-amz-target" in headers:
        protocol = "json"
    else:
        protocol = model.protocol if model is not None else "rest-json"
    return Call(service, operation, {}, request.region, protocol=protocol)
