"""RFC 3339 in and out: what clients and bots really send, and what they must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import parse_rfc3339, rfc3339

FIRST_MS = -62_135_596_800_000
LAST_MS = 253_402_300_799_999


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_769_508_000_000, "2026-01-27T10:00:00.000Z"),
        (1_769_508_000_007, "2026-01-27T10:00:00.007Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (FIRST_MS, "0001-01-01T00:00:00.000Z"),
        (LAST_MS, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_written_and_read_back(ms: int, text: str) -> None:
    assert rfc3339(ms) == text
    assert parse_rfc3339(text) == ms


@given(st.integers(min_value=FIRST_MS, max_value=LAST_MS))
def test_every_millisecond_survives_the_round_trip(ms: int) -> None:
    assert parse_rfc3339(rfc3339(ms)) == ms


@pytest.mark.parametrize("ms", [FIRST_MS - 1, LAST_MS + 1, 10**30])
def test_a_time_outside_the_calendar_cannot_be_written(ms: int) -> None:
    with pytest.raises(OverflowError):
        rfc3339(ms)


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ("2026-01-27t10:00:00z", "2026-01-27T10:00:00.000Z"),
        ("2026-01-27T10:00:00+00:00", "2026-01-27T10:00:00.000Z"),
        ("2026-01-27T10:00:00-00:00", "2026-01-27T10:00:00.000Z"),
        ("2026-01-27T15:30:00.5+05:30", "2026-01-27T10:00:00.500Z"),
        ("2026-01-26T23:00:00-11:00", "2026-01-27T10:00:00.000Z"),
        ("2026-01-27T10:00:00.1Z", "2026-01-27T10:00:00.100Z"),
        ("2026-01-27T10:00:00.1239Z", "2026-01-27T10:00:00.123Z"),
        ("2026-01-27T10:00:00.999999999999Z", "2026-01-27T10:00:00.999Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
    ],
)
def test_what_is_understood(text: str, as_written: str) -> None:
    assert rfc3339(parse_rfc3339(text)) == as_written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1769508000000",
        "2026-01-27",
        "2026-01-27T10:00:00",
        "2026-01-27 10:00:00Z",
        "2026-01-27T10:00Z",
        "2026-01-27T10:00:00,5Z",
        "2026-01-27T10:00:00.Z",
        "2026-01-27T10:00:00Z\n",
        " 2026-01-27T10:00:00Z",
        "2026-W05-2T10:00:00Z",
        "20260127T100000Z",
        "2026-01-27T10:00:00+0530",
        "2026-01-27T10:00:00+24:00",
        "2026-01-27T10:00:00+05:60",
        "2026-1-27T10:00:00Z",
        "٢٠٢٦-01-27T10:00:00Z",
    ],
)
def test_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an RFC 3339 time"):
        parse_rfc3339(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_an_impossible_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a possible time"):
        parse_rfc3339(text)


@pytest.mark.parametrize("clock", ["24:00:00", "23:60:00", "23:59:60", "99:99:99"])
def test_an_impossible_time_of_day_is_refused(clock: str) -> None:
    with pytest.raises(ValueError, match="not an RFC 3339 time"):
        parse_rfc3339(f"2026-01-27T{clock}Z")
