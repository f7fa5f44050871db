"""What can go wrong, all of it a `ModwatchError`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class ModwatchError(Exception):
    """Whatever this package raises on purpose."""


class InvalidEvent(ModwatchError, ValueError):
    """An event the server would refuse; `errors` maps fields to what is wrong with them."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(f"{name} {', '.join(said)}" for name, said in errors.items()))
        self.errors = errors


class SpoolError(ModwatchError):
    """The spool's file cannot be opened, read or written; the event is not in it."""


class SpoolFull(SpoolError):
    """The spool holds as much as it may; the event is not in it."""


class ClientClosed(ModwatchError):
    """The client was closed before."""


class ConfigUnavailable(ModwatchError):
    """A guild's config was never read, and cannot be now."""


class StandingUnavailable(ModwatchError):
    """The server cannot be asked for a member's standing; later it can."""


class ChangesUnavailable(ModwatchError):
    """The server cannot be asked for decisions, or told what became of one; later it can."""
