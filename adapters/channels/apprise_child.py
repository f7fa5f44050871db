"""The child process of adapters/channels/apprise.py: one message, by standard input and output.

It runs with `python -I` and an empty environment and imports nothing of Modwatch.
"""

from __future__ import annotations

import io
import json
import logging
import sys

MOST_SAID = 4000


def main() -> None:
    """Read `{url, title, body}`; write `{is_understood, is_sent, said}`."""
    given = json.load(sys.stdin)
    answers = sys.stdout
    sys.stdout = sys.stderr  # where libraries may write what they like
    said = io.StringIO()
    logging.basicConfig(stream=said, level=logging.WARNING, format="%(message)s")
    is_understood, is_sent = send(given["url"], given["title"], given["body"])
    found = {
        "is_understood": is_understood,
        "is_sent": is_sent,
        "said": said.getvalue()[:MOST_SAID],
    }
    json.dump(found, answers)


def send(url: str, title: str, body: str) -> tuple[bool, bool]:
    """Whether the address is one, and whether the service took the message."""
    import apprise

    # Not `Apprise.add`, which takes several addresses in one text.
    service = apprise.Apprise.instantiate(url)
    if service is None:
        return False, False
    services = apprise.Apprise([service])
    return True, bool(services.notify(body, title, body_format=apprise.NotifyFormat.TEXT))


if __name__ == "__main__":
    main()
