"""The health score and what each factor cost (formulas.md, "Violation rate and health score")."""

from dataclasses import dataclass
from math import floor

LIMITED_DATA_BELOW_MESSAGES = 10
WARNING_BELOW_SCORE = 70


@dataclass(frozen=True, slots=True)
class Penalties:
    """Points taken off a score of 100, each rounded to 2 decimals."""

    violation_rate: float
    response_time: float
    escalation: float


@dataclass(frozen=True, slots=True)
class Health:
    """`score` 0..100, `violation_rate` per 1000 messages."""

    score: int
    violation_rate: float
    limited_data: bool
    warning: bool
    penalties: Penalties


def assess(
    messages: int, violations: int, kicks_and_bans: int, mean_response_time_ms: float
) -> Health:
    """The health of a window from its totals; the mean is weighted by count."""
    rate = 1000 * violations / messages if messages else 0.0
    limited = messages < LIMITED_DATA_BELOW_MESSAGES
    p_rate = p_time = p_escalation = 0.0
    if violations:
        p_rate = 0.0 if limited else _penalty(rate, 5, 20, 30)
        p_time = _penalty(mean_response_time_ms, 100, 1000, 20)
        p_escalation = _penalty(kicks_and_bans / violations, 0.10, 0.50, 50)
    # 52 penalty points must not cost 53: 52.00000000000001 is noise, so round it off first.
    score = floor(100 - round(p_rate + p_time + p_escalation, 9))
    penalties = Penalties(round(p_rate, 2), round(p_time, 2), round(p_escalation, 2))
    return Health(
        score=score,
        violation_rate=rate,
        limited_data=limited,
        warning=score < WARNING_BELOW_SCORE,
        penalties=penalties,
    )


def change_pct(current: float, previous: float) -> float:
    """Change against the previous window in percent, 2 decimals; 0.0 when that one was 0."""
    return round(100 * (current - previous) / previous, 2) if previous else 0.0


def share_pct(part: float, whole: float) -> float:
    """Share of the whole in percent, 1 decimal; 0.0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


def _penalty(value: float, none_up_to: float, most_at: float, most: float) -> float:
    """Linear from 0 at `none_up_to` to `most` at `most_at`, flat on either side."""
    share = (value - none_up_to) / (most_at - none_up_to)
    return most * min(max(share, 0.0), 1.0)
