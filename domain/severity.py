"""How bad a violation was, and what noticed it."""

from enum import StrEnum


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class DetectionType(StrEnum):
    REGEX = "regex"
    AI = "ai"
    AUTOMOD = "automod"
    MANUAL = "manual"
    RAID = "raid"


SEVERITIES = ("high", "medium", "low")
