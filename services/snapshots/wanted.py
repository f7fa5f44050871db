"""Which documents of which guilds are to be made, as those ask who read what they are made from."""

from __future__ import annotations

from collections.abc import Mapping

from domain.snapshot import Kind
from domain.spans import Span
from domain.touched import of_kinds, spans_of


class Wanted:
    """`documents`: bits of domain.touched by guild."""

    def __init__(self, documents: Mapping[int, int]) -> None:
        self.documents = documents

    def of(self, guild_id: int) -> tuple[Span, ...]:
        """The spans of which anything is wanted of a guild."""
        return spans_of(self.documents[guild_id])

    def spans(self, kinds: frozenset[Kind], among: tuple[Span, ...]) -> list[Span]:
        """Those spans in which any guild wants one of `kinds`, in the order of `among`."""
        return [span for span in among if self.guilds(kinds, (span,))]

    def guilds(self, kinds: frozenset[Kind], spans: tuple[Span, ...]) -> list[int]:
        """The guilds of which one of `kinds` is wanted in one of `spans`."""
        bits = of_kinds(kinds, spans)
        return [id for id, documents in self.documents.items() if documents & bits]
