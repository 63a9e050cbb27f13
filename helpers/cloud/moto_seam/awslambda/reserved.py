"""Reserved concurrency: put, get and delete, on moto's storage.

moto takes no $LATEST in a name and looks at the function before the request; so these requests
never reach it.

Source: docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud.control.asked import asked_of, members_of
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.model import LATEST
from helpers.cloud.moto_seam.awslambda.backend import FUNCTIONS_ONLY, KitBackend
from helpers.cloud.moto_seam.awslambda.moto_errors import as_aws_error
from helpers.cloud.registry import Registry

PATH = re.compile(r"/(?:2017-10-31|2019-09-30)/functions/([^/]+)/concurrency/?")


@dataclass(frozen=True, slots=True)
class ReservedConcurrencyApi:
    """Answers the operations of reserved concurrency; lives with the cloud.

    `backend` gives moto's storage of an account's Region.
    """

    registry: Registry
    backend: Callable[[str, str], KitBackend]
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where AWS answers with one."""
        asked = asked_of(PATH, request, region=region, account_id=self.account_id)
        if asked.named_qualifier is not None:
            raise InvalidParameterValueException(FUNCTIONS_ONLY)
        key, puts = asked.key, request.method == "PUT"
        # AWS says whose concurrency it looked for, but only when it is to be changed
        self.registry.resolve(key, LATEST if puts and not self.registry.get(key) else None)
        backend = self.backend(key[0], key[1])
        with as_aws_error():
            if puts:
                wanted = members_of(request.body).get("ReservedConcurrentExecutions")
                backend.put_function_concurrency(key[2], wanted)
                return json_answer(200, {"ReservedConcurrentExecutions": wanted})
            if request.method == "DELETE":
                backend.delete_function_concurrency(key[2])
                return HttpAnswer(204, [])
            held = backend.get_function_concurrency(key[2])
        return json_answer(200, {} if held is None else {"ReservedConcurrentExecutions": int(held)})
