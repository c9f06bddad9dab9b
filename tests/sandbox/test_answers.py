"""How an application answers: at once, later, hidden, changed, with a form; and too late."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
import pytest
from discord import ui

from tests.sandbox.people import Bot, Control

Act = discord.Interaction


async def _command(bot: Bot, callback: Any) -> None:
    bot.tree.command(name="try", description="Try")(callback)
    await bot.tree.sync()


async def _try(control: Control, who: str = "ann", **more: Any) -> Any:
    return await control.post("slash", who=who, channel="general", command="try", **more)


async def test_a_defer_is_waited_past(bot: Bot, control: Control) -> None:
    async def later(interaction: Act) -> None:
        await interaction.response.defer(ephemeral=True)
        await asyncio.sleep(0.05)
        await interaction.edit_original_response(content="Here it is")
        await interaction.followup.send("And more", ephemeral=True)

    await _command(bot, later)
    seen = await _try(control)
    assert (seen["state"], seen["message"]["content"]) == ("answered", "Here it is")
    assert seen["message"]["flags"] == 64
    await asyncio.sleep(0.1)
    whole = await control.get(f"interaction/{seen['interaction']}")
    assert [m["content"] for m in whole["followups"]] == ["And more"]
    assert [m["content"] for m in await control.get("messages", channel="general", who="ann")] == [
        "Here it is",
        "And more",
    ]
    assert await control.get("messages", channel="general", who="bob") == []


async def test_the_first_follow_up_fills_the_thinking_message(bot: Bot, control: Control) -> None:
    async def later(interaction: Act) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("Done")

    await _command(bot, later)
    seen = await _try(control)
    assert seen["message"]["content"] == "Done"
    assert len(await control.get("messages", channel="general", who="bob")) == 1


async def test_thinking_for_ever_is_told(bot: Bot, control: Control) -> None:
    async def never(interaction: Act) -> None:
        await interaction.response.defer(thinking=True)

    await _command(bot, never)
    seen = await _try(control, wait=0.3)
    assert seen["state"] == "thinking"
    assert seen["message"]["flags"] & 128


async def test_too_late_is_10062_and_twice_is_40060(bot: Bot, control: Control) -> None:
    codes: list[int] = []

    async def slow(interaction: Act) -> None:
        if interaction.user.name == "ann":
            await asyncio.sleep(1.2)
        for _ in range(2):
            try:
                # A response that knows of no other: the library would not ask the server a second time.
                await discord.InteractionResponse(interaction).send_message("Hello")
            except discord.HTTPException as error:
                codes.append(error.code)

    await _command(bot, slow)
    late = await _try(control)
    await asyncio.sleep(0.4)
    in_time = await _try(control, who="bob")
    await asyncio.sleep(0.1)

    assert late["state"] == "no_response"
    assert in_time["state"] == "answered"
    assert codes == [10062, 10062, 40060]


class Card(ui.LayoutView):
    """A V2 card with all that can be pressed."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        box: ui.Container[Any] = ui.Container(accent_colour=0x5865F2)
        box.add_item(ui.TextDisplay("# Course"))
        box.add_item(ui.Section(ui.TextDisplay("Lesson one"), accessory=Button("Open", "open")))
        box.add_item(ui.Separator())
        row: ui.ActionRow[Any] = ui.ActionRow()
        row.add_item(Button("Two", "a"))
        row.add_item(Button("Two", "b"))
        row.add_item(Button("Off", "off", disabled=True))
        row.add_item(ui.Button(label="Site", url="https://example.org"))
        box.add_item(row)
        box.add_item(ui.ActionRow(Choice()))
        self.add_item(box)


class Button(ui.Button[Any]):
    def __init__(self, label: str, custom_id: str, **more: Any) -> None:
        super().__init__(label=label, custom_id=custom_id, **more)

    async def callback(self, interaction: Act) -> None:
        if self.custom_id == "open":
            await interaction.response.edit_message(view=Done())
        elif self.custom_id == "a":
            await interaction.response.send_modal(Form())
        else:
            await interaction.response.defer()
            await interaction.followup.send("Later", ephemeral=True)


class Choice(ui.Select[Any]):
    def __init__(self) -> None:
        options = [discord.SelectOption(label=name.upper(), value=name) for name in "xyz"]
        super().__init__(custom_id="choice", options=options, max_values=2)

    async def callback(self, interaction: Act) -> None:
        await interaction.response.send_message(" ".join(self.values), ephemeral=True)


class Done(ui.LayoutView):
    text: ui.TextDisplay[Any] = ui.TextDisplay("Opened")


class Form(ui.Modal, title="Set-up"):
    role: ui.Label[Any] = ui.Label(text="Paid role", component=ui.RoleSelect())
    note: ui.Label[Any] = ui.Label(
        text="Note", component=ui.TextInput(required=False, max_length=20, custom_id="note")
    )
    file: ui.Label[Any] = ui.Label(text="File", component=ui.FileUpload(required=False, max_values=2))
    coin: ui.Label[Any] = ui.Label(
        text="Currency",
        component=ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Yuan", value="cny"),
                discord.RadioGroupOption(label="Dollar", value="usd"),
            ]
        ),
    )
    sure: ui.Label[Any] = ui.Label(text="Sure", component=ui.Checkbox())

    async def on_submit(self, interaction: Act, /) -> None:
        assert isinstance(self.role.component, ui.RoleSelect)
        assert isinstance(self.note.component, ui.TextInput)
        assert isinstance(self.file.component, ui.FileUpload)
        assert isinstance(self.coin.component, ui.RadioGroup)
        assert isinstance(self.sure.component, ui.Checkbox)
        told: list[object] = [self.role.component.values[0], self.note.component.value]
        told += [(await self.file.component.values[0].read()).decode(), self.coin.component.value]
        told += [self.sure.component.value]
        await interaction.response.send_message(" ".join(map(str, told)), ephemeral=True)


@pytest.fixture
async def card(bot: Bot, control: Control) -> Any:
    """A card in #general that ann asked for."""

    async def show(interaction: Act) -> None:
        await interaction.response.send_message(view=Card())

    await _command(bot, show)
    return (await _try(control))["message"]


async def test_a_v2_card_comes_back_numbered(card: Any) -> None:
    assert card["flags"] == 32768
    assert card["content"] == ""
    assert card["components"][0]["id"] == 1
    assert card["components"][0]["components"][1]["accessory"]["custom_id"] == "open"


async def test_a_button_updates_its_message(card: Any, control: Control) -> None:
    seen = await control.post("click", who="bob", message=card["id"], label="open")
    assert seen["state"] == "updated"
    assert seen["message"]["id"] == card["id"]
    assert seen["message"]["components"][0]["content"] == "Opened"
    assert seen["message"]["edited_timestamp"]


async def test_a_silent_defer_and_a_follow_up_is_an_answer(card: Any, control: Control) -> None:
    seen = await control.post("click", who="bob", message=card["id"], custom_id="b")
    assert (seen["state"], seen["message"]["content"]) == ("answered", "Later")


async def test_buttons_that_cannot_be_pressed(card: Any, control: Control) -> None:
    async def press(label: str) -> tuple[int, str]:
        status, refusal = await control.refused("click", who="bob", message=card["id"], label=label)
        return status, refusal["hint"]

    assert (await press("Two"))[0] == 409
    assert (await press("Off"))[0] == 409
    assert await press("Site") == (409, "https://example.org")
    assert (await press("Nowhere"))[0] == 404


async def test_a_menu_gives_its_values(card: Any, control: Control) -> None:
    asked = {"who": "bob", "message": card["id"], "custom_id": "choice"}
    assert (await control.post("select", **asked, values=["x", "Z"]))["message"]["content"] == "x z"
    assert (await control.refused("select", **asked, values=["x", "y", "z"]))[0] == 400
    assert (await control.refused("select", **asked, values=["q"]))[0] == 400


async def test_a_modal_with_every_kind_of_field(card: Any, control: Control) -> None:
    opened = await control.post("click", who="bob", message=card["id"], custom_id="a")
    assert opened["state"] == "modal"
    assert opened["modal"]["title"] == "Set-up"
    fields = {
        "Paid role": ["Expert"],
        "note": "hi",
        "File": [{"filename": "a.txt", "base64": "YQ=="}],
        "Currency": "cny",
        "Sure": True,
    }

    status, refusal = await control.refused(
        "submit", who="bob", modal=opened["modal"]["id"], fields=fields | {"note": "x" * 21}
    )
    assert (status, refusal["error"]) == (400, "Note takes 0 to 20 characters.")
    status, _ = await control.refused("submit", who="ann", modal=opened["modal"]["id"], fields=fields)
    assert status == 404
    seen = await control.post("submit", who="bob", modal=opened["modal"]["id"], fields=fields)
    assert (seen["state"], seen["message"]["content"]) == ("answered", "Expert hi a cny True")
    status, _ = await control.refused("submit", who="bob", modal=opened["modal"]["id"], fields=fields)
    assert status == 409


async def test_the_answer_can_be_changed_and_taken_away(bot: Bot, control: Control) -> None:
    async def show(interaction: Act) -> None:
        await interaction.response.send_message("one", file=discord.File(io.BytesIO(b"x"), "code.py"))
        message = await interaction.original_response()
        await message.edit(content="two", attachments=[])
        extra = await interaction.followup.send("extra", wait=True)
        await extra.edit(content="extra!")
        await interaction.delete_original_response()

    await _command(bot, show)
    await _try(control)
    await asyncio.sleep(0.3)
    left = await control.get("messages", channel="general", who="ann")
    assert [m["content"] for m in left] == ["extra!"]
