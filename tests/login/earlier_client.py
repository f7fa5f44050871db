"""The earlier dashboard's client: what it sends to the unversioned prefix, what it reads of it."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient


class EarlierClient:
    """`fetch('/api/' + path, {credentials: 'include', headers: {'Content-Type': ...}})`."""

    def __init__(self, browser: FlaskClient, origin: str = "http://localhost") -> None:
        self._browser, self._origin = browser, origin

    def ask(self, path: str, method: str = "GET", body: object = None) -> Any:
        """The JSON of a success. Raises EarlierClientError, as it threw what `error` says."""
        headers = {"Content-Type": "application/json"}
        if method != "GET":
            headers["Origin"] = self._origin
        data = None if body is None else json.dumps(body)
        answer = self._browser.open(f"/api/{path}", method=method, headers=headers, data=data)
        if not 200 <= answer.status_code < 300:
            raise EarlierClientError(answer.status_code, (answer.json or {})["error"])
        assert answer.headers["Deprecation"].startswith("@")
        assert 'rel="successor-version"' in answer.headers["Link"]
        return answer.json

    def text(self, path: str) -> str:
        """A download: the page's own address is changed to it."""
        answer = self._browser.get(f"/api/{path}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)


class EarlierClientError(Exception):
    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error
