"""Plain messages, which most are: stored as `[author, words]`, in a tenth of the space.

The timestamp is that of the id, the author is shown as they are now; all other fields have their usual values.
"""

from __future__ import annotations

from sandbox import snowflake
from sandbox.clock import iso
from sandbox.wire import Json, encode


def whole(message_id: str, channel_id: str, author: Json, words: str) -> Json:
    """The message with all its fields, as `posting.post` makes it."""
    return {
        "id": message_id,
        "channel_id": channel_id,
        "type": 0,
        "content": words,
        "author": author,
        "timestamp": iso(snowflake.moment(message_id)),
        "edited_timestamp": None,
        "tts": False,
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "attachments": [],
        "embeds": [],
        "components": [],
        "flags": 0,
        "pinned": False,
    }


def packed(message: Json) -> bytes | None:
    """The short form; None for a message that is not plain."""
    if message["content"] and not message["flags"] and not message["type"]:
        author = message["author"]
        if message == whole(message["id"], message["channel_id"], author, message["content"]):
            return encode([author["id"], message["content"]])
    return None
