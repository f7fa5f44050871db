"""The answer that leads to live events."""

from __future__ import annotations

from schemas.answers.common import Answer, count, text


class TicketAnswer(Answer):
    ticket = text("gAAAAABl...", description="for `/ws?ticket=`; good once")
    expires_in = count(30, description="seconds")
