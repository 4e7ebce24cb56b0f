"""Logs: one line per thing that happened, with what it is bound to. Never a payload, never a person, never a secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import stamina
import structlog

NEVER = frozenset({"body", "payload", "email", "name", "address", "phone", "secret", "token", "authorization", "password", "key_secret"})


def _without_forbidden(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for word in NEVER & event.keys():
        event[word] = "[left out]"
    return event


def set_up(level: str, *, form: str = "auto", stream: Any = None) -> None:
    """Configure structlog and the standard library's loggers for this process."""
    target = stream if stream is not None else sys.stderr
    as_text = form == "text" or (form == "auto" and target.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_forbidden,
    ]
    # The console's own tracebacks show local variables, and with them the customer.
    renderer: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if as_text
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=shared + renderer,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=target, format="%(levelname)s %(name)s %(message)s", force=True)
    # arq logs job arguments and httpx logs URLs; entity keys are harmless, query strings may not be.
    logging.getLogger("arq").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # stamina's own hook logs the exception's text.
    stamina.instrumentation.set_on_retry_hooks([])


log = structlog.get_logger()
