"""What each kind of setting may be, and what becomes of its text. ValueError says why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from adapters.outgoing.mail import MailServer, parse_mail_url
from adapters.redis.address import is_amqp, normal_address

# How `MODWATCH_DATABASE_POOLER=transaction` travels with the database's address.
POOLER = "modwatch_pooler"
# So does `MODWATCH_DATABASE_DISTRIBUTED=citus`.
SPREAD = "modwatch_distributed"
_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:]+)(?::(\d+))?")
_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
# What our own addresses begin with: below one of these it could not be told what is meant.
OWN_PATHS = ("api", "assets", "health", "metrics", "ws")


def mail_from(public_url: str) -> Callable[[str], str]:
    """Mail comes from the page's own host unless the operator names another address."""

    def convert(text: str) -> str:
        host = urlsplit(public_url).hostname or ""
        # An address of IPv6 names a host in no mail address that programs agree on.
        sender = text or f"Modwatch <modwatch@{'localhost' if ':' in host else host}>"
        if "@" not in parseaddr(sender)[1]:
            raise ValueError(f"must be an address such as Modwatch <me@example.org>, not {text!r}")
        return sender

    return convert


def mail_server(sender: str) -> Callable[[str], MailServer | None]:
    return lambda text: parse_mail_url(text, sender) if text else None


def folder(text: str) -> Path | None:
    """None for none. Relative ones would be elsewhere for every process."""
    if text and not text.startswith("/"):
        raise ValueError(f"must be a whole path, which begins with /, not {text!r}")
    return Path(text) if text else None


def folders(text: str) -> tuple[Path, ...]:
    """From a list with commas."""
    found = (folder(one.strip()) for one in text.split(","))
    return tuple(one for one in found if one)


def flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"must be 0 or 1, not {text!r}")
    return text == "1"


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}, not {text!r}")
        return int(text)

    return convert


def own_address(text: str) -> str:
    """A name other than this may take long to look up, and mean another machine."""
    try:
        return text if text == "localhost" else str(ip_address(text))
    except ValueError:
        raise ValueError(f"must be an IP address or localhost, not {text!r}") from None


def one_of(*allowed: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}, not {text!r}")
        return text

    return convert


def http_url(text: str) -> str:
    scheme = text.partition("://")[0].lower()
    if scheme not in ("http", "https") or not _is_address(text):
        raise ValueError(f"must be an http or https address, not {text!r}")
    # The scheme in small letters: whether cookies have to be secure is read from it.
    return scheme + text[len(scheme) :].rstrip("/")


def origins(text: str) -> frozenset[str]:
    """Origins as browsers send them, from a list with commas."""
    return frozenset(_origin(one.strip()) for one in text.split(",") if one.strip())


def _origin(text: str) -> str:
    parts = urlsplit(http_url(text))
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"must be origins such as https://tools.example.org, not {text!r}")
    default = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(default)}"


def public_url(text: str) -> str:
    url = http_url(text)
    parts = urlsplit(url)
    if not _BASE_PATH.fullmatch(parts.path) or parts.query or parts.fragment:
        raise ValueError(f"must have a path of letters, digits, '-', '_' and '.', not {text!r}")
    if parts.path.split("/")[1:2] and parts.path.split("/")[1] in OWN_PATHS:
        raise ValueError(f"must not have a path that begins as ours do: {', '.join(OWN_PATHS)}")
    return url


def secret_http_url(text: str) -> str | None:
    """None for an empty one. Refused without a word of it: who knows it can pretend to be us."""
    if not text:
        return None
    if not text.startswith(("http://", "https://")) or not _is_address(text):
        raise ValueError("must be an http or https address")
    return text


def _is_address(text: str) -> bool:
    """Whether it names a host and, if any, a port that can be one."""
    return _has_good_port(text) and bool(urlsplit(text).hostname)


def _has_good_port(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def database_url(text: str) -> str:
    """SQLAlchemy's form of the address: PostgreSQL goes through psycopg 3, several hosts stand in
    `host` and `port` behind the question mark."""
    for scheme in ("postgresql://", "postgres://"):
        if text.startswith(scheme):
            text = "postgresql+psycopg://" + text.removeprefix(scheme)
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    if text.startswith("sqlite"):
        return text
    text = _hosts_behind(text)
    # No word of what was given: it may hold a password. A socket's address names no host.
    if not _has_good_port(text):
        raise ValueError("must be like postgresql://user:password@host:5432/database")
    return text


def _hosts_behind(url: str) -> str:
    """`//user:pw@h1:5432,h2/d` as `//user:pw@/d?host=h1,h2&port=5432,5432`."""
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return url
    # An address of IPv6 has brackets, and colons that begin no port.
    found = [_HOST_AND_PORT.fullmatch(one) for one in hosts.split(",")]
    if not all(found):
        raise ValueError("must be like postgresql://user:password@host1:5432,host2:5432/database")
    names = ",".join(one[1].strip("[]") for one in found if one)
    ports = ",".join(one[2] or "5432" for one in found if one)
    query = "&".join(filter(None, [f"host={names}&port={ports}", parts.query]))
    return f"{parts.scheme}://{login}{at}{parts.path}?{query}"


def redis_url(text: str) -> str | None:
    return None if text == "none" else normal_address(text)


def broker_url(text: str) -> str | None:
    """None: the Redis that we use anyway."""
    if not text or is_amqp(text):
        if text and not _is_address(text):
            raise ValueError("must be like amqp://user:password@host:5672/vhost")
        return text or None
    return normal_address(text)


def secret_keys(text: str) -> tuple[str, ...]:
    keys = tuple(filter(None, (key.strip() for key in text.split(","))))
    if any(len(key) < 32 for key in keys):
        raise ValueError("must be keys of at least 32 characters each, with commas between")
    return keys
