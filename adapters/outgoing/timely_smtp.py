"""smtplib with an end to every reply: its timeouts are for each wait.

A server that says a letter at a time would outlast them.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import suppress
from socket import SHUT_RDWR
from threading import Timer

LEAST_SECONDS = 0.001  # nothing at all would mean not to wait


class TimelySmtp(smtplib.SMTP):
    """Every reply ends in time, however it comes: an hour of `250-` as well.

    `ends_at_seconds` is of the monotonic clock. A reply cut by it is a TimeoutError.
    """

    _is_cut = False

    def __init__(self, host: str, port: int, our_name: str, ends_at_seconds: float) -> None:
        self.ends_at_seconds = ends_at_seconds
        super().__init__(host, port, our_name, timeout=self.left_seconds())

    def left_seconds(self) -> float:
        return max(self.ends_at_seconds - time.monotonic(), LEAST_SECONDS)

    def getreply(self) -> tuple[int, bytes]:
        ending = Timer(self.left_seconds(), self._cut)
        ending.daemon = True
        ending.start()
        try:
            reply = super().getreply()
        except smtplib.SMTPServerDisconnected as error:
            self._raise_if_cut(error)
            raise
        finally:
            ending.cancel()
        self._raise_if_cut(None)  # what came of a line looks like one
        return reply

    def _cut(self) -> None:
        self._is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(SHUT_RDWR)

    def _raise_if_cut(self, cause: Exception | None) -> None:
        if self._is_cut:
            raise TimeoutError from cause


class TimelySmtpTls(TimelySmtp, smtplib.SMTP_SSL):
    """The same with TLS from the first byte on."""

    def __init__(
        self, host: str, port: int, our_name: str, ends_at_seconds: float, context: ssl.SSLContext
    ) -> None:
        self.ends_at_seconds = ends_at_seconds
        smtplib.SMTP_SSL.__init__(
            self, host, port, our_name, timeout=self.left_seconds(), context=context
        )
