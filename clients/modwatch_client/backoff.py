"""When to try again: exponential backoff with full jitter, never before the server said."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from modwatch_client.answers import Kind


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Seconds. `refused_...` is for a refused token or address, which no haste will mend."""

    base_seconds: float = 1.0
    cap_seconds: float = 60.0
    refused_base_seconds: float = 30.0
    refused_cap_seconds: float = 900.0


class Backoff:
    def __init__(self, policy: RetryPolicy, jitter: Callable[[], float] = random.random) -> None:
        self._policy, self._jitter = policy, jitter
        self.failures = 0

    def reset(self) -> None:
        self.failures = 0

    def wait_seconds(self, kind: Kind, retry_after_seconds: float | None) -> float:
        """How long to wait after one more failure of this kind.

        Full jitter spreads clients over the whole span. What the server asked for is waited in
        full, and the jitter on top, so that its clients do not come back all at once.
        """
        slow = kind is Kind.REFUSED
        base = self._policy.refused_base_seconds if slow else self._policy.base_seconds
        cap = self._policy.refused_cap_seconds if slow else self._policy.cap_seconds
        ceiling = min(cap, base * 2.0 ** min(self.failures, 32))
        self.failures += 1
        if retry_after_seconds is not None:
            return retry_after_seconds + self._jitter() * base
        # A refused token is asked about slowly: half the span for certain.
        lowest = ceiling / 2 if slow else 0.0
        return lowest + self._jitter() * (ceiling - lowest)
