"""Files of exports in a bucket (S3 and what speaks like it), for several hosts.

A file is written here first and sent whole: S3 shows no half of one. How to reach the bucket is
said in the variables of AWS (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from adapters.exports.folder import PART, Folder, Part
from adapters.exports.storage import KEY, NoFileError, StorageAwayError

if TYPE_CHECKING:
    from obstore.store import S3Store

SIGNED_FOR = timedelta(seconds=60)
SEND_WITHIN, RETRY_WITHIN = timedelta(minutes=5), timedelta(seconds=30)
ASK_SECONDS = 3.0
_PLACE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9._=-]+)*)/?")


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """`s3://name/prefix`; the prefix may be empty."""

    name: str
    prefix: str


def parse_bucket(text: str) -> BucketPlace | None:
    """None for nothing. ValueError for what is no bucket."""
    if not text:
        return None
    if (found := _PLACE.fullmatch(text)) is None:
        raise ValueError(f"must be like s3://bucket/prefix, not {text!r}")
    return BucketPlace(found[1], found[2].strip("/"))


class Bucket(Folder):
    """Exports in a bucket; on their way there they lie in `path`."""

    is_near = False

    def __init__(self, path: Path, place: BucketPlace) -> None:
        super().__init__(path)
        self._place = place

    @cached_property
    def store(self) -> S3Store:
        from obstore.store import S3Store  # 15 MB that nobody else needs

        return S3Store(
            self._place.name,
            prefix=self._place.prefix or None,
            client_options={"allow_http": True, "timeout": SEND_WITHIN},
            retry_config={"max_retries": 3, "retry_timeout": RETRY_WITHIN},
        )

    def _new(self, path: Path, most_bytes: int | None, said: Mapping[str, str]) -> Part:
        return _Sent(self, path, most_bytes, said)

    def send(self, key: str, file: Path, said: Mapping[str, str]) -> None:
        """Raises StorageAwayError."""
        import obstore

        with _may_be_away():
            obstore.put(self.store, key, file, attributes=dict(said))

    def open(self, key: str) -> BinaryIO:
        """A copy on this host, which goes when it is closed."""
        import obstore

        if self._is_here(key):
            return super().open(key)
        folder = self.path if self.path.exists() else None
        copy = cast(BinaryIO, TemporaryFile(dir=folder))  # noqa: SIM115
        try:
            with _may_be_away():
                for piece in obstore.get(self.store, key).stream():
                    copy.write(piece)
        except FileNotFoundError:
            copy.close()
            raise NoFileError(key) from None
        copy.flush()
        copy.seek(0)
        return copy

    def signed_url(self, key: str) -> str | None:
        """Where it can be had from for a minute, without us; None for what is here.

        Raises NoFileError where the bucket says that it has none. One that does not answer us may
        answer whoever asks.
        """
        import obstore

        if self._is_here(key):
            return None
        with _may_be_away():
            asked = obstore.sign(self.store, "HEAD", key, SIGNED_FOR)
            if _is_missing(asked):
                raise NoFileError(key)
            return obstore.sign(self.store, "GET", key, SIGNED_FOR)

    def _is_here(self, key: str) -> bool:
        """As what was made before there was a bucket."""
        return (self.path / key).is_file()

    def remove(self, names: Iterable[str]) -> None:
        import obstore

        names = list(names)
        try:
            super().remove(names)  # here too: what was made before there was a bucket
        finally:
            if keys := [name for name in names if not name.endswith(PART)]:
                with _may_be_away():
                    obstore.delete(self.store, keys)

    def names(self) -> list[str]:
        import obstore

        found = super().names()
        with _may_be_away():
            for some in obstore.list(self.store):
                found += [one["path"] for one in some if KEY.fullmatch(one["path"])]
        return found


class _Sent(Part):
    def __init__(
        self, bucket: Bucket, path: Path, most_bytes: int | None, said: Mapping[str, str]
    ) -> None:
        super().__init__(path, most_bytes)
        self._bucket, self._said = bucket, said

    def keep(self) -> None:
        FileIO.flush(self)
        self._bucket.send(self._path.stem, self._path, self._said)


def _is_missing(url: str) -> bool:
    """Asked in Python, where others have their turn meanwhile: a request waits for this."""
    import requests  # settings read this file, and so does who only asks whether a process lives

    try:
        answer = requests.head(url, timeout=ASK_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return False
    return answer.status_code == HTTPStatus.NOT_FOUND


@contextmanager
def _may_be_away() -> Iterator[None]:
    from obstore.exceptions import BaseError, NotFoundError

    try:
        yield
    except NotFoundError as error:
        raise FileNotFoundError(str(error)) from None
    except BaseError as error:
        # Its own words are long, and may hold addresses with secrets.
        raise StorageAwayError(f"the bucket: {type(error).__name__}") from error
