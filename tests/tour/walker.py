"""Somebody who follows the tour: reads a step, does it as that person would, and looks."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Any

from bot.demo.month import pay
from bot.demo.people import People, buttons, words
from bot.i18n import catalogue
from tests.community import BotProcess
from tests.tour.steps import Step, command

_PLAIN: dict[int, Callable[[str], Any]] = {4: int, 5: "True".__eq__}
"""How what is written becomes a value, by the type of the option: a number, a yes or no; everything else is text."""


class Walker:
    """Follows steps in one language and remembers what each person saw last."""

    def __init__(self, bot: BotProcess, people: People, locale: str | None = None) -> None:
        self._bot = bot
        self._people = people
        self._locale = locale
        self._last: dict[str, Any] = {}

    async def follow(self, step: Step) -> str:
        """Do the step; returns what is to be read afterwards, or "" where there is nothing to read."""
        text: str = await getattr(self, "_" + step.verb)(**step.told)
        await self._bot.settled()
        if step.verb == "pay":  # the card changes once the payment is settled
            return await self._again(step.told["who"])
        return text

    def last(self, who: str) -> dict[str, Any]:
        """The message that this person saw last."""
        message: dict[str, Any] = self._last[who]
        return message

    async def type(self, who: str, channel: str, command: str) -> str:
        """Type a command; what the answer says."""
        return await self._type(who, channel, command)

    async def look(self, who: str, channel: str) -> str:
        """Look at the newest message of a channel; what it says."""
        return await self._look(who, channel)

    async def _type(self, who: str, channel: str, command: str) -> str:
        name, options = await self._command(who, channel, command)
        return self.saw(
            who, await self._people.slash(who, name, channel=channel, locale=self._locale, **options)
        )

    async def _say(self, who: str, channel: str, words: str) -> str:
        await self._people.say(who, channel, words)
        return ""

    async def _press(self, who: str, label: str) -> str:
        message = self._last[who]
        found = [button for button in buttons(message) if self._means(str(button.get("label")), label)]
        assert len(found) == 1, f"{label}: {[button.get('label') for button in buttons(message)]}"
        answer = await self._people.click(
            who, message["id"], custom_id=found[0]["custom_id"], locale=self._locale
        )
        return self.saw(who, answer)

    async def _pay(self, who: str) -> str:
        links = [button["url"] for button in buttons(self._last[who]) if button.get("url")]
        assert len(links) == 1
        await pay(links[0])
        return ""

    async def _look(self, who: str, channel: str) -> str:
        messages = await self._people.messages(channel, who, after="0", limit=100)
        while len(messages) == 100:
            messages = (
                await self._people.messages(channel, who, after=messages[-1]["id"], limit=100)
                or messages[-1:]
            )
        self._last[who] = messages[-1]
        return words(messages[-1])

    async def _join(self, who: str, voice: str) -> str:
        await self._people.voice(who, voice)
        return ""

    async def _leave(self, who: str) -> str:
        await self._people.voice(who, None)
        return ""

    async def _turn(self, hours: str) -> str:
        await self._people.clock(advance=int(hours) * 3600)
        return ""

    def saw(self, who: str, answer: Any) -> str:
        """Take an answer in; what it says."""
        assert answer["state"] in ("answered", "updated"), answer
        self._last[who] = answer["message"]
        return words(answer["message"])

    async def _again(self, who: str) -> str:
        before = self._last[who]
        for channel in ("general", "staff", "courses", "events"):
            for message in await self._people.messages(channel, who):
                if message["id"] == before["id"]:
                    self._last[who] = message
                    return words(message)
        raise AssertionError("the card is gone")

    async def _command(self, who: str, channel: str, typed: str) -> tuple[str, dict[str, Any]]:
        """Fill the options as the command line does: choices by their name, the rest from autocomplete."""
        commands = await declared(self._people, who)
        name, typed_options = command(typed, list(commands))
        filled: dict[str, Any] = {}  # an option may be called like an argument of ours, hence the "_"
        for option, value in typed_options.items():
            known = commands[name][option]
            if known.get("autocomplete"):
                partial = "" if value == "…" else value
                offered = await self._people.choices(
                    who, name, option, channel=channel, **{**filled, option + "_": partial}
                )
                filled[option + "_"] = offered[0]["value"] if offered else value
            elif known.get("choices"):
                filled[option + "_"] = next(
                    choice["value"] for choice in known["choices"] if choice["name"] == value
                )
            else:
                filled[option + "_"] = _PLAIN.get(known["type"], str)(value)
        return name, filled

    def _means(self, shown: str, label: str) -> bool:
        return shown == label if self._locale is None else shown in translations(label)


async def declared(people: People, who: str) -> dict[str, dict[str, Any]]:
    """Every command that this person may type, by its English words, with its options by theirs."""
    found: dict[str, dict[str, Any]] = {}

    def note(one: dict[str, Any], before: str) -> None:
        name = f"{before}{one['name']}"
        inner = [option for option in one.get("options", []) if option["type"] in (1, 2)]
        for option in inner:
            note(option, f"{name} ")
        if not inner:
            found[name] = {option["name"]: option for option in one.get("options", [])}

    for top in await people.get("/sandbox/commands", **{"as": who}):
        note(top, "")
    return found


def translations(english: str) -> set[str]:
    """What an English text with its values filled in is called in Chinese."""
    found: set[str] = set()
    for (one, _), chinese in catalogue("zh-CN").items():
        parts = [(re.escape(text), name) for text, name, _, _ in string.Formatter().parse(one)]
        pattern, seen = "", set[str]()
        for text, name in parts:
            again = f"(?P={name})" if name in seen else f"(?P<{name}>.+)"
            pattern += text + (again if name else "")
            seen |= {name} if name else set()
        match = re.fullmatch(pattern, english)
        if match:
            said = chinese[0].format(**match.groupdict())
            found |= {said, said.replace("$", "US$")}  # where dollars are not the first that one thinks of
    return found
