"""What answers at a function URL: who may call, the event, and the function's answer as HTTP.

A caller needs lambda:InvokeFunctionUrl and lambda:InvokeFunction, everybody by the function's
policy (AuthType NONE), or whoever signed the request for the service lambda (AWS_IAM). In
RESPONSE_STREAM mode what a custom runtime streams goes out as it comes. Python's managed runtimes
do not stream: the handler's whole result becomes the body, uninterpreted, with status 200.
Source: docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html and urls-auth.html.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from helpers.cloud import records
from helpers.cloud.clock import Clock
from helpers.cloud.errors import AccessDeniedException, AwsError
from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.events.http_v2 import http_v2_event
from helpers.cloud.http_fronts.address import FrontKind, PublicAddress, domain_name
from helpers.cloud.http_fronts.cors import is_preflight
from helpers.cloud.http_fronts.function_urls import (
    AuthType,
    FunctionUrl,
    FunctionUrls,
    InvokeMode,
)
from helpers.cloud.http_fronts.functions import INVOKE, FrontAnswer, FrontFunctions, Invoking
from helpers.cloud.http_fronts.proxy_answers import MalformedAnswerError, answer_v2
from helpers.cloud.http_fronts.streamed_answers import STREAM_TYPE, streamed_answer
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.invoke import StreamedAnswer
from helpers.cloud.ports import FrontCallers, Permission, Signer
from helpers.cloud.records import Recorder

STAGE = "$default"
ANONYMOUS = "anonymous"
SIGNATURE_HEADERS = frozenset({"authorization", "x-amz-security-token"})
FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)
HEADERS_OF_THE_FRONT = frozenset({"x-amzn-requestid", "x-amzn-trace-id"})
UNSIGNED = ("AccessDeniedException", "MissingAuthenticationTokenException")


@dataclass(frozen=True, slots=True)
class LambdaUrlsFront:
    """Answers requests to function URLs; lives with the cloud."""

    urls: FunctionUrls
    functions: FrontFunctions
    callers: FrontCallers
    recorder: Recorder
    clock: Clock

    def takes(self, address: PublicAddress) -> bool:
        """Tell whether the address is a function URL's, known or not."""
        return address.kind is FrontKind.LAMBDA_URL

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Answer one request; never raises AwsError."""
        trace = self.functions.new_trace(request.headers.get("x-amzn-trace-id", ""))
        url = self.urls.find(address.id)
        if url is None:
            return _named(_forbidden(), None, trace)
        ran: FrontAnswer | None = None
        stream: StreamedAnswer | None = None
        reason = ""
        try:
            if url.cors is not None and is_preflight(request):
                answer = url.cors.preflight(request, status=200)
            else:
                stream, ran = self._run(request, address, url, trace)
                answer, reason = _rendered(stream, ran)
        except AwsError as error:
            answer, reason = _refused(error), f"{error.code}: {error.message}"
        if url.cors is not None and not is_preflight(request):
            answer = url.cors.applied(request, answer)
        self.recorder.add(
            records.HttpAnswered(
                front="lambda-url",
                id=url.id,
                method=request.method,
                path=address.path,
                status=answer.status,
                function=url.key[2],
                request_id=ran.request_id if ran else None,
                reason=reason,
            )
        )
        return _named(answer, ran, trace)

    def _run(
        self, request: HttpRequest, address: PublicAddress, url: FunctionUrl, trace: str
    ) -> tuple[StreamedAnswer | None, FrontAnswer]:
        """Run the function; return its answer and, in RESPONSE_STREAM mode, the stream of it."""
        signer = self._caller(request, url)
        call = HttpCall(
            request=request,
            path=address.path,
            api_id=url.id,
            domain_name=domain_name(FrontKind.LAMBDA_URL, url.id, url.key[1]),
            account_id=signer.account_id if signer else ANONYMOUS,
            stage=STAGE,
            route_key=STAGE,
            request_id=str(uuid.uuid4()),
            time_s=self.clock.now(),
            trace=trace,
            authorizer={"iam": iam_authorizer(signer)} if signer else None,
            hidden_headers=SIGNATURE_HEADERS if signer else frozenset(),
        )
        event, as_whom = http_v2_event(call), Invoking(trace=trace)
        if url.invoke_mode is InvokeMode.RESPONSE_STREAM:
            return self.functions.stream(url.function_arn, event, as_whom)
        return None, self.functions.invoke(url.function_arn, event, as_whom)

    def _caller(self, request: HttpRequest, url: FunctionUrl) -> Signer | None:
        region, arn = url.key[1], url.function_arn
        auth_type = {"lambda:FunctionUrlAuthType": str(url.auth_type)}
        permissions = (
            Permission("lambda:InvokeFunctionUrl", arn, auth_type),
            Permission(INVOKE, arn, {"lambda:InvokedViaFunctionUrl": "true"}),
        )
        if url.auth_type is AuthType.AWS_IAM:
            return self.callers.signer(request, "lambda", region, permissions)
        self.callers.check_anonymous(request, region, permissions)
        return None


def iam_authorizer(signer: Signer) -> dict[str, str | None]:
    """Return requestContext.authorizer.iam for whoever signed."""
    return {
        "accessKey": signer.access_key_id,
        "accountId": signer.account_id,
        "callerId": signer.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": signer.arn,
        "userId": signer.user_id,
    }


def _rendered(stream: StreamedAnswer | None, ran: FrontAnswer) -> tuple[HttpAnswer, str]:
    """Return the answer and, when it is not the function's own, why."""
    if ran.failed:
        return _bad_gateway(), "the function failed"
    try:
        if stream is None:
            return answer_v2(ran.payload), ""
        if stream.is_streamed:
            return streamed_answer(stream), ""
    except MalformedAnswerError as error:
        return _bad_gateway(), str(error)
    return HttpAnswer(200, [("Content-Type", STREAM_TYPE)], ran.payload), ""


def _named(answer: HttpAnswer, ran: FrontAnswer | None, trace: str) -> HttpAnswer:
    """Return an answer with the request's id, the invocation's where there was one, and trace."""
    added = {"x-amzn-RequestId": ran.request_id if ran else str(uuid.uuid4())}
    added["X-Amzn-Trace-Id"] = trace.partition(";")[0]
    kept = [pair for pair in answer.headers if pair[0].lower() not in HEADERS_OF_THE_FRONT]
    return replace(answer, headers=[*kept, *added.items()])


def _refused(error: AwsError) -> HttpAnswer:
    if isinstance(error, AccessDeniedException) or error.code in UNSIGNED:
        return _forbidden()
    rendered = error.rest_json()
    if error.http_status == 404:  # the function went while it was called
        return _forbidden()
    return HttpAnswer(rendered.http_status, [*rendered.headers.items()], rendered.body)


def _forbidden() -> HttpAnswer:
    headers = [("x-amzn-ErrorType", "AccessDeniedException")]
    answer = json_answer(403, {"Message": FORBIDDEN})
    return HttpAnswer(answer.status, answer.headers + headers, answer.body)


def _bad_gateway() -> HttpAnswer:
    return HttpAnswer(502, [("Content-Type", "application/json")], b"Internal Server Error")
