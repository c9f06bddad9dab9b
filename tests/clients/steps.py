"""The script: what people do, and what they then see, whichever library the bot is written with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from tests.clients.programs import Program
from tests.sandbox.people import Control, Json

SCRIPT: Json = json.loads(Path(__file__).with_name("script.json").read_text("utf-8"))
SAYS: dict[str, str] = SCRIPT["says"]


class ScriptedGuild:
    """The community, its people, and the bot among them."""

    def __init__(self, session: aiohttp.ClientSession, program: Program) -> None:
        self.program, self.control = program, Control(session)

    async def slash(self, command: str, **options: Any) -> Json:
        """Ann uses a command in #general and sees what comes of it."""
        return await self.use("slash", command=command, channel="general", options=options)

    async def use(self, how: str, **what: Any) -> Json:
        """Ann clicks, chooses, sends a form or uses a menu."""
        answer: Json = await self.control.post(how, who="ann", **what)
        return answer

    async def says(self, command: str, **options: Any) -> str:
        """The words of the answer to a command."""
        return words(await self.slash(command, **options))

    async def read(self, channel: str, person: str = "ann", after: str = "0") -> list[str]:
        """The words that somebody reads in a channel."""
        found = await self.control.get("messages", channel=channel, who=person, after=after)
        return [message["content"] for message in found]

    async def member(self, name: str) -> Json:
        """A member as everybody sees them."""
        members = (await self.control.get("world"))["members"]
        return next(member for member in members if member["user"]["username"] == name)

    async def role(self, name: str, position: int) -> str:
        """Olivia makes a role and puts it at a position; its id."""
        roles = f"/guilds/{await self.control.guild_id()}/roles"
        status, role = await self.control.api("olivia", "POST", roles, {"name": name})
        assert status == 200, role
        status, _ = await self.control.api(
            "olivia", "PATCH", roles, [{"id": role["id"], "position": position}]
        )
        assert status == 200
        return str(role["id"])

    async def ping(self) -> None:
        """Ann says ping; the bot waves and answers."""
        said = await self.control.post("say", who="ann", channel="general", content="ping")
        async with asyncio.timeout(10):
            while not await self._heard(said):  # noqa: ASYNC110 - it is another process that answers
                await asyncio.sleep(0.05)

    async def _heard(self, said: Json) -> bool:
        found = await self.control.get(
            "messages", channel="general", who="ann", after=str(int(said["id"]) - 1)
        )
        answers = [m["content"] for m in found if m.get("referenced_message")]
        return answers == [SAYS["pong"]] and found[0]["reactions"][0]["emoji"]["name"] == SCRIPT["wave"]


def words(answer: Json) -> str:
    """What is said in a visible answer."""
    assert answer["state"] in ("answered", "updated"), answer
    return str(answer["message"]["content"])


def hidden(answer: Json) -> bool:
    """Is the answer for one person only?"""
    return bool(answer["message"]["flags"] & 64)


async def log_in(guild: ScriptedGuild) -> None:
    (application,) = (await guild.control.get("world"))["applications"]
    assert application["connected"]


async def sync_commands(guild: ScriptedGuild) -> None:
    shown = await guild.control.get("commands", who="ann")
    wanted = sorted((command["type"], command["name"]) for command in SCRIPT["commands"])
    assert sorted((command["type"], command["name"]) for command in shown) == wanted


async def slash_command(guild: ScriptedGuild) -> None:
    assert await guild.says("hello", name="Ann") == "Hello Ann"


async def subcommand_opens_a_thread(guild: ScriptedGuild) -> None:
    assert await guild.says("room open", name="Tea") == "Opened Tea"
    assert SAYS["welcome"] in await guild.read("Tea")


async def button(guild: ScriptedGuild) -> None:
    panel = await guild.slash("panel")
    pressed = await guild.use("click", message=panel["message"]["id"], label="Press")
    assert (pressed["state"], words(pressed)) == ("updated", "Pressed by ann")


async def select(guild: ScriptedGuild) -> None:
    panel = await guild.slash("panel")
    chosen = await guild.use("select", message=panel["message"]["id"], custom_id="pick", values=["green"])
    assert words(chosen) == "You chose green"
    assert hidden(chosen)


async def modal(guild: ScriptedGuild) -> None:
    opened = await guild.slash("form")
    assert (opened["state"], opened["modal"]["title"]) == ("modal", "About you")
    assert (
        words(await guild.use("submit", modal=opened["modal"]["id"], fields={"name": "Ann"}))
        == "Thank you, Ann"
    )


async def autocomplete(guild: ScriptedGuild) -> None:
    typed = {"command": "hello", "channel": "general", "options": {"name": "An"}, "focused": "name"}
    found = await guild.use("autocomplete", **typed)
    assert [choice["value"] for choice in found["choices"]] == ["Ann", "Anton"]


async def context_menus(guild: ScriptedGuild) -> None:
    about = await guild.use("menu", command="Who is it", channel="general", target="bob")
    assert words(about) == "That is bob"
    assert hidden(about)
    said = await guild.control.post("say", who="bob", channel="general", content="It rains")
    quoted = await guild.use("menu", command="Quote it", channel="general", target=said["id"])
    assert words(quoted) == "They said: It rains"


async def defer_and_follow_up(guild: ScriptedGuild) -> None:
    done = await guild.slash("slow")
    assert words(done) == SAYS["done"]
    await asyncio.sleep(0.2)
    later = await guild.control.get(f"interaction/{done['interaction']}")
    assert [message["content"] for message in later["followups"]] == [SAYS["more"]]


async def edit(guild: ScriptedGuild) -> None:
    assert await guild.says("draft") == SAYS["written"]
    assert SAYS["final"] in await guild.read("general")


async def file(guild: ScriptedGuild) -> None:
    answer = await guild.slash("file")
    (attachment,) = answer["message"]["attachments"]
    assert attachment["filename"] == "note.txt"
    async with guild.control.session.get(attachment["url"]) as got:
        assert await got.text() == "A note"


async def role(guild: ScriptedGuild) -> None:
    badge = await guild.role("Badge", 1)
    assert await guild.says("badge give", member="bob", role="Badge") == "Gave Badge"
    assert badge in (await guild.member("bob"))["roles"]
    assert await guild.says("badge take", member="bob", role="Badge") == "Took Badge"
    assert badge not in (await guild.member("bob"))["roles"]


async def direct_message(guild: ScriptedGuild) -> None:
    assert await guild.says("whisper", member="bob") == "Told bob"
    assert await guild.read("@bot", "bob") == [SAYS["whisper"]]


async def event(guild: ScriptedGuild) -> None:
    assert await guild.says("plan", name="Picnic") == "Planned Picnic"
    (planned,) = (await guild.control.get("world"))["scheduled_events"]
    assert (planned["name"], planned["entity_metadata"]["location"]) == ("Picnic", "Online")


async def members(guild: ScriptedGuild) -> None:
    names = [member["user"]["username"] for member in (await guild.control.get("world"))["members"]]
    there = sum(name.startswith("a") for name in names)
    assert there > 5
    assert await guild.says("count", prefix="a") == f"There are {there} members"


async def refused(guild: ScriptedGuild) -> None:
    assert await guild.says("kick", member="bob") == "Refused: 50013"
    await guild.role("Above", 50)
    assert await guild.says("badge give", member="bob", role="Above") == "Refused: 50013"
    assert await guild.says("read", message="100000000000000000") == "Refused: 10008"
    await guild.control.post("direct", who="bob", open=False)
    assert await guild.says("whisper", member="bob") == "Refused: 50007"


async def message_is_heard(guild: ScriptedGuild) -> None:
    await guild.ping()


async def resume_after_a_drop(guild: ScriptedGuild) -> None:
    """What is said while the socket is gone is answered once, in the same session."""
    await guild.control.post("faults", gateway="cut")
    pinged = asyncio.create_task(guild.ping())
    await guild.program.says("resumed")
    await pinged


async def identify_after_an_invalid_session(guild: ScriptedGuild) -> None:
    await guild.control.post("faults", gateway="forget")
    await guild.program.says("ready", patience=30)
    await guild.ping()
    assert await guild.says("hello", name="again") == "Hello again"


STEPS: list[Callable[[ScriptedGuild], Awaitable[None]]] = [
    log_in,
    sync_commands,
    slash_command,
    subcommand_opens_a_thread,
    button,
    select,
    modal,
    autocomplete,
    context_menus,
    defer_and_follow_up,
    edit,
    file,
    role,
    direct_message,
    event,
    members,
    refused,
    message_is_heard,
    resume_after_a_drop,
    identify_after_an_invalid_session,
]
