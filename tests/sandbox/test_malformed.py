"""Whatever a body holds, the answer is Discord's: 50035 with `errors` nested as the body is, never a defect of ours."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sandbox.rest.table import ROUTES
from sandbox.wire import listing, mapping
from tests.sandbox.people import Control
from tests.sandbox.raw import BOT, raw

pytestmark = pytest.mark.not_judged("malformed on purpose")

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    7,
    2**70,
    1.5,
    "",
    "x",
    "5",
    "x" * 5000,
    [],
    [None],
    [1],
    ["x"],
    [[]],
    {},
    {"id": 1},
    [{}],
    [{"id": "x"}],
    [{"type": 1}],
    [{"type": 1, "components": [{"type": 2}]}],
    {"x": []},
    "2099-01-01T00:00:00Z",
]
FIELDS = (
    "content",
    "embeds",
    "components",
    "flags",
    "nonce",
    "enforce_nonce",
    "allowed_mentions",
    "message_reference",
    "attachments",
    "poll",
    "sticker_ids",
    "tts",
    "name",
    "topic",
    "type",
    "position",
    "parent_id",
    "nsfw",
    "roles",
    "rate_limit_per_user",
    "user_limit",
    "bitrate",
    "available_tags",
    "permission_overwrites",
    "nick",
    "mute",
    "deaf",
    "channel_id",
    "communication_disabled_until",
    "permissions",
    "color",
    "colors",
    "hoist",
    "mentionable",
    "id",
    "messages",
    "recipient_id",
    "username",
    "avatar",
    "description",
    "options",
    "name_localizations",
    "contexts",
    "integration_types",
    "default_member_permissions",
    "scheduled_start_time",
    "scheduled_end_time",
    "privacy_level",
    "entity_type",
    "entity_metadata",
    "status",
    "recurrence_rule",
    "max_age",
    "max_uses",
    "unique",
    "sku_id",
    "owner_id",
    "owner_type",
    "user_ids",
    "delete_message_seconds",
    "data",
    "message",
    "applied_tags",
    "archived",
    "locked",
    "auto_archive_duration",
    "invitable",
    "thread_name",
    "allow",
    "deny",
    "original_scheduled_start_time",
    "is_canceled",
    "preferred_locale",
    "system_channel_id",
    "default_sort_order",
    "default_reaction_emoji",
)


async def ids(control: Control) -> dict[str, str]:
    """Ids that exist, for every kind of parameter."""
    ask, guild = raw(control), await control.guild_id()
    room = await control.channel_id("general")
    application = (await ask("GET", "/users/@me", who=BOT)).json["id"]
    command = {"name": "hello", "description": "Says hello"}
    made = (await ask("POST", f"/applications/{application}/commands", command, who=BOT)).json
    message = await control.post("say", who="olivia", channel="general", content="Hello")
    hook = (await ask("POST", f"/channels/{room}/webhooks", {"name": "Feed"})).json
    event = {
        "name": "Evening",
        "entity_type": 3,
        "entity_metadata": {"location": "Here"},
        "privacy_level": 2,
        "scheduled_start_time": "2099-01-05T10:00:00Z",
        "scheduled_end_time": "2099-01-05T11:00:00Z",
        "recurrence_rule": {
            "start": "2099-01-05T10:00:00Z",
            "frequency": 2,
            "interval": 1,
            "by_weekday": [0],
        },
    }
    series = (await ask("POST", f"/guilds/{guild}/scheduled-events", event)).json
    role = (await ask("POST", f"/guilds/{guild}/roles", {"name": "Pro"})).json
    return {
        "guild_id": guild,
        "channel_id": room,
        "message_id": message["id"],
        "role_id": role["id"],
        "user_id": await control.user_id("bob"),
        "application_id": application,
        "command_id": made["id"],
        "webhook_id": hook["id"],
        "token": hook["token"],
        "event_id": series["id"],
        "overwrite_id": role["id"],
        "emoji": "👍",
        "code": "none",
        "entitlement_id": "1",
        "interaction_id": "1",
        "exception_id": "1",
        "kind:public|private": "public",
        r"exception_id:\d+": "1",
    }


def bodies(dice: random.Random) -> list[Any]:
    """Bodies of every wrong kind."""
    some = [{field: dice.choice(VALUES) for field in dice.sample(FIELDS, 12)} for _ in range(12)]
    wrapped: list[Any] = [
        [some[0]],
        [some[1], None],
        {"type": 4, "data": some[2]},
        {"name": "x", "message": some[3]},
    ]
    full = {
        "name": "x",
        "description": "x",
        "content": "x",
        "type": dice.choice(VALUES),
        "options": [some[4]],
    }
    return [*some, *wrapped, full, [full], *VALUES]


@pytest.mark.parametrize("seed", range(3))
async def test_no_body_brings_the_sandbox_down(control: Control, seed: int) -> None:
    dice, known = random.Random(seed), await ids(control)
    failed: list[str] = []
    for method, template, handler in ROUTES:
        if method not in ("POST", "PUT", "PATCH") or template.endswith("/guilds/{guild_id}/bans/{user_id}"):
            continue
        path = template
        for name, value in known.items():
            path = path.replace("{" + name + "}", value)
        for body in dice.sample(bodies(dice), 18):
            for who in ("Person olivia", BOT):
                answer = await raw(control)(method, path, body, who=who)
                if answer.status >= 500:
                    failed.append(f"{handler.__name__} {method} {template} {str(body)[:200]}")
                elif answer.status == 400 and answer.code == 50035:
                    assert answer.json["errors"], (path, body)
    assert failed == []


async def test_each_fault_is_told_under_its_own_path(control: Control) -> None:
    body: Any = {
        "content": 5,
        "embeds": [{"title": "x" * 257, "fields": [{"name": "n", "value": 5}]}],
        "components": [
            {"type": 1, "components": [{"type": 2, "style": "red", "custom_id": "x", "label": "x"}]}
        ],
        "allowed_mentions": {"users": ["nobody"]},
    }
    answer = await raw(control)("POST", f"/channels/{await control.channel_id('general')}/messages", body)

    errors = answer.json["errors"]
    assert (answer.status, answer.code, answer.json["message"]) == (400, 50035, "Invalid Form Body")
    assert errors["content"]["_errors"][0]["code"] == "STRING_TYPE_CONVERT"
    assert errors["embeds"]["0"]["title"]["_errors"][0]["code"] == "BASE_TYPE_BAD_LENGTH"
    assert errors["embeds"]["0"]["fields"]["0"]["value"]["_errors"]
    assert errors["components"]["0"]["components"]["0"]["style"]["_errors"][0]["code"] == "NUMBER_TYPE_COERCE"
    assert errors["allowed_mentions"]["users"]["0"]["_errors"]


BUTTON = {"type": 2, "style": 1, "label": "Go", "custom_id": "go", "emoji": {"name": "👍"}}
PAGE = {
    "type": 17,
    "accent_color": 5,
    "components": [
        {"type": 10, "content": "Words"},
        {
            "type": 9,
            "components": [{"type": 10, "content": "x"}],
            "accessory": BUTTON | {"custom_id": "other"},
        },
        {"type": 12, "items": [{"media": {"url": "https://example.org/x.png"}, "description": "x"}]},
        {"type": 14, "divider": True, "spacing": 1},
        {
            "type": 1,
            "components": [
                {
                    "type": 3,
                    "custom_id": "pick",
                    "placeholder": "x",
                    "min_values": 1,
                    "max_values": 1,
                    "options": [
                        {
                            "label": "A",
                            "value": "a",
                            "description": "x",
                            "emoji": {"name": "👍"},
                            "default": True,
                        }
                    ],
                }
            ],
        },
    ],
}
OPTION = {
    "type": 3,
    "name": "what",
    "description": "x",
    "choices": [{"name": "A", "value": "a"}],
    "required": True,
}
COMMAND = {
    "name": "do",
    "description": "x",
    "name_localizations": {"de": "tu"},
    "contexts": [0],
    "integration_types": [0],
    "options": [
        {
            "type": 2,
            "name": "group",
            "description": "x",
            "options": [{"type": 1, "name": "sub", "description": "x", "options": [OPTION]}],
        }
    ],
    "default_member_permissions": "8",
}
WORDS = {
    "content": "x",
    "nonce": "1",
    "enforce_nonce": True,
    "flags": 4,
    "attachments": [{"id": 0, "filename": "x"}],
    "embeds": [
        {
            "title": "x",
            "footer": {"text": "x"},
            "author": {"name": "x"},
            "timestamp": "2026-01-01T00:00:00Z",
            "fields": [{"name": "x", "value": "x", "inline": True}],
            "image": {"url": "https://example.org"},
        }
    ],
    "allowed_mentions": {"parse": ["users"], "roles": ["1"], "replied_user": True},
    "message_reference": {"message_id": "1", "fail_if_not_exists": False},
    "components": [{"type": 1, "components": [BUTTON]}],
}
VALID: list[tuple[str, str, Any]] = [
    ("POST", "/channels/{channel_id}/messages", WORDS),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}", WORDS),
    ("POST", "/channels/{channel_id}/messages", {"flags": 1 << 15, "components": [PAGE]}),
    ("POST", "/webhooks/{webhook_id}/{token}", WORDS),
    (
        "POST",
        "/guilds/{guild_id}/channels",
        {
            "name": "x",
            "type": 15,
            "topic": "x",
            "position": 1,
            "parent_id": None,
            "nsfw": False,
            "permission_overwrites": [{"id": "1", "type": 0, "allow": "1", "deny": "0"}],
            "available_tags": [{"name": "x", "moderated": False, "emoji_name": "👍"}],
            "default_reaction_emoji": {"emoji_name": "👍"},
            "rate_limit_per_user": 1,
            "default_sort_order": 0,
        },
    ),
    (
        "POST",
        "/guilds/{guild_id}/roles",
        {
            "name": "x",
            "permissions": "8",
            "colors": {"primary_color": 1},
            "hoist": True,
            "mentionable": True,
        },
    ),
    ("PATCH", "/guilds/{guild_id}/roles", [{"id": "{role_id}", "position": 1}]),
    ("PATCH", "/guilds/{guild_id}/channels", [{"id": "{channel_id}", "position": 1, "parent_id": None}]),
    ("PUT", "/applications/{application_id}/commands", [COMMAND]),
    ("POST", "/applications/{application_id}/commands", COMMAND),
    (
        "POST",
        "/channels/{channel_id}/threads",
        {"name": "x", "type": 11, "invitable": True, "applied_tags": ["1"]},
    ),
    ("POST", "/channels/{forum_id}/threads", {"name": "x", "message": WORDS, "applied_tags": ["1"]}),
    (
        "PATCH",
        "/guilds/{guild_id}/members/{user_id}",
        {
            "nick": "x",
            "roles": ["{role_id}"],
            "communication_disabled_until": None,
        },
    ),
    (
        "POST",
        "/guilds/{guild_id}/scheduled-events",
        {
            "name": "x",
            "entity_type": 3,
            "entity_metadata": {"location": "x"},
            "privacy_level": 2,
            "scheduled_start_time": "2099-01-05T10:00:00Z",
            "scheduled_end_time": "2099-01-05T11:00:00Z",
            "recurrence_rule": {
                "start": "2099-01-05T10:00:00Z",
                "frequency": 1,
                "interval": 1,
                "by_n_weekday": [{"n": 1, "day": 1}],
            },
        },
    ),
    (
        "POST",
        "/interactions/1/x/callback",
        {
            "type": 9,
            "data": {
                "title": "x",
                "custom_id": "x",
                "components": [
                    {
                        "type": 18,
                        "label": "x",
                        "component": {"type": 4, "style": 1, "custom_id": "x", "min_length": 1},
                    }
                ],
            },
        },
    ),
    ("PUT", "/channels/{channel_id}/permissions/{role_id}", {"type": 0, "allow": "1024", "deny": "0"}),
]


def spoilt(body: Any) -> list[Any]:
    """The body with each of its values, however deep, in turn replaced by each wrong one."""
    found: list[Any] = list(VALUES)
    for key, value in (mapping(body) or {}).items():
        found += [{**body, key: other} for other in spoilt(value)]
    entries = listing(body) or []
    for n, value in enumerate(entries):
        found += [[*entries[:n], other, *entries[n + 1 :]] for other in spoilt(value)]
    return found


def filled(value: Any, known: dict[str, str]) -> Any:
    """With ids in the places of their names."""
    if isinstance(value, str):
        for name, id_ in known.items():
            value = value.replace("{" + name + "}", id_)
        return value
    if (entries := listing(value)) is not None:
        return [filled(entry, known) for entry in entries]
    if (members := mapping(value)) is not None:
        return {key: filled(member, known) for key, member in members.items()}
    return value


@pytest.mark.parametrize("n", range(len(VALID)))
async def test_no_single_wrong_value_brings_the_sandbox_down(unlimited: Control, n: int) -> None:
    known = await ids(unlimited)
    forum = {"name": "forum", "type": 15}
    made = await raw(unlimited)("POST", f"/guilds/{known['guild_id']}/channels", forum)
    known["forum_id"] = made.json["id"]
    method, template, body = VALID[n][0], VALID[n][1], filled(VALID[n][2], known)
    who = BOT if "applications" in template else "Person olivia"
    failed: set[str] = set()
    for wrong in spoilt(body):
        answer = await raw(unlimited)(method, filled(template, known), wrong, who=who)
        if answer.status >= 500:
            failed.add(str(wrong)[:300])
    assert not failed
