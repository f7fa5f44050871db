"""How the process logs: lines of JSON, or on a terminal something for eyes, on standard error."""

from __future__ import annotations

import logging
import sys

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from structlog.stdlib import ProcessorFormatter

from adapters.settings import Settings
from adapters.telemetry.secrets import hide_secrets
from adapters.telemetry.seldom import REDIS_AWAY, SELDOM

# Of libraries that try again and again, and say so every time.
_REPEATING = ("celery.worker.consumer", "celery.beat", "kombu")
_TASKS = "celery.app.trace"  # says what a task raised
# Kombu's words, in the name of whoever had the message: the broker was lost with a task in hand.
_LOST_WITH_TASK = ("Couldn't ack", "Couldn't reject")


def configure_logs(settings: Settings) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _renderer(settings),
            hide_secrets,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def take_over_python_logs(settings: Settings, level: int = logging.WARNING) -> logging.Formatter:
    """Have what libraries log from `level` on look the same and go the same way; the formatter.

    They tell at `info` what only concerns whoever looks for a fault in them. For processes of
    their own, not for what is only a part of one.
    """
    formatter = _formatter(settings)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(not_again)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    return formatter


def say_unknown_settings(settings: Settings) -> None:
    """A variable that is none of ours is a slip of the pen, and its default in force."""
    log = structlog.get_logger()
    for words in settings.unknown:
        log.warning("unknown_setting", message=words)


def not_again(record: logging.LogRecord) -> bool:
    """Whether the line is news to an operator: that a broker is away is, once a minute."""
    if record.name == "py.warnings":
        # What a library means to change is for who takes its next version.
        return "DeprecationWarning" not in record.getMessage()
    lost_with_task = str(record.msg).startswith(_LOST_WITH_TASK)
    repeats = lost_with_task or record.name.startswith(_REPEATING)
    if record.name == _TASKS and record.exc_info and _is_of_database(record.exc_info[1]):
        return _may_tell_of_database(record)
    if record.levelno < logging.WARNING or not repeats:
        return True
    is_of_the_link = lost_with_task or "onnect" in record.getMessage()
    return SELDOM.may_say(REDIS_AWAY if is_of_the_link else f"{record.name}: {record.msg}")


def _is_of_database(error: BaseException | None) -> bool:
    return isinstance(error, OperationalError | InterfaceError | PoolTimeoutError)


def _may_tell_of_database(record: logging.LogRecord) -> bool:
    """Every task fails while it is away: without the stack, and with how many were left out."""
    unsaid = SELDOM.turn(f"{_TASKS}: database")
    if unsaid is None:
        return False
    words = record.getMessage()
    record.msg = f"{words} (and {unsaid} like it before)" if unsaid else words
    record.args, record.exc_info = (), None
    return True


def _level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()]


def _renderer(settings: Settings) -> structlog.typing.Processor:
    console = settings.log_format == "console" or (
        settings.log_format == "auto" and sys.stderr.isatty()
    )
    return structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()


def _formatter(settings: Settings) -> logging.Formatter:
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _renderer(settings),
            hide_secrets,
        ],
    )
