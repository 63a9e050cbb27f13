"""Code signing configurations: which there are, which function has which, and what they refuse.

Models the nine operations and the check at deployment. There is no AWS Signer here, so that no
package is signed: a function whose configuration enforces signatures cannot be deployed, one whose
configuration warns can. Left out: the metric SignatureValidationErrors.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html and the API reference of
the operations; sentences as AWS's answers in public reports have them.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.control.constraints import ARN_PATTERN, Constraints
from helpers.cloud.control.tags import check_tags
from helpers.cloud.errors import (
    CodeSigningConfigNotFoundException,
    CodeVerificationFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from helpers.cloud.registry import Key, Registry, function_arn

MAX_PUBLISHERS = 20
ENFORCE, WARN = "Enforce", "Warn"


@dataclass(frozen=True, slots=True)
class CodeSigningConfig:
    """One configuration: whose signatures it takes, and what becomes of other packages."""

    arn: str
    publishers: tuple[str, ...]
    policy: str
    modified: datetime
    description: str = ""

    def document(self) -> dict[str, Any]:
        """Return the configuration as the API shows it."""
        return {
            "CodeSigningConfigId": self.arn.rpartition(":")[2],
            "CodeSigningConfigArn": self.arn,
            "Description": self.description,
            "AllowedPublishers": {"SigningProfileVersionArns": list(self.publishers)},
            "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": self.policy},
            "LastModified": f"{self.modified:%Y-%m-%dT%H:%M:%S.%f}"[:23] + "+0000",
        }


class CodeSigning:
    """Keeps configurations and who has them; lives with the cloud."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self._lock = threading.Lock()
        self._configs: dict[str, CodeSigningConfig] = {}
        self._had_by: dict[Key, str] = {}
        self._tags: dict[str, dict[str, str]] = {}
        registry.subscribe(self._on_change)

    def create(self, place: tuple[str, str], members: Mapping[str, Any]) -> CodeSigningConfig:
        """Make a configuration of an account's Region."""
        _check(members, creates=True)
        account_id, region = place
        number = f"csc-{secrets.token_hex(9)[:17]}"
        arn = f"arn:aws:lambda:{region}:{account_id}:code-signing-config:{number}"
        if members.get("Tags"):
            self._tags[arn] = check_tags(members["Tags"], {})
        return self._keep(CodeSigningConfig(arn, (), WARN, self._clock.today()), members)

    def update(self, arn: str, members: Mapping[str, Any]) -> CodeSigningConfig:
        """Change what is given of a configuration."""
        held = self.get(arn)
        _check(members, creates=False)
        return self._keep(replace(held, modified=self._clock.today()), members)

    def get(self, arn: str) -> CodeSigningConfig:
        """Return a configuration; raises ResourceNotFoundException."""
        found = self._configs.get(arn)
        if found is None:
            raise ResourceNotFoundException(
                f"The Lambda code signing configuration {arn} can not be found."
            ).without_type()
        return found

    def delete(self, arn: str) -> None:
        """Forget a configuration that no function has."""
        self.get(arn)
        users = self.functions_of(arn)
        if users:
            raise ResourceConflictException(
                f"The code signing configuration {arn} is in use by {', '.join(users)}."
            )
        with self._lock:
            self._configs.pop(arn, None)
            self._tags.pop(arn, None)

    def tags(self, arn: str) -> dict[str, str]:
        """Return a configuration's tags, to be read and changed."""
        self.get(arn)
        return self._tags.setdefault(arn, {})

    def of_region(self, place: tuple[str, str]) -> list[CodeSigningConfig]:
        """Return the configurations of an account's Region."""
        prefix = "arn:aws:lambda:{1}:{0}:".format(*place)
        with self._lock:
            return [held for arn, held in self._configs.items() if arn.startswith(prefix)]

    def functions_of(self, arn: str) -> list[str]:
        """Return the ARNs of the functions that have a configuration."""
        with self._lock:
            keys = sorted(key for key, had in self._had_by.items() if had == arn)
        return [function_arn(key) for key in keys]

    def of(self, key: Key) -> str | None:
        """Return the ARN of a function's configuration."""
        return self._had_by.get(key)

    def attach(self, key: Key, arn: str) -> None:
        """Let a function have a configuration, from its next deployment on."""
        self.check_known(arn)
        with self._lock:
            self._had_by[key] = arn

    def detach(self, key: Key) -> None:
        """Let a function have none."""
        with self._lock:
            self._had_by.pop(key, None)

    def check_known(self, arn: str) -> None:
        """Raise CodeSigningConfigNotFoundException for a configuration that is not there."""
        if arn not in self._configs:
            raise CodeSigningConfigNotFoundException(
                "The code signing configuration cannot be found. Check that the provided "
                f"configuration is not deleted: {arn}."
            )

    def check_deployment(self, key: Key, arn: str | None = None) -> None:
        """Raise the AwsError of a function that gets a package, none of which is signed.

        `arn` is the configuration it shall have; without one, what it has counts.
        """
        if arn:
            self.check_known(arn)
        held = self._configs.get(arn or self._had_by.get(key, ""))
        if held is not None and held.policy == ENFORCE:
            raise CodeVerificationFailedException(
                "Lambda cannot deploy the function. The function or layer might be signed using a "
                "signature that the client is not configured to accept. Check the provided "
                f"signature for {key[2]}."
            )

    def clear(self) -> None:
        """Forget everything: the account is being emptied."""
        with self._lock:
            self._configs.clear()
            self._tags.clear()
            self._had_by.clear()

    def _keep(self, base: CodeSigningConfig, members: Mapping[str, Any]) -> CodeSigningConfig:
        publishers, policies = members.get("AllowedPublishers"), members.get("CodeSigningPolicies")
        description = members.get("Description")
        kept = replace(
            base,
            publishers=tuple(publishers["SigningProfileVersionArns"])
            if publishers
            else base.publishers,
            policy=(policies or {}).get("UntrustedArtifactOnDeployment") or base.policy,
            description=base.description if description is None else description,
        )
        with self._lock:
            self._configs[kept.arn] = kept
        return kept

    def _on_change(self, key: Key) -> None:
        if self._registry.get(key) is None:
            self.detach(key)


def _check(members: Mapping[str, Any], *, creates: bool) -> None:
    """Raise ValidationException for members that break the API model."""
    publishers = members.get("AllowedPublishers")
    constraints = Constraints()
    if creates:
        constraints.required("allowedPublishers", publishers)
    if publishers is not None:
        arns = publishers.get("SigningProfileVersionArns")
        member = "allowedPublishers.signingProfileVersionArns"
        constraints.required(member, arns)
        constraints.items(member, arns, at_least=1, at_most=MAX_PUBLISHERS)
        for arn in arns or ():
            constraints.pattern(member, arn, ARN_PATTERN)
    policy = (members.get("CodeSigningPolicies") or {}).get("UntrustedArtifactOnDeployment")
    constraints.one_of("codeSigningPolicies.untrustedArtifactOnDeployment", policy, (WARN, ENFORCE))
    constraints.length("description", members.get("Description"), at_most=256)
    constraints.raise_if_broken()
