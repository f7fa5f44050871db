"""Parts of a file that a request asks for: `Range`, as long as the file is the one it knows."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Request

from api.http.errors import Problem


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bytes [start, end) of a file; `is_part`: a range was asked for, 206."""

    start: int
    end: int
    is_part: bool

    def headers(self, size: int) -> dict[str, str]:
        found = {"Accept-Ranges": "bytes", "Content-Length": str(self.end - self.start)}
        if self.is_part:
            found["Content-Range"] = f"bytes {self.start}-{self.end - 1}/{size}"
        return found


def wanted_range(request: Request, size: int, etag: str) -> Wanted:
    """Several ranges, and those of another file (`If-Range`), are answered with the whole.

    Raises Problem 416 for one that lies outside.
    """
    whole = Wanted(0, size, is_part=False)
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return whole
    if "If-Range" in request.headers and request.headers["If-Range"].strip() != f'"{etag}"':
        return whole
    found = asked.range_for_length(size)
    if found is None:
        headers = {"Content-Range": f"bytes */{size}"}
        raise Problem(416, f"the file has {size} bytes", headers=headers)
    return Wanted(found[0], found[1], is_part=True)
