"""Requests as discord.py 2.7.1 made them and the sandbox recorded them, for the judge's own tests."""

from __future__ import annotations

import copy
from typing import Any

_CARD: dict[str, Any] = {
    "content": None,
    "components": [
        {
            "type": 17,
            "accent_color": 5793266,
            "spoiler": False,
            "components": [
                {"type": 10, "content": "# Pro\n30 days, ¥99"},
                {
                    "type": 9,
                    "components": [{"type": 10, "content": "Every course and every event"}],
                    "accessory": {
                        "type": 2,
                        "style": 1,
                        "disabled": False,
                        "label": "Buy",
                        "custom_id": "buy:42",
                    },
                },
                {"type": 14, "divider": True, "spacing": 1},
                {
                    "type": 12,
                    "items": [
                        {
                            "media": {"url": "attachment://chart.png"},
                            "spoiler": False,
                            "description": "weekly chart",
                        }
                    ],
                },
                {
                    "type": 1,
                    "components": [
                        {
                            "type": 2,
                            "style": 5,
                            "disabled": False,
                            "label": "Site",
                            "url": "https://example.org",
                        }
                    ],
                },
            ],
        }
    ],
    "nonce": "reminder-17",
    "enforce_nonce": True,
    "tts": False,
    "flags": 32768,
    "allowed_mentions": {"parse": []},
}

_POSTED: dict[str, Any] = {
    "id": "100000000000000400",
    "channel_id": "100000000000000200",
    "type": 0,
    "author": {
        "id": "100000000000000010",
        "username": "lyceum",
        "global_name": None,
        "discriminator": "0000",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "bot": True,
        "primary_guild": None,
    },
    "content": "",
    "timestamp": "2026-11-02T08:00:00.000000+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "components": [],
    "pinned": False,
    "flags": 32768,
}

_MESSAGE: dict[str, Any] = {
    "method": "POST",
    "path": "/api/v10/channels/100000000000000200/messages",
    "content_type": "application/json",
    "body": _CARD,
    "status": 200,
    "answer": _POSTED,
}

_HISTORY: dict[str, Any] = {
    "method": "GET",
    "path": "/api/v10/channels/100000000000000200/messages?limit=100&after=100000000000000300",
    "content_type": "",
    "status": 200,
    "answer": [],
}

_ROLE: dict[str, Any] = {
    "method": "PUT",
    "path": "/api/v10/guilds/100000000000000001/members/100000000000000002/roles/100000000000000003",
    "content_type": "",
    "status": 204,
    "answer": None,
}


def message() -> dict[str, Any]:
    """A Components V2 card posted to a channel, with a nonce; every field of it may be altered."""
    return copy.deepcopy(_MESSAGE)


def history() -> dict[str, Any]:
    """A page of a channel's history."""
    return copy.deepcopy(_HISTORY)


def role() -> dict[str, Any]:
    """A role put on a member: a request without a body."""
    return copy.deepcopy(_ROLE)


def picture() -> dict[str, Any]:
    """The same card as a form, with its picture."""
    row = message()
    row["content_type"] = "multipart/form-data; boundary=x"
    row["body"]["attachments"] = [{"id": 0, "filename": "chart.png"}]
    row["parts"] = ["payload_json", "files[0]"]
    return row
