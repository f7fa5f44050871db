"""Rules judged by their mistakes (formulas.md, "Rule effectiveness")."""

MINIMUM_DECIDED = 5
"""Appeals that must be decided before a rule's precision says anything."""


def precision(overturned: int, decided: int) -> tuple[float, bool]:
    """`(precision, small_sample)`: the share of decided appeals that upheld the rule.

    The precision lies in 0..1, rounded to 4 decimals; it is 1.0 with a small sample.
    """
    if decided < MINIMUM_DECIDED:
        return 1.0, True
    return round(1 - overturned / decided, 4), False
