"""Structured logs: one JSON line (or a readable one on a terminal) for each thing that happened.

What never reaches a line: tokens, passwords, phones, query strings, addresses with secrets in
them. uvicorn and httpx print those at INFO, so both are held at WARNING (`configure`).
"""

import logging
import sys
from typing import Any, Literal, cast

import structlog

LogFormat = Literal["auto", "json", "text"]
_SECRET_NAMES = frozenset(
    ("token", "access_token", "password", "secret", "phone", "key", "authorization", "cookie")
)


def configure(log_format: LogFormat, level: str) -> None:
    """Send all logs, ours and the libraries', to standard error in one format."""
    is_terminal = sys.stderr.isatty()
    as_json = log_format == "json" or (log_format == "auto" and not is_terminal)
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=is_terminal)
    )
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
        logging.getLogger(chatty).handlers[:] = []
        logging.getLogger(chatty).propagate = True
    logging.getLogger("uvicorn.error").addFilter(_is_no_refusal)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for one module: `log.info("what_happened", organization=24)`."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """uvicorn calls it an error when an upgrade is answered with a status, as ASGI allows."""
    return "returned without completing handshake" not in record.getMessage()


def _hide_secrets(_logger: Any, _method: str, event: Any) -> Any:
    for name in event:
        if name.lower() in _SECRET_NAMES:
            event[name] = "***"
    return event
