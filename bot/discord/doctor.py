"""The doctor (`run_bot.py --check`): looks for everything that can be wrong before a member notices."""

from __future__ import annotations

import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
from discord.http import HTTPClient

from bot.db.migrate import head, revision_of
from bot.discord.client import point_at
from bot.findings import Finding
from bot.i18n import Catalog, Language
from bot.payments import registry
from bot.payments.kind import Deployment
from bot.settings import Settings

NEEDED = (
    "manage_roles",
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "embed_links",
    "attach_files",
    "read_message_history",
    "create_events",
    "manage_events",
    "connect",
)
"""discord.Permissions that Lyceum uses. The invite link asks for these and no more."""


@dataclass(frozen=True)
class Guild:
    """A server as the doctor sees it: raw objects of Discord's API."""

    data: dict[str, Any]
    me: dict[str, Any]
    channels: list[dict[str, Any]]


Check = Callable[[Guild, Settings, Language], Iterator[Finding]]


async def check(settings: Settings, sandbox: str | None = None) -> int:
    """Print every finding; 0 when nothing blocks, 78 otherwise."""
    t = Catalog(settings.community.language, settings.community.timezone).community
    findings = [*before_discord(settings, t)]
    findings += [finding async for finding in with_discord(settings, t, sandbox)]
    for finding in findings:
        mark = "✘" if finding.blocks else "!"
        sys.stdout.write(f"{mark} {finding.id}: {finding.sentence}\n  {finding.what_to_do}\n")
    if not findings:
        sys.stdout.write(t("✔ Everything looks right.") + "\n")
    return 78 if any(finding.blocks for finding in findings) else 0


def before_discord(settings: Settings, t: Language) -> Iterator[Finding]:
    """Findings that need no sign-in."""
    database = settings.folder / "lyceum.db"
    revision = revision_of(database)
    if revision is not None and revision > head():
        yield Finding(
            "database-newer",
            t("The database was written by a newer Lyceum."),
            t("Start the newer version, or restore the backup that was made before the update."),
            blocks=True,
        )
    for path in (Path("config.toml"), *settings.folder.glob("*.key")):
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and not settings.sandboxed:
            yield Finding(
                "file-readable",
                t("Other users of this machine can read {path}.", path=path),
                t("Run: chmod 600 {path}", path=path),
            )
    if not settings.sandboxed and settings.web.public_url is None:
        yield Finding(
            "no-public-url",
            t("web.public_url is not set, so payment providers cannot report to Lyceum."),
            t(
                "Payments are found by asking, some seconds later. Set web.public_url to the address of your proxy to be told at once."
            ),
        )
    deployment = Deployment(sandboxed=settings.sandboxed, public_url=settings.web.public_url)
    yield from registry.findings(settings.payments, deployment, t)


async def with_discord(settings: Settings, t: Language, sandbox: str | None) -> AsyncIterator[Finding]:
    """Findings about the token, the servers, the permissions and the channels."""
    api = f"{sandbox}/api/v10" if sandbox else settings.discord.api
    if api:
        point_at(api)
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            token = settings.discord.token
            await client.login(token.get_secret_value() if token else "sandbox.Lyceum")
        except discord.LoginFailure:
            yield Finding(
                "token-refused",
                t("Discord does not accept discord.token."),
                t("Copy it anew from the Developer Portal (Bot → Reset Token)."),
                blocks=True,
            )
            return
        guilds = await client.http.get_guilds(200)
        if not guilds:
            link = discord.utils.oauth_url(client.application_id or 0, permissions=invite_permissions())
            yield Finding(
                "no-server", t("Lyceum is in no server yet."), t("Invite it: {link}", link=link), blocks=True
            )
        for guild in guilds:
            server = await read_guild(client.http, int(guild["id"]), client.user.id if client.user else 0)
            for check_server in CHECKS:
                for finding in check_server(server, settings, t):
                    yield finding


async def read_guild(http: HTTPClient, guild_id: int, me: int) -> Guild:
    """Fetch what the checks look at."""
    data: Any = await http.get_guild(guild_id, with_counts=False)
    member: Any = await http.get_member(guild_id, me)
    channels: Any = await http.get_all_guild_channels(guild_id)
    return Guild(data, member, channels)


def invite_permissions() -> discord.Permissions:
    """The permissions of the invite link."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def permissions(guild: Guild, _settings: Settings, t: Language) -> Iterator[Finding]:
    """Missing permissions, and Administrator, which Lyceum should not have."""
    permission_bits = 0
    for role in guild.data["roles"]:
        if role["id"] in guild.me["roles"] or role["id"] == guild.data["id"]:
            permission_bits |= int(role["permissions"])
    granted = discord.Permissions(permission_bits)
    if granted.administrator:
        yield Finding(
            "administrator",
            t("{server}: Lyceum is an administrator.", server=guild.data["name"]),
            t(
                "It does not need to be. Take the permission away, so that a mistake of ours can never be a large one."
            ),
        )
        return
    missing = [name.replace("_", " ") for name in NEEDED if not getattr(granted, name)]
    if missing:
        yield Finding(
            "missing-permission",
            t("{server}: Lyceum lacks: {missing}.", server=guild.data["name"], missing=", ".join(missing)),
            t("Give them to Lyceum's role in Server Settings → Roles."),
            blocks="manage roles" in missing,
        )


def role_order(guild: Guild, _settings: Settings, t: Language) -> Iterator[Finding]:
    """Lyceum's role at the bottom of the list, where it can give no role."""
    positions = [int(role["position"]) for role in guild.data["roles"] if role["id"] in guild.me["roles"]]
    if max(positions, default=0) <= 1 and len(guild.data["roles"]) > 2:
        yield Finding(
            "role-too-low",
            t(
                "{server}: Lyceum's role is at the bottom, so it can give no role to anybody.",
                server=guild.data["name"],
            ),
            t("Drag Lyceum's role above the paid roles in Server Settings → Roles."),
            blocks=True,
        )


def channels(guild: Guild, settings: Settings, t: Language) -> Iterator[Finding]:
    """Missing channels that Lyceum posts to."""
    names = {channel["name"].casefold() for channel in guild.channels if channel["type"] == 0}
    ids = {channel["id"] for channel in guild.channels}
    wanted_channels = {
        "staff-channel-missing": (settings.community.staff_channel, "community.staff_channel"),
        "events-channel-missing": (settings.community.events_channel, "community.events_channel"),
    }
    for id_, (name, setting) in wanted_channels.items():
        if name.lstrip("#").casefold() not in names and name not in ids:
            yield Finding(
                id_,
                t("{server} has no channel #{channel}.", server=guild.data["name"], channel=name),
                t("Create it, or name another one in {setting}.", setting=setting),
            )


CHECKS: tuple[Check, ...] = (permissions, role_order, channels)
"""Every check of a server. Adding one is one line here."""
