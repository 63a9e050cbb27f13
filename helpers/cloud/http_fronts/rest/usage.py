"""API keys, usage plans, and the throttles of a stage's methods.

Rates are token buckets in real time; quotas count requests of a day, week or month, in UTC.
Source: docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html and
api-gateway-request-throttling.html.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, timedelta

from helpers.cloud.clock import Clock
from helpers.cloud.http_fronts.rest.call import RestCall
from helpers.cloud.http_fronts.rest.deployment import ApiKey, RestApis, Throttle, UsagePlan
from helpers.cloud.http_fronts.rest.refusals import RefusedError
from helpers.cloud.rates import Buckets, Rate

DAYS_KEPT = 92
"""How far back GetUsage may look."""


class UsageMeter:
    """Counts the requests of every key and holds the token buckets; lives with the cloud."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets = Buckets()
        self._counts: dict[tuple[str, str], dict[date, int]] = {}
        self._granted: dict[tuple[str, str, date], int] = {}

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._buckets.forget()
            self._counts.clear()
            self._granted.clear()

    def within(self, name: tuple[str, ...], throttle: Throttle) -> bool:
        """Take a token of a bucket; False where there is none now."""
        if throttle.rate is None and throttle.burst is None:
            return True
        burst = throttle.burst if throttle.burst is not None else throttle.rate
        rate = throttle.rate if throttle.rate is not None else throttle.burst
        assert burst is not None
        assert rate is not None
        with self._lock:
            limit = Rate(float(rate), float(burst))
            return self._buckets.take(name, limit, self._clock.steady()) == 0.0

    def count(self, plan: UsagePlan, key_id: str) -> bool:
        """Count a request; False, and nothing counted, where the quota is used up."""
        today = self._clock.today().date()
        with self._lock:
            days = self._counts.setdefault((plan.id, key_id), {})
            if plan.quota_limit is not None and self._left(plan, key_id, today) <= 0:
                return False
            days[today] = days.get(today, 0) + 1
            for old in [day for day in days if (today - day).days > DAYS_KEPT]:
                del days[old]
            return True

    def usage(self, plan: UsagePlan, key_id: str, first: date, last: date) -> list[list[int]]:
        """Return [used, remaining] of each day, as GetUsage does."""
        with self._lock:
            days = self._counts.get((plan.id, key_id), {})
            span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            return [[days.get(day, 0), max(0, self._left(plan, key_id, day))] for day in span]

    def known_keys(self, plan_id: str) -> list[str]:
        """Return the keys that were used under a plan."""
        with self._lock:
            return [key for plan, key in self._counts if plan == plan_id]

    def grant(self, plan: UsagePlan, key_id: str, remaining: int) -> None:
        """Let a key make so many more requests in this period: UpdateUsage."""
        today = self._clock.today().date()
        with self._lock:
            start = period_start(plan, today)
            already = self._granted.get((plan.id, key_id, start), 0)
            more = remaining - self._left(plan, key_id, today)
            self._granted[plan.id, key_id, start] = already + more

    def _left(self, plan: UsagePlan, key_id: str, day: date) -> int:
        start = period_start(plan, day)
        days = self._counts.get((plan.id, key_id), {})
        used = sum(count for at, count in days.items() if start <= at <= day)
        return (plan.quota_limit or 0) + self._granted.get((plan.id, key_id, start), 0) - used


def period_start(plan: UsagePlan, day: date) -> date:
    """Return the day on which a plan's quota was filled last: weeks start on Sunday, day 0."""
    if plan.quota_period == "MONTH":
        shifted = day - timedelta(days=plan.quota_offset)
        return shifted.replace(day=1) + timedelta(days=plan.quota_offset)
    if plan.quota_period == "WEEK":
        return day - timedelta(days=(day.isoweekday() - plan.quota_offset) % 7)
    return day


class KeyCheck:
    """Asks for API keys and keeps callers within their plans; lives with the cloud."""

    def __init__(self, apis: RestApis, meter: UsageMeter) -> None:
        self._apis = apis
        self._meter = meter

    def check(self, call: RestCall, usage_identifier: str = "") -> None:
        """Refuse a call without a key of a plan for this stage, or beyond the plan's limits.

        `usage_identifier` is the key that an authorizer gave.
        """
        if not call.method.api_key_required:
            return
        value = (
            usage_identifier
            if call.deployment.key_from_authorizer
            else call.http.request.headers.get("x-api-key", "")
        )
        key = self._apis.api_key(call.region, value) if value else None
        plan = _plan(key, call) if key is not None and key.enabled else None
        if key is None or plan is None:
            raise RefusedError("INVALID_API_KEY", "Forbidden")
        call.identity |= {"apiKey": key.value, "apiKeyId": key.id}
        self._limit(call, key, plan)

    def _limit(self, call: RestCall, key: ApiKey, plan: UsagePlan) -> None:
        if plan.quota_limit is not None and not self._meter.count(plan, key.id):
            raise RefusedError("QUOTA_EXCEEDED", "Limit Exceeded")
        of_methods = plan.stages[_stage(call)]
        route = f"{call.resource.path}/{call.method.http_method}"
        throttle = of_methods.get(route, plan.throttle)
        name = ("plan", plan.id, key.id, route if route in of_methods else "")
        if not self._meter.within(name, throttle):
            raise RefusedError("THROTTLED", "Too Many Requests")
        if plan.quota_limit is None:
            self._meter.count(plan, key.id)


def check_stage_throttle(
    call: RestCall, throttles: Mapping[str, Throttle], meter: UsageMeter
) -> None:
    """Keep a method within its stage's throttle, which all callers share."""
    route = f"{call.resource.path}/{call.method.http_method}"
    name = route if route in throttles else "*/*"
    throttle = throttles.get(name)
    if throttle is None:
        return
    bucket = ("stage", call.http.api_id, call.http.stage, route)
    if not meter.within(bucket, throttle):
        raise RefusedError("THROTTLED", "Too Many Requests")


def _plan(key: ApiKey, call: RestCall) -> UsagePlan | None:
    return next((plan for plan in key.plans if _stage(call) in plan.stages), None)


def _stage(call: RestCall) -> str:
    return f"{call.http.api_id}:{call.http.stage}"
