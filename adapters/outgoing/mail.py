"""The operator's mail server, and the handing over of one message to one address.

One address a transaction, step by step: the text of the message goes out only with DATA, so until
its end has left nothing can have arrived; from there on a connection that is cut leaves it open.
"""

from __future__ import annotations

import math
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.outgoing.timely_smtp import TimelySmtp, TimelySmtpTls

DEADLINE_SECONDS = 30.0
GOODBYE_SECONDS = 1.0  # to write it; a server that reads no more is left without
_PORTS = {"smtp": 587, "smtps": 465}
_STARTTLS = {"": "starttls", "required": "starttls_required", "never": "none"}
_CUT = (smtplib.SMTPServerDisconnected, ssl.SSLEOFError, ConnectionResetError, BrokenPipeError)
_LINE_START_DOT = re.compile(rb"(?m)^\.")


class Security(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"  # where the server offers it
    STARTTLS_REQUIRED = "starttls_required"
    TLS = "tls"


class Step(StrEnum):
    """How far it came; all but the last leave nothing behind at the server."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"  # the text itself, and what the server says of it


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """From MODWATCH_SMTP_URL and MODWATCH_MAIL_FROM; `sender` as in `Modwatch <me@example.org>`."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    sender: str
    tls: ssl.SSLContext | None = None  # the system's, unless a test has its own


@dataclass(frozen=True, slots=True)
class Handover:
    """What the server said at the last step; `code` is None where the connection ended instead."""

    step: Step
    code: int | None
    answer: str

    @property
    def is_accepted(self) -> bool:
        return self.step is Step.DATA and self.code is not None and is_yes(self.code)


def is_yes(code: int) -> bool:
    """The first digit says it (RFC 5321, 4.3.2)."""
    return 200 <= code < 300


def parse_mail_url(text: str, sender: str) -> MailServer:
    """From `smtp://user:password@host:587?starttls=required`; ValueError repeats none of it."""
    parts = urlsplit(text)
    query = parse_qs(parts.query)
    starttls = query.pop("starttls", [""])[-1]
    is_known = parts.scheme in _PORTS and not query and starttls in _STARTTLS
    if not is_known or not parts.hostname or not _has_good_port(text):
        raise ValueError("must be like smtp://user:password@host:587?starttls=required or smtps://")
    security = "tls" if parts.scheme == "smtps" else _STARTTLS[starttls]
    return MailServer(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        security=Security(security),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
    )


def _has_good_port(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def hand_over(
    server: MailServer,
    sender_address: str,
    recipient: str,
    message: bytes,
    on_sending: Callable[[], None],
    deadline_seconds: float = DEADLINE_SECONDS,
    smaller: Callable[[], bytes] | None = None,
) -> Handover:
    """Give `message` (lines end in CRLF) to the server. Raises only what `on_sending` raises.

    `on_sending` is called once the recipient is accepted, before DATA. `smaller` makes what is
    given instead where the server says that it takes none as large.
    """
    talk = _Talk(server, deadline_seconds)
    try:
        refused = talk.prepare(sender_address, recipient)
        if refused is not None:
            return refused
        if smaller is not None and not talk.takes(len(message)):
            message = smaller()
        on_sending()
        return talk.give(message)
    finally:
        talk.end()


class _Talk:
    """One connection; `step` is what is under way."""

    def __init__(self, server: MailServer, deadline_seconds: float) -> None:
        self._server = server
        self._ends_at_seconds = time.monotonic() + deadline_seconds
        self._smtp: TimelySmtp | None = None
        self._step = Step.CONNECT

    def prepare(self, sender: str, recipient: str) -> Handover | None:
        """Everything before DATA; None when the server is ready for it."""
        try:
            smtp = self._smtp = self._connected()
            self._step = Step.LOGIN
            self._secure(smtp)
            if self._server.user:
                smtp.login(self._server.user, self._server.password)
            return self._refused(Step.SENDER, "MAIL", f"FROM:<{sender}>") or self._refused(
                Step.RECIPIENT, "RCPT", f"TO:<{recipient}>"
            )
        except smtplib.SMTPResponseException as error:
            return _heard(self._step, error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return Handover(self._step, None, _name(error))

    def takes(self, size_bytes: int) -> bool:
        """By what the server said of itself (RFC 1870); 0 stands for no limit that it knows."""
        assert self._smtp is not None
        said = self._smtp.esmtp_features.get("size", "")
        return not said.isdecimal() or int(said) == 0 or size_bytes <= int(said)

    def give(self, message: bytes) -> Handover:
        assert self._smtp is not None
        try:
            self._limit()
            code, answer = self._smtp.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            return Handover(Step.RECIPIENT, None, _name(error))
        if code != 354:
            return _heard(Step.DATA, max(code, 400), answer)
        try:
            self._limit()
            self._smtp.send(_LINE_START_DOT.sub(b"..", message) + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            # The dot at its end has not left, and without that no server takes what came.
            return Handover(Step.RECIPIENT, None, _name(error))
        try:
            self._limit()
            code, answer = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Handover(Step.DATA, None, _name(error))
        return _heard(Step.DATA, code, answer)

    def end(self) -> None:
        """Say goodbye, and wait for no answer: what was accepted stays accepted."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._limit(GOODBYE_SECONDS)
                self._smtp.putcmd("QUIT")
            self._smtp.close()

    def _connected(self) -> TimelySmtp:
        server = self._server
        # Named, since smtplib would look up the name of this machine.
        name = parseaddr(server.sender)[1].rpartition("@")[2]
        if server.security is Security.TLS:
            return TimelySmtpTls(server.host, server.port, name, self._ends_at_seconds, self._tls())
        return TimelySmtp(server.host, server.port, name, self._ends_at_seconds)

    def _secure(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        wanted = self._server.security
        is_offered = smtp.has_extn("starttls")
        if wanted is Security.STARTTLS_REQUIRED or (wanted is Security.STARTTLS and is_offered):
            smtp.starttls(context=self._tls())
            smtp.ehlo()

    def _refused(self, step: Step, command: str, arguments: str) -> Handover | None:
        assert self._smtp is not None
        self._step = step
        self._limit()
        code, answer = self._smtp.docmd(command, arguments)
        return None if is_yes(code) else _heard(step, code, answer)

    def _tls(self) -> ssl.SSLContext:
        return self._server.tls or ssl.create_default_context()

    def _limit(self, most_seconds: float = math.inf) -> None:
        if self._smtp is not None and self._smtp.sock is not None:
            self._smtp.sock.settimeout(min(self._smtp.left_seconds(), most_seconds))


def _heard(step: Step, code: int, answer: bytes | str) -> Handover:
    """What begins with no number, which smtplib calls -1, is no answer."""
    if code < 0:
        return Handover(step, None, "not_confirmed")
    return Handover(
        step, code, answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    )


def _name(error: Exception) -> str:
    """One word of ours: what Python says may repeat what was sent."""
    # smtplib says that the server went where the time was up.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "timeout"
    if isinstance(error, _CUT):
        return "connection_cut"
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return "tls"
    return "refused" if isinstance(error, ConnectionRefusedError) else "unreachable"
