"""Logs of this process: for people in development, one JSON object a line otherwise. Always on the error stream."""

import logging
import sys
from typing import Any

import structlog
from structlog.types import Processor

# At INFO these tell of every connection and every job, at DEBUG of connection strings too.
_TALKATIVE = ("tortoise", "psycopg", "procrastinate", "aiosmtplib", "asyncio", "websockets", "uvicorn")


def set_up_logs(*, level: str, for_people: bool) -> None:
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if for_people else "iso", utc=not for_people),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last(for_people=for_people))
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of every malformed upload
    logging.captureWarnings(True)


def _last(*, for_people: bool) -> list[Processor]:
    """From here on the line is text. Tracebacks never show the values of variables."""
    strip: Processor = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if for_people:
        traceback: Any = structlog.dev.plain_traceback
        return [strip, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=traceback)]
    return [strip, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
