"""Bodies packed by gzip, unpacked no further than they may be long."""

from __future__ import annotations

import zlib

# Each costs some microseconds, however little is in it; a log that was appended to has a few.
MOST_MEMBERS = 1_000
_GZIP = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 8 * 1024


def unpacked(body: bytes, most_bytes: int) -> bytes:
    """At most so many bytes of what is in `body`. ValueError, in words, for what is no gzip."""
    found = bytearray()
    at = 0
    for _ in range(MOST_MEMBERS):
        at = _unpack_member(body, at, found, most_bytes)
        if len(found) >= most_bytes or _nothing_follows(body, at):
            return bytes(found)
    raise ValueError(f"it has more than {MOST_MEMBERS} members")


def _unpack_member(body: bytes, at: int, found: bytearray, most_bytes: int) -> int:
    """Add what is in the member that begins at `at` to `found`; where it ends."""
    member = zlib.decompressobj(_GZIP)
    while not member.eof and len(found) < most_bytes:
        piece = body[at : at + _PIECE_BYTES]
        if not piece:
            raise ValueError("its end is missing")
        try:
            found += member.decompress(piece, most_bytes - len(found))
        except zlib.error as error:
            raise ValueError(str(error)) from None
        at += len(piece) - len(member.unused_data)
    return at


def _nothing_follows(body: bytes, at: int) -> bool:
    """Zeros count as nothing: they fill up blocks."""
    return at >= len(body) or (body[at] == 0 and not body[at:].strip(b"\0"))
