"""What is stored sealed: whether our keys open it, and sealing it anew under a new key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.database import Database
from adapters.secret_box import SecretBox, UnreadableSecretError
from models.sealed import SEALED, Sealed, some_sealed, write_sealed

AT_ONCE = 100
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values there are, were sealed anew, and could not be read with any key."""

    seen: int = 0
    changed: int = 0
    unreadable: int = 0


def reseal(database: Database, boxes: dict[str, SecretBox]) -> Resealed:
    """Seal everything under the newest key, in short steps; again and again is fine.

    boxes: by `Sealed.purpose`. What no key opens is left as it is, and counted.
    """
    seen = changed = unreadable = 0
    for kind in SEALED:
        for values in _pages(database, kind):
            new = {}
            for key, sealed in values.items():
                try:
                    new[key] = boxes[kind.purpose].resealed(sealed)
                except UnreadableSecretError:
                    unreadable += 1
            fresh = {key: (values[key], to) for key, to in new.items() if to != values[key]}
            with database.write() as connection:
                changed += write_sealed(connection, kind, fresh)
            seen += len(values)
    return Resealed(seen, changed, unreadable)


def unreadable_in_sample(database: Database, boxes: dict[str, SecretBox]) -> int:
    """How many of the values stored last no key opens: enough to see that a key is missing."""
    with database.read() as connection:
        samples = [(kind, some_sealed(connection, kind, None, SAMPLE)) for kind in SEALED]
    return sum(
        boxes[kind.purpose].open(sealed) is None
        for kind, values in samples
        for sealed in values.values()
    )


def _pages(database: Database, kind: Sealed) -> Iterator[dict[tuple[object, ...], str]]:
    after: tuple[object, ...] | None = None
    while True:
        with database.read() as connection:
            page = some_sealed(connection, kind, after, AT_ONCE)
        if not page:
            return
        yield page
        *_, after = page
