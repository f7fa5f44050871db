"""Time that a test may move."""

from tests.discord.clock import Clock


def test_it_goes_with_its_source() -> None:
    times_ms = iter([10, 20, 30, 40])
    clock = Clock(lambda: next(times_ms))
    assert clock.now_ms() == 10
    clock.advance(1000)
    assert clock.now_ms() == 1020
    clock.stop()
    clock.stop()
    assert [clock.now_ms(), clock.now_ms()] == [1030, 1030]
    clock.advance(5)
    assert clock.now_ms() == 1035
