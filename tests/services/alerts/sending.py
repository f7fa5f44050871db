"""One delivery at a time, where a test is about that one: the engine settles several together."""

from __future__ import annotations

from uuid import UUID

from services.container import Parts
from services.deliveries.compose import Job
from services.deliveries.sending import hand_over
from services.deliveries.settling import settle


def send(parts: Parts, job: Job, claim: UUID) -> None:
    """Hand it over once, and write down what came of it."""
    ended = hand_over(parts, job, claim)
    if ended is not None:
        settle(parts, job, claim, ended.attempt)
