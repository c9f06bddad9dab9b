"""What a person reads when something went wrong: a sentence, never a traceback."""

from __future__ import annotations

import secrets
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.cards import Accent, card
from bot.discord.components import Interaction, answer
from bot.errors import NeedsAction, RetryLater, UserError
from bot.i18n import Catalog, Language

log = structlog.get_logger(__name__)


async def report(interaction: Interaction, error: BaseException) -> None:
    """Tell the person what is wrong and what to do; log what we have to fix, with a reference that they can quote."""
    cause = (
        error.__cause__ if isinstance(error, app_commands.CommandInvokeError) and error.__cause__ else error
    )
    texts: Catalog = interaction.client.texts
    sentence = _sentence(cause, texts.of(str(interaction.locale)))
    if not isinstance(cause, UserError):
        _log(interaction, cause, sentence)
    try:
        await answer(interaction, card(sentence, accent=Accent.WARN))
    except discord.HTTPException as failed:
        # 10062 and 40060: the answer came too late, or there is one already. The person has seen Discord's own notice.
        log.warning("an error could not be shown", code=failed.code)


def _sentence(error: BaseException, t: Language) -> str:
    if isinstance(error, UserError):
        return t.error(error)
    if isinstance(error, NeedsAction):
        return t("The owner of this server must set something right first: {detail}", detail=t.error(error))
    if isinstance(error, RetryLater | discord.DiscordServerError):
        return t("The other side did not answer. Nothing was lost; please try again in a minute.")
    if isinstance(error, app_commands.CheckFailure):
        return t("You may not use this command here.")
    reference = secrets.token_hex(4)
    return t(
        "Something went wrong on our side; nothing was changed. Please tell the owner this reference: {reference}",
        reference=reference,
    )


def _log(interaction: Interaction, error: BaseException, sentence: str) -> None:
    command: Any = interaction.command
    data: Any = interaction.data or {}
    log.error(
        "an interaction failed",
        command=command.qualified_name if command else data.get("custom_id"),
        guild=interaction.guild_id,
        user=interaction.user.id,
        told=sentence,
        exc_info=error,
    )
