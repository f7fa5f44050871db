"""An answer within a time, from work that may hang."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns or raises. TimeoutError when it takes longer; it is left to itself."""
    job = _Job(work)
    Thread(target=job.run, daemon=True, name="within").start()
    if not job.is_done.wait(seconds):
        raise TimeoutError
    if job.error is not None:
        raise job.error
    (answer,) = job.answers
    return answer


class _Job(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self.is_done = Event()
        self.answers: list[T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.answers.append(self._work())
        except BaseException as error:
            self.error = error
        finally:
            self.is_done.set()
