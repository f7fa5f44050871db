"""What is found out about an installation, and what there is to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    WELL = "well"
    # It works, and there is a reason to change it all the same.
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy`: what to do, where something is not well."""

    subject: str
    verdict: Verdict
    words: str
    remedy: str = ""


def well(subject: str, words: str) -> Finding:
    return Finding(subject, Verdict.WELL, words)


def better(subject: str, words: str, remedy: str) -> Finding:
    return Finding(subject, Verdict.ADVICE, words, remedy)


def wrong(subject: str, words: str, remedy: str) -> Finding:
    return Finding(subject, Verdict.WRONG, words, remedy)
