"""A bot that sends everything that a message or a modal can hold."""

from __future__ import annotations

import asyncio
import datetime
import io
import struct
import zlib
from typing import Any

import discord
from discord import app_commands, ui

from tests.sandbox.people import Bot

Interaction = discord.Interaction[Any]
TEXT = r"""# Heading
## Second
### Third
-# small print
**bold** *italic* __under__ ~~gone~~ `code` ||hidden|| http\://no.example \@everyone <@&1>
> a quote
- one
  - inner
1. first
```py
print("hello")
```
[a link](https://example.org/page) and <https://example.org/bare>"""
MOMENT = datetime.datetime(2026, 12, 1, 18, 30, 5, tzinfo=datetime.UTC)
STYLES = ("t", "T", "d", "D", "f", "F", "s", "S", "R")


def png(width: int = 40, height: int = 30) -> discord.File:
    """A small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + b"\x58\x65\xf2" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return discord.File(io.BytesIO(data), "blue.png")


class EchoButton(ui.Button[Any]):
    """A button that says that it was pressed."""

    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"pressed {self.label}", ephemeral=True)


async def _said(interaction: Interaction, item: Any) -> None:
    values = ", ".join(sorted(str(getattr(value, "name", value)) for value in item.values))
    await interaction.response.send_message(f"chose {values}", ephemeral=True)


class Words(ui.Select[Any]):
    """Two or three of three words, two of them chosen before."""

    def __init__(self) -> None:
        options = [
            discord.SelectOption(label=name, emoji="🍎", default=name != "Cherry")
            for name in ("Apple", "Banana", "Cherry")
        ]
        super().__init__(placeholder="Some fruit", options=options, min_values=2, max_values=3)

    async def callback(self, interaction: Interaction) -> None:
        await _said(interaction, self)


class People(ui.UserSelect[Any]):
    async def callback(self, interaction: Interaction) -> None:
        await _said(interaction, self)


class Roles(ui.RoleSelect[Any]):
    async def callback(self, interaction: Interaction) -> None:
        await _said(interaction, self)


class Anybody(ui.MentionableSelect[Any]):
    async def callback(self, interaction: Interaction) -> None:
        await _said(interaction, self)


class Rooms(ui.ChannelSelect[Any]):
    async def callback(self, interaction: Interaction) -> None:
        await _said(interaction, self)


class Everything(ui.LayoutView):
    """All of Components V2."""

    def __init__(self) -> None:
        super().__init__(timeout=120)
        styles = discord.ButtonStyle
        moments = " ".join(f"<t:{int(MOMENT.timestamp())}:{style}>" for style in STYLES)
        self.add_item(ui.TextDisplay("Outside of the container"))
        box: ui.Container[Any] = ui.Container(
            ui.TextDisplay(TEXT),
            ui.TextDisplay(moments),
            ui.Separator(spacing=discord.SeparatorSpacing.large),
            ui.Section[Any](
                ui.TextDisplay[Any]("With a picture"),
                accessory=ui.Thumbnail[Any]("attachment://blue.png", description="A blue thing"),
            ),
            ui.Section(ui.TextDisplay("With a button"), accessory=EchoButton(label="Beside")),
            ui.MediaGallery(
                discord.MediaGalleryItem("attachment://blue.png", description="A blue gallery"),
                discord.MediaGalleryItem("attachment://blue.png", spoiler=True),
            ),
            ui.File("attachment://notes.txt"),
            ui.Separator(visible=False),
            ui.ActionRow(
                EchoButton(label="Primary", style=styles.primary),
                EchoButton(label="Success", style=styles.success, emoji="✅"),
                EchoButton(label="Danger", style=styles.danger),
                EchoButton(label="Off", style=styles.secondary, disabled=True),
                ui.Button(label="Away", url="https://example.org/away"),
            ),
            accent_colour=0x23A55A,
        )
        for select in (
            Words(),
            People(placeholder="Who"),
            Roles(placeholder="Which role"),
            Anybody(placeholder="Anybody"),
            Rooms(placeholder="Where", channel_types=[discord.ChannelType.voice]),
        ):
            box.add_item(ui.ActionRow(select))
        self.add_item(box)


class Form(ui.Modal, title="Everything to fill in"):
    """As much as a modal holds, in two: five components each."""

    text = ui.TextDisplay[Any]("Some **words** first")
    short: Any = ui.Label[Any](text="Short", description="A line", component=ui.TextInput(max_length=20))
    long: Any = ui.Label[Any](
        text="Long", component=ui.TextInput(style=discord.TextStyle.paragraph, required=False)
    )
    several: Any = ui.Label[Any](
        text="Several",
        component=ui.Select(
            max_values=2, options=[discord.SelectOption(label=n) for n in ("Red", "Green", "Blue")]
        ),
    )
    file: Any = ui.Label[Any](text="File", component=ui.FileUpload(required=False))

    async def on_submit(self, interaction: Interaction, /) -> None:
        files = [file.filename for file in self.file.component.values]
        values = sorted(self.several.component.values)
        await interaction.response.send_message(
            f"form: {self.short.component.value} | {self.long.component.value} | {values} | {files}"
        )


class Marks(ui.Modal, title="Everything to tick"):
    radio: Any = ui.Label[Any](
        text="One of",
        component=ui.RadioGroup(
            options=[discord.RadioGroupOption(label=n, value=n.lower()) for n in ("Left", "Right")]
        ),
    )
    boxes: Any = ui.Label[Any](
        text="Any of",
        component=ui.CheckboxGroup(
            required=False,
            options=[discord.CheckboxGroupOption(label=n, value=n.lower()) for n in ("Tea", "Coffee")],
        ),
    )
    yes: Any = ui.Label[Any](text="Agreed", component=ui.Checkbox())
    who: Any = ui.Label[Any](text="Person", component=ui.UserSelect())
    where: Any = ui.Label[Any](text="Place", component=ui.ChannelSelect(required=False))

    async def on_submit(self, interaction: Interaction, /) -> None:
        who = self.who.component.values[0].name
        told = f"marks: {self.radio.component.value} | {self.boxes.component.values} | {self.yes.component.value} | {who}"
        await interaction.response.send_message(told)


async def declare(bot: Bot) -> None:
    """The commands of the showcase."""
    tree = bot.tree

    @tree.command(description="Show everything")
    async def everything(interaction: Interaction) -> None:
        await interaction.response.send_message(
            view=Everything(), files=[png(), discord.File(io.BytesIO(b"hello"), "notes.txt")]
        )

    @tree.command(description="An embed")
    async def embed(interaction: Interaction) -> None:
        told = discord.Embed(
            title="A title",
            description="**Bold** words",
            colour=0xF0B132,
            timestamp=MOMENT,
            url="https://example.org/",
        )
        told.add_field(name="Left", value="1").add_field(name="Right", value="2").set_footer(
            text="At the foot"
        ).set_author(name="An author")
        await interaction.response.send_message(embed=told.set_image(url="attachment://blue.png"), file=png())

    @tree.command(description="A form")
    async def form(interaction: Interaction) -> None:
        await interaction.response.send_modal(Form())

    @tree.command(description="Ticks")
    async def marks(interaction: Interaction) -> None:
        await interaction.response.send_modal(Marks())

    @tree.command(description="Says nothing")
    async def silence(interaction: Interaction) -> None:
        pass

    @tree.command(description="Thinks for a while")
    async def think(interaction: Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await asyncio.sleep(0.7)
        await interaction.followup.send("thought")

    @tree.command(description="Takes an option of each kind")
    @app_commands.choices(
        size=[app_commands.Choice(name="Small", value=1), app_commands.Choice(name="Large", value=2)]
    )
    async def options(
        interaction: Interaction,
        size: int,
        person: discord.Member,
        role: discord.Role,
        room: discord.TextChannel,
        share: float,
        yes: bool,
        file: discord.Attachment | None = None,
    ) -> None:
        told = f"{size} {person.name} {role.name} {room.name} {share} {yes} {file.filename if file else None}"
        await interaction.response.send_message(told)

    @tree.context_menu(name="Praise")
    async def praise(interaction: Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"praised {member.name}")

    @tree.context_menu(name="Keep")
    async def keep(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"kept {message.id}", ephemeral=True)

    await tree.sync()
