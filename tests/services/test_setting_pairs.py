"""Settings that start and do other than expected: each pair, and its likes that are well."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.operations.findings import Verdict
from services.operations.pairs import advice
from tests.parts import settings_for
from tests.services.test_doctor import found

HTTPS = {"PUBLIC_URL": "https://mod.example.com", "SECRET_KEY": "k" * 40}
MAIL = "smtp://mail.example.com"
# Where this machine's own mounts do not matter.
PLAIN = {"EXPORT_DIR": "/nonexistent/exports"}
FAR = {"REDIS_URL": "redis://cache.example.com/0", **PLAIN}
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
Given = dict[str, str]


def told(folder: Path, given: Given, environ: Given | None = None) -> list[tuple[str, str]]:
    settings = settings_for(f"sqlite:///{folder}/modwatch.db", folder, **given)
    return list(advice(settings, environ or {}))


@pytest.mark.parametrize(
    ("given", "environ", "word", "remedy"),
    [
        (HTTPS, {}, "none is trusted", "MODWATCH_TRUSTED_PROXIES to 127.0.0.1, ::1"),
        ({**HTTPS, "BIND": "0.0.0.0"}, {}, "none is trusted", "to the networks of the proxy"),
        ({"BACKUP_STANZA": "main"}, {}, "no backups", "MODWATCH_BACKUP_PGBACKREST"),
        ({"MAIL_FROM": "me@example.com"}, {}, "no mail is sent", "MODWATCH_SMTP_URL"),
        ({"SMTP_URL": MAIL}, {}, "mail is from Modwatch <modwatch@", "MODWATCH_MAIL_FROM"),
        ({"EXPORT_STORAGE": "s3://bucket"}, {}, "AWS_ACCESS_KEY_ID and AWS_SECRET", "set both"),
        (
            {"EXPORT_STORAGE": "s3://bucket"},
            {"AWS_ACCESS_KEY_ID": "a"},
            "and AWS_SECRET_ACCESS_KEY not set",
            "set both",
        ),
        (FAR, {}, "exports lie on this one's disk", "MODWATCH_EXPORT_STORAGE"),
        (
            {"BROKER_URL": "amqp://mq.example.com", **PLAIN},
            {},
            "exports lie on this one's disk",
            "MODWATCH_EXPORT_DIR",
        ),
    ],
)
def test_what_goes_only_with_another_is_said(
    tmp_path: Path, given: Given, environ: Given, word: str, remedy: str
) -> None:
    ((words, what_to_do),) = told(tmp_path, given, environ)
    assert word in words
    assert remedy in what_to_do


@pytest.mark.parametrize(
    ("given", "environ"),
    [
        ({}, {}),
        ({**HTTPS, "TRUSTED_PROXIES": "127.0.0.1"}, {}),
        ({"BACKUP_STANZA": ""}, {}),
        ({"SMTP_URL": MAIL, "MAIL_FROM": "me@example.com"}, {}),
        ({"EXPORT_STORAGE": "s3://bucket"}, KEYS),
        ({"EXPORT_STORAGE": "s3://bucket"}, {"AWS_WEB_IDENTITY_TOKEN_FILE": "/run/token"}),
        ({**FAR, "EXPORT_STORAGE": "s3://bucket"}, KEYS),
        ({**FAR, "EXPORT_DIR": "/proc/modwatch"}, {}),  # below something that is mounted
        ({"REDIS_URL": "redis://127.0.0.1/0", "BROKER_URL": "amqp://localhost"}, {}),
    ],
)
def test_what_goes_together_is_not(tmp_path: Path, given: Given, environ: Given) -> None:
    assert told(tmp_path, given, environ) == []


def test_doctor_says_so_with_what_to_do(sqlite_url: str, tmp_path: Path) -> None:
    (finding,) = [
        one
        for one in found(sqlite_url, tmp_path, BACKUP_STANZA="main")
        if "MODWATCH_BACKUP_STANZA" in one.words
    ]
    assert (finding.verdict, finding.subject) == (Verdict.ADVICE, "settings")
    assert finding.remedy
