"""Messages of nothing but words, which most are: kept as `[author, words]`, a tenth of the whole.

The moment is that of the id, the author is shown as they are now; everything else is as it always is.
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
    """The short form, None for a message that has more to it."""
    if message["content"] and not message["flags"] and not message["type"]:
        author = message["author"]
        if message == whole(message["id"], message["channel_id"], author, message["content"]):
            return encode([author["id"], message["content"]])
    return None
