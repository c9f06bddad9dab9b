"""Who may do what: every command and every button of ours against each class of people (docs/threats.md, T8).

The table names the pages; the commands come from the tree, so that one more command is asked about by itself, and a
page or button without a line here fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import IntEnum
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.demo.people import PersonRefused, words
from bot.errors import UserError
from tests.community import Community, running_community


class Class(IntEnum):
    """Each may do what those before may."""

    MEMBER = 0
    MODERATOR = 1
    ADMIN = 2
    OWNER = 3


PEOPLE = {Class.MEMBER: "ann", Class.MODERATOR: "max", Class.ADMIN: "eve", Class.OWNER: "olivia"}
PAGES = {
    "activity": Class.MEMBER,
    "course": Class.MEMBER,
    "event": Class.MEMBER,
    "help": Class.MEMBER,
    "membership": Class.MEMBER,
    "access": Class.MODERATOR,
    "host": Class.MODERATOR,
    "teach": Class.MODERATOR,
    "stats": Class.ADMIN,
    "order": Class.ADMIN,
    "tier": Class.ADMIN,
}
STRICTER = {
    "access import": Class.ADMIN,
    "teach price add": Class.ADMIN,
    "teach price remove": Class.ADMIN,
}
"""Seen with its page, but refused inside."""

BUTTONS = {
    "access.log": Class.MODERATOR,
    "access.page": Class.MODERATOR,
    "access.repair": Class.MODERATOR,
    "access.retry": Class.MODERATOR,
    "departure.look": Class.MODERATOR,
    "departure.stop": Class.MODERATOR,
    "departure.keep": Class.MODERATOR,
    "tier.apply_new": Class.ADMIN,
    "tier.apply_all": Class.ADMIN,
    "tier.page": Class.ADMIN,
    "tier.recheck": Class.ADMIN,
    "order.turn": Class.ADMIN,
    "order.waiting": Class.ADMIN,
    "order.books": Class.ADMIN,
    "order.differ": Class.ADMIN,
    "order.page": Class.ADMIN,
    "order.done": Class.ADMIN,
    "order.show": Class.ADMIN,
    "order.look": Class.ADMIN,
    "order.refund": Class.ADMIN,
    "order.give_back": Class.ADMIN,
    "order.paid": Class.ADMIN,
    "order.correct": Class.ADMIN,
    "order.extend": Class.ADMIN,
    "order.resend": Class.ADMIN,
}
"""Buttons that do what not everybody may. A button is pressed by whoever sees its card."""

HARMLESS = {"course", "event", "help", "lesson", "membership", "pick", "stats", "teach", "tier.cancel"}
"""Buttons for whoever sees the card: a member's own business, or a look at what the card is about."""

PERMISSIONS = {
    Class.MEMBER: discord.Permissions(view_channel=True, send_messages=True),
    Class.MODERATOR: discord.Permissions(manage_roles=True, manage_events=True, manage_messages=True),
    Class.ADMIN: discord.Permissions(administrator=True),
}


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """Eve is an administrator here."""
    async with running_community(tmp_path) as there:
        api = f"/guilds/{there.guild_id}"
        role = await there.discord("olivia", "POST", f"{api}/roles", {"name": "Admin", "permissions": "8"})
        [eve] = [one for one in (await there.world())["members"] if one["user"]["username"] == "eve"]
        await there.discord("olivia", "PUT", f"{api}/members/{eve['user']['id']}/roles/{role['id']}")
        yield there


def leaves(community: Community) -> list[str]:
    """Every slash command, by its whole name."""
    tree = community.app.client.tree
    return [
        found.qualified_name for found in tree.walk_commands() if not isinstance(found, app_commands.Group)
    ]


def needed(command: str) -> Class:
    return PAGES[command.partition(" ")[0]]


async def test_everybody_sees_the_commands_of_their_class_and_no_others(community: Community) -> None:
    commands = leaves(community)
    assert len(commands) > 40

    for person, name in PEOPLE.items():
        seen = {command["name"] for command in await community.get("/sandbox/commands", **{"as": name})}
        expected = {page for page, lowest in PAGES.items() if person >= lowest}
        tops = {command.partition(" ")[0] for command in commands}
        assert seen & tops == expected & tops, name
        assert tops <= set(PAGES), "a page without a line in the table"


async def test_a_command_that_one_does_not_see_cannot_be_used(community: Community) -> None:
    for person, name in PEOPLE.items():
        for command in leaves(community):
            if person < needed(command):
                with pytest.raises(PersonRefused):
                    await community.slash(name, command)


async def test_what_is_stricter_than_its_page_says_so(community: Community) -> None:
    assert set(STRICTER) <= set(leaves(community))
    asked: dict[str, dict[str, str]] = {
        "access import": {"tier": "x", "until": "30", "source": "elsewhere"},
        "teach price add": {"course": "x", "price": "19", "currency": "USD"},
        "teach price remove": {"course": "x", "price": "1"},
    }
    assert set(asked) == set(STRICTER)
    for command, options in asked.items():
        told = await community.slash("max", command, channel="staff", **options)
        assert "Only an administrator" in words(told["message"]), command


async def test_a_server_that_lends_order_out_lends_no_money(community: Community) -> None:
    """Server Settings → Integrations can show a command to others; this one still asks for an administrator."""
    for command in community.app.client.tree.walk_commands():
        if command.qualified_name.startswith("order ") and isinstance(command, app_commands.Command):
            with pytest.raises(UserError, match="Only an administrator"):
                await command._check_can_run(interaction(community, Class.MODERATOR))
            assert await command._check_can_run(interaction(community, Class.ADMIN))


async def test_every_button_asks_who_presses_it(community: Community) -> None:
    actions = community.app.client._actions
    unknown = {name for name in actions if not {name, name.partition(".")[0]} & (HARMLESS | set(BUTTONS))}
    assert unknown == set(), "a button without a line in the table"

    for name, lowest in BUTTONS.items():
        for person in (Class.MEMBER, Class.MODERATOR):
            if person < lowest:
                with pytest.raises(UserError, match="Only"):
                    await actions[name](interaction(community, person), "1")


def interaction(community: Community, person: Class) -> discord.Interaction[Any]:
    """A press as Discord would tell of it, by somebody with the permissions of that class."""
    ids = {
        "id": "1",
        "application_id": str(community.app.client.application_id),
        "guild_id": str(community.guild_id),
    }
    user = {"id": "2", "username": "somebody", "discriminator": "0", "avatar": None, "global_name": None}
    member: dict[str, Any] = {
        "user": user,
        "roles": [],
        "permissions": str(PERMISSIONS[person].value),
        "deaf": False,
        "mute": False,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "flags": 0,
    }
    data: Any = {
        **ids,
        "type": 3,
        "token": "x",
        "version": 1,
        "attachment_size_limit": 1,
        "member": member,
        "locale": "en-US",
        "data": {"component_type": 2, "custom_id": "x"},
    }
    return discord.Interaction(data=data, state=community.app.client._connection)
