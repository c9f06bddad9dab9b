"""The shape of a message's body, component by component."""

from __future__ import annotations

from typing import Any

from sandbox.forms import Form
from sandbox.shape import anything, flag, many, moment, one_of, snowflake, text, thing, whole

EMOJI = thing({"id": snowflake, "name": text(64)})
EMBED = thing(
    {
        "title": text(256),
        "description": text(4096),
        "url": text(2048),
        "timestamp": moment,
        "color": whole(0, 0xFFFFFF),
        "type": anything,
        "footer": thing({"text": text(2048), "icon_url": text(2048)}),
        "author": thing({"name": text(256), "url": text(2048), "icon_url": text(2048)}),
        "image": thing({"url": text(2048)}),
        "thumbnail": thing({"url": text(2048)}),
        "fields": many(
            thing({"name": text(256, 1), "value": text(1024, 1), "inline": flag}, "name", "value"), 25
        ),
    }
)
_DEEPEST = 6


def _component(form: Form, path: str, value: Any) -> None:
    """A component, with all fields that it may have."""
    if path.count(".components") + path.count(".component.") > _DEEPEST:
        form.fault(path, "BASE_TYPE_BAD_LENGTH", "Components are nested too deeply.")
        return
    _COMPONENT(form, path, value)


_MEDIA = thing({"url": text(2048, 1)})
_COMPONENT = thing(
    {
        "type": whole(0, 100),
        "id": whole(0, 2**31 - 1),
        "custom_id": text(100),
        "label": text(80),
        "style": whole(0, 100),
        "url": text(512),
        "disabled": flag,
        "emoji": EMOJI,
        "sku_id": snowflake,
        "options": many(
            thing(
                {
                    "label": text(100),
                    "value": text(100),
                    "description": text(100),
                    "emoji": EMOJI,
                    "default": flag,
                }
            ),
            25,
        ),
        "placeholder": text(150),
        "min_values": whole(0, 25),
        "max_values": whole(0, 25),
        "min_length": whole(0, 4000),
        "max_length": whole(0, 4000),
        "value": text(4000),
        "required": flag,
        "channel_types": many(whole(0, 100), 25),
        "default_values": many(thing({"id": snowflake, "type": text(20)}, "id", "type"), 25),
        "title": text(45),
        "content": text(4000),
        "description": text(1024),
        "media": _MEDIA,
        "file": _MEDIA,
        "items": many(thing({"media": _MEDIA, "description": text(1024), "spoiler": flag}), 10),
        "divider": flag,
        "spacing": one_of(1, 2),
        "spoiler": flag,
        "accent_color": whole(0, 0xFFFFFF),
        "components": many(_component, 40),
        "component": _component,
        "accessory": _component,
    }
)


def _nonce(form: Form, path: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        form.length(path, value, 0, 25)


def _hours(form: Form, path: str, value: Any) -> None:
    """A number of hours; discord.py writes 1.0."""
    whole(1, 768)(form, path, int(value) if isinstance(value, float) and value.is_integer() else value)


_FIELDS = {
    "content": text(2000),
    "nonce": _nonce,
    "components": many(_component, 40),
    "enforce_nonce": flag,
    "tts": flag,
    "flags": whole(0, 2**32),
    "embeds": many(EMBED, 10),
    "allowed_mentions": thing(
        {
            "parse": many(text(20), 3),
            "users": many(snowflake, 100),
            "roles": many(snowflake, 100),
            "replied_user": flag,
        }
    ),
    "message_reference": thing({"message_id": snowflake, "channel_id": snowflake, "guild_id": snowflake}),
    "sticker_ids": many(snowflake, 3),
    "attachments": many(
        thing({"id": snowflake, "filename": text(1024), "description": text(1024), "title": text(1024)}), 10
    ),
    "poll": thing(
        {
            "question": thing({"text": text(300, 1)}, "text"),
            "answers": many(
                thing({"poll_media": thing({"text": text(55, 1), "emoji": EMOJI})}, "poll_media"), 10, 1
            ),
            "duration": _hours,
            "allow_multiselect": flag,
            "layout_type": one_of(1),
        },
        "question",
        "answers",
    ),
    "thread_name": text(100, 1),
    "applied_tags": many(snowflake, 5),
    "username": text(80, 1),
    "avatar_url": text(2048),
}
MESSAGE = thing(_FIELDS)

#: the body of an answer to an interaction
CALLBACK = thing(
    {
        "type": one_of(1, 4, 5, 6, 7, 8, 9, 10, 12),
        "data": thing(
            _FIELDS
            | {
                "title": text(45),
                "custom_id": text(100),
                "choices": many(thing({"name": text(100, 1), "value": anything}, "name"), 25),
            }
        ),
    },
    "type",
)
