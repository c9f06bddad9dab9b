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


class Town:
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


async def log_in(town: Town) -> None:
    (application,) = (await town.control.get("world"))["applications"]
    assert application["connected"]


async def sync_commands(town: Town) -> None:
    shown = await town.control.get("commands", who="ann")
    wanted = sorted((command["type"], command["name"]) for command in SCRIPT["commands"])
    assert sorted((command["type"], command["name"]) for command in shown) == wanted


async def slash_command(town: Town) -> None:
    assert await town.says("hello", name="Ann") == "Hello Ann"


async def subcommand_opens_a_thread(town: Town) -> None:
    assert await town.says("room open", name="Tea") == "Opened Tea"
    assert SAYS["welcome"] in await town.read("Tea")


async def button(town: Town) -> None:
    panel = await town.slash("panel")
    pressed = await town.use("click", message=panel["message"]["id"], label="Press")
    assert (pressed["state"], words(pressed)) == ("updated", "Pressed by ann")


async def select(town: Town) -> None:
    panel = await town.slash("panel")
    chosen = await town.use("select", message=panel["message"]["id"], custom_id="pick", values=["green"])
    assert words(chosen) == "You chose green"
    assert hidden(chosen)


async def modal(town: Town) -> None:
    opened = await town.slash("form")
    assert (opened["state"], opened["modal"]["title"]) == ("modal", "About you")
    assert (
        words(await town.use("submit", modal=opened["modal"]["id"], fields={"name": "Ann"}))
        == "Thank you, Ann"
    )


async def autocomplete(town: Town) -> None:
    typed = {"command": "hello", "channel": "general", "options": {"name": "An"}, "focused": "name"}
    found = await town.use("autocomplete", **typed)
    assert [choice["value"] for choice in found["choices"]] == ["Ann", "Anton"]


async def context_menus(town: Town) -> None:
    about = await town.use("menu", command="Who is it", channel="general", target="bob")
    assert words(about) == "That is bob"
    assert hidden(about)
    said = await town.control.post("say", who="bob", channel="general", content="It rains")
    quoted = await town.use("menu", command="Quote it", channel="general", target=said["id"])
    assert words(quoted) == "They said: It rains"


async def defer_and_follow_up(town: Town) -> None:
    done = await town.slash("slow")
    assert words(done) == SAYS["done"]
    await asyncio.sleep(0.2)
    later = await town.control.get(f"interaction/{done['interaction']}")
    assert [message["content"] for message in later["followups"]] == [SAYS["more"]]


async def edit(town: Town) -> None:
    assert await town.says("draft") == SAYS["written"]
    assert SAYS["final"] in await town.read("general")


async def file(town: Town) -> None:
    answer = await town.slash("file")
    (attachment,) = answer["message"]["attachments"]
    assert attachment["filename"] == "note.txt"
    async with town.control.session.get(attachment["url"]) as got:
        assert await got.text() == "A note"


async def role(town: Town) -> None:
    badge = await town.role("Badge", 1)
    assert await town.says("badge give", member="bob", role="Badge") == "Gave Badge"
    assert badge in (await town.member("bob"))["roles"]
    assert await town.says("badge take", member="bob", role="Badge") == "Took Badge"
    assert badge not in (await town.member("bob"))["roles"]


async def direct_message(town: Town) -> None:
    assert await town.says("whisper", member="bob") == "Told bob"
    assert await town.read("@bot", "bob") == [SAYS["whisper"]]


async def event(town: Town) -> None:
    assert await town.says("plan", name="Picnic") == "Planned Picnic"
    (planned,) = (await town.control.get("world"))["scheduled_events"]
    assert (planned["name"], planned["entity_metadata"]["location"]) == ("Picnic", "Online")


async def members(town: Town) -> None:
    names = [member["user"]["username"] for member in (await town.control.get("world"))["members"]]
    there = sum(name.startswith("a") for name in names)
    assert there > 5
    assert await town.says("count", prefix="a") == f"There are {there} members"


async def refused(town: Town) -> None:
    assert await town.says("kick", member="bob") == "Refused: 50013"
    await town.role("Above", 50)
    assert await town.says("badge give", member="bob", role="Above") == "Refused: 50013"
    assert await town.says("read", message="100000000000000000") == "Refused: 10008"
    await town.control.post("direct", who="bob", open=False)
    assert await town.says("whisper", member="bob") == "Refused: 50007"


async def message_is_heard(town: Town) -> None:
    await town.ping()


async def resume_after_a_drop(town: Town) -> None:
    """What is said while the socket is gone is answered once, in the same session."""
    await town.control.post("faults", gateway="cut")
    pinged = asyncio.create_task(town.ping())
    await town.program.says("resumed")
    await pinged


async def identify_after_an_invalid_session(town: Town) -> None:
    await town.control.post("faults", gateway="forget")
    await town.program.says("ready", patience=30)
    await town.ping()
    assert await town.says("hello", name="again") == "Hello again"


STEPS: list[Callable[[Town], Awaitable[None]]] = [
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
