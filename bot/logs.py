"""Logs: structlog over the standard library, so that discord.py's lines are handled alike. Secrets are masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any

import structlog

_TOKENS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.-]+")


class Mask:
    """Replaces known secrets, and the tokens in Discord's addresses, in every text of a log line."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted((secret for secret in secrets if len(secret) >= 6), key=len, reverse=True)

    def __call__(
        self, _logger: object, _name: str, line: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        return {key: self._clean(value) for key, value in line.items()}

    def _clean(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, "***")
        return _TOKENS.sub(r"\1***", value)


def set_up(level: str, form: str, secrets: Iterable[str]) -> None:
    """Send everything to stderr, as text for people or JSON for machines.

    discord.py's gateway and http loggers never go below INFO: at DEBUG they print whole events.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, Mask(secrets), renderer],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in (
        "discord.gateway",
        "discord.http",
        "discord.client",
        "aiohttp.access",
        "apscheduler",
        "alembic",
    ):
        logging.getLogger(name).setLevel(max(logging.getLevelNamesMapping()[level], logging.WARNING))
