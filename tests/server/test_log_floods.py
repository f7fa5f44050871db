"""A stranger writes no more into the log than an operator wants to read."""

from __future__ import annotations

from tests.log_lines import check_seldom, lines_of
from tests.server.process import Served
from tests.server.raw import asked, check_problem


def test_what_is_no_request_is_told_once_a_minute(served: Served) -> None:
    for _ in range(30):
        check_problem(asked(served.port, b"GARBAGE\r\n\r\n"), 400)
    refused = lines_of("request_refused", served.process.log())
    check_seldom([line for line in refused if line["error"] == "InvalidRequestLine"])
