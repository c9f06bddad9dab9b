"""The only places where what is sent may differ from Discord's own descriptions, each with its source.

Requests and answers are held against Discord's OpenAPI file, dispatches against discord-api-types. An exception
stands here when Discord's documentation holds against them, or when a library sends something that Discord is known
to take. Nothing else is excused: what no entry below covers fails the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.judge.findings import Finding

_DOCS = "https://docs.discord.com/developers"


@dataclass(frozen=True)
class Allowed:
    """Covers findings by shell-style patterns of operation, place and words, and by the exact rule.

    Round brackets stand for the square ones of an index: `body.roles(*)`.
    """

    name: str
    rule: str
    where: str
    source: str
    operation: str = "*"
    what: str = "*"

    def covers(self, finding: Finding) -> bool:
        """Whether this exception speaks of that finding."""
        return (
            finding.rule == self.rule
            and fnmatchcase(finding.operation, self.operation)
            and fnmatchcase(finding.where.replace("[", "(").replace("]", ")"), self.where)
            and fnmatchcase(finding.what, self.what)
        )


EXCEPTIONS: tuple[Allowed, ...] = (
    # The documentation holds against the file.
    Allowed(
        "a form may hold files[n] wherever a message is sent",
        rule="unknown part",
        where="form.files([0-9])",
        source=f"{_DOCS}/reference#uploading-files",
    ),
    Allowed(
        "a new attachment's id is its place in the form, as a number",
        rule="id as number",
        where="body.*attachments(*).id",
        source=f"{_DOCS}/reference#editing-message-attachments (the example: attachments, id 0 and 1)",
    ),
    Allowed(
        "permissions are decimal strings",
        rule="number as text",
        where="body.*permissions",
        source=f"{_DOCS}/topics/permissions: in API v8 and above, all permissions are serialized as strings",
    ),
    Allowed(
        "an overwrite's allow is a decimal string",
        rule="number as text",
        where="body.*allow",
        source=f"{_DOCS}/topics/permissions: including the allow and deny fields in overwrites",
    ),
    Allowed(
        "an overwrite's deny is a decimal string",
        rule="number as text",
        where="body.*deny",
        source=f"{_DOCS}/topics/permissions: including the allow and deny fields in overwrites",
    ),
    Allowed(
        "a command says whether it is age-restricted",
        rule="unknown field",
        operation="bulk_set_*application_commands",
        where="body(*).nsfw",
        source=f"{_DOCS}/interactions/application-commands#application-command-object-application-command-structure",
    ),
    Allowed(
        "an application's SKUs can be listed",
        rule="unknown operation",
        operation="GET /api/v10/applications/*/skus",
        where="request",
        source=f"{_DOCS}/resources/sku#list-skus",
    ),
    Allowed(
        "a 429 has a code for some limits only",
        rule="required",
        where="answer 429.code",
        source=f"{_DOCS}/topics/rate-limits#exceeding-a-rate-limit-rate-limit-response-structure: code?",
    ),
    Allowed(
        "the code of an error in a field is a word",
        rule="type",
        where="answer 400.errors*._errors",
        source=f"{_DOCS}/reference#error-messages: the examples, BASE_TYPE_CHOICES, BASE_TYPE_REQUIRED",
    ),
    Allowed(
        "an entitlement is of one of eight types",
        rule="oneOf",
        where="answer 200*.type",
        operation="*_entitlement*",
        what="is [1-7],*",
        source=f"{_DOCS}/resources/entitlement#entitlement-object-entitlement-types",
    ),
    Allowed(
        "an unban needs no body",
        rule="required",
        operation="unban_user_from_guild",
        where="body",
        source=f"{_DOCS}/resources/guild#remove-guild-ban; discord.py 2.7.1, http.py, unban sends none",
    ),
    Allowed(
        "people say that they are interested in an event",
        rule="unknown operation",
        operation="* /api/v10/guilds/*/scheduled-events/*/users/@me",
        where="request",
        source="Discord's own app; no bot can, so the description leaves it out. The sandbox's people use it",
    ),
    # What discord.py 2.7.1 sends, and Discord takes from every bot that is built on it.
    Allowed(
        "discord.py writes ids as numbers",
        rule="id as number",
        where="body*",
        source="discord.py 2.7.1: ids are ints and go into JSON as they are (mentions.py, member.py, …)",
    ),
    Allowed(
        "discord.py says tts: false in edits too",
        rule="unknown field",
        where="body.*tts",
        what="is False,*",
        source="discord.py 2.7.1, http.py, handle_message_parameters: payload['tts'] = tts; webhook/async_.py alike",
    ),
    Allowed(
        "discord.py writes an embed's flags back",
        rule="unknown field",
        where="body.*embeds(*).flags",
        what="is 0,*",
        source="discord.py 2.7.1, embeds.py: _flags is one of the slots that to_dict writes",
    ),
    Allowed(
        "discord.py repeats an overwrite's id in the body",
        rule="unknown field",
        operation="set_channel_permission_overwrite",
        where="body.id",
        source="discord.py 2.7.1, http.py, edit_channel_permissions: the path's id is in the body as well",
    ),
    Allowed(
        "discord.js says enforce_nonce: false everywhere",
        rule="unknown field",
        where="body.*enforce_nonce",
        what="is False,*",
        source="discord.js 14.28.1, MessagePayload.resolveBody: enforce_nonce = Boolean(options.enforceNonce)",
    ),
)


@dataclass(frozen=True)
class Untyped:
    """A field of dispatches that discord-api-types 0.38.57 does not know; left out before the compiler looks.

    `where` is a shell-style pattern of its place, indexes left out: `GUILD_CREATE.channels.topic`; `of` is the type
    of its value; with the field `unless` beside it the types do know it.
    """

    name: str
    where: str
    source: str
    of: type = object
    unless: str = ""


UNTYPED: tuple[Untyped, ...] = (
    Untyped(
        "the list of private channels in READY, which is empty for bots",
        where="READY.private_channels",
        source="Discord's documentation of gateway version 6, Ready; libraries of today read it without asking",
    ),
    Untyped(
        "a server's home_header",
        where="GUILD_*.home_header",
        source="Discord's openapi.json, GuildResponse",
    ),
    Untyped(
        "a server's nsfw",
        where="GUILD_*.nsfw",
        source="Discord's openapi.json, GuildResponse",
    ),
    Untyped(
        "a component's number in an interaction",
        where="INTERACTION_CREATE.data.id",
        of=int,
        source=f"{_DOCS}/components/reference#button, the example of an interaction response",
    ),
    Untyped(
        "the person's permissions in the channel of an interaction",
        where="INTERACTION_CREATE.channel.permissions",
        source="hikari 2.7.0, entity_factory, _deserialize_interaction_channel reads it, as Discord sends it",
    ),
    *(
        Untyped(
            "what a chosen channel says of itself",
            where=f"INTERACTION_CREATE.data.resolved.channels.*.{field}",
            source=f"{_DOCS}/interactions/receiving-and-responding#interaction-object-resolved-data-structure",
            unless="thread_metadata" if field == "parent_id" else "",
        )
        for field in (
            *("last_message_id", "last_pin_timestamp", "nsfw", "parent_id", "guild_id", "flags", "topic"),
            *("rate_limit_per_user", "position"),
        )
    ),
    *(
        Untyped(
            "what a chosen thread says of itself",
            where=f"INTERACTION_CREATE.data.resolved.channels.*.{field}",
            source="discord.py 2.7.1, app_commands/models.py, AppCommandThread reads it",
        )
        for field in ("owner_id", "member_count", "message_count", "total_message_sent", "applied_tags")
    ),
    Untyped(
        "the presence of who comes into a thread",
        where="THREAD_MEMBERS_UPDATE.added_members.presence",
        source=f"{_DOCS}/events/gateway-events#thread-members-update: member and nullable presence objects",
    ),
    Untyped(
        "the id of a picture in a component",
        where="*.media.id",
        source="Discord's openapi.json, UnfurledMediaResponse: required",
    ),
    Untyped(
        "the id of a file in a component",
        where="*.components.file.id",
        source="Discord's openapi.json, UnfurledMediaResponse: required",
    ),
    Untyped(
        "the exceptions of a recurring event",
        where="*guild_scheduled_event_exceptions",
        source="Discord's openapi.json, ScheduledEventResponse",
    ),
)


def exception_for(finding: Finding) -> Allowed | None:
    """The exception that covers this finding, if one does."""
    return next((allowed for allowed in EXCEPTIONS if allowed.covers(finding)), None)


def untyped(where: str, value: object, beside: Mapping[str, object]) -> Untyped | None:
    """The exception that covers the field of a dispatch at this place, of this value, in this object."""
    return next(
        (
            entry
            for entry in UNTYPED
            if isinstance(value, entry.of) and entry.unless not in beside and fnmatchcase(where, entry.where)
        ),
        None,
    )
