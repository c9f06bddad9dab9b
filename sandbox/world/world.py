"""The whole world: objects in memory, a row for each, and the events since the last commit.

A handler changes the world without awaiting in between; `commit` then makes the change durable and only
after that passes the events to the listeners. So nobody outside sees a change that a crash could undo.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from itertools import islice
from typing import Any

from sandbox.clock import Clock, iso
from sandbox.errors import unknown
from sandbox.snowflake import Snowflakes
from sandbox.wire import Json, decode, public
from sandbox.world.batch import Batch
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.messages import Messages
from sandbox.world.names import Names
from sandbox.world.rows import Rows
from sandbox.world.store import Store

_OF_A_GUILD = {
    "role": "roles",
    "member": "members",
    "channel": "channels",
    "event": "events",
    "subscriber": "subscribers",
    "voice": "voice",
    "ban": "bans",
    "webhook": "webhooks",
    "invite": "invites",
    "audit": "audit",
    "command_permissions": "command_permissions",
}
_OF_THE_WORLD = {
    "user": "users",
    "direct": "directs",
    "application": "applications",
    "command": "commands",
    "sku": "skus",
    "entitlement": "entitlements",
}


class World:
    """Everything that exists. `objects` of a kind are found by `kind`, server and key, as in the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.messages = Messages(store, self.show_user)
        self.names = Names(store)
        self.guilds: dict[str, Guild] = {}
        self.users: MutableMapping[str, Json] = Rows(store, "user")
        self.directs: dict[str, Json] = {}
        self.applications: dict[str, Json] = {}
        self.commands: dict[str, Json] = {}
        self.skus: dict[str, Json] = {}
        self.entitlements: dict[str, Json] = {}
        self.snowflakes = Snowflakes()
        self.listeners: list[Callable[[Event], None]] = []
        self._happened: list[Event] = []
        self._channel_guild: dict[str, str] = {}
        self._kept_id = 0
        self.keepers: list[Callable[[str, str, Guild | None], None]] = []
        self.batch_listeners: list[Callable[[Batch], None]] = []
        self._batches: list[Batch] = []
        self._load()

    # --- keeping -----------------------------------------------------------------------------------------

    def keep(self, kind: str, key: str, body: Json, guild: Guild | None = None) -> Json:
        """Add an object to the world, or store the new state of one."""
        table = self._table(kind, guild)
        if kind == "user":
            self.names.note_user(table.get(key), body)
        elif kind == "member" and guild:
            self.names.note_member(guild.id, key, table.get(key), body)
        elif kind == "channel":
            self._channel_guild[key] = body["guild_id"]
        table[key] = body
        if not isinstance(table, Rows):
            self.store.put(kind, guild.id if guild else "", key, body)
        for keeper in self.keepers:
            keeper(kind, key, guild)
        return body

    def drop(self, kind: str, key: str, guild: Guild | None = None) -> None:
        """Remove an object from the world."""
        old = self._table(kind, guild).pop(key, None)
        if kind == "member" and guild and old:
            self.names.note_member(guild.id, key, old, None)
        elif kind == "channel":
            self._channel_guild.pop(key, None)
        self.store.remove(kind, guild.id if guild else "", key)
        for keeper in self.keepers:
            keeper(kind, key, guild)

    def keep_guild(self, body: Json) -> Guild:
        """Add a server to the world, or store its new state."""
        guild = self.guilds.get(body["id"])
        if guild is None:
            guild = self.guilds[body["id"]] = self._guild(body)
        guild.body = body
        self.store.put("guild", body["id"], body["id"], body)
        return guild

    def keep_clock(self) -> None:
        """Store the clock's state."""
        self.store.put("clock", "", "", self.clock.as_json())

    def tell(self, event: Event) -> None:
        """Note an event; the listeners get it after the next commit."""
        self._happened.append(event)

    def tell_batch(self, batch: Batch) -> None:
        """Note many messages; the listeners get them after the next commit and its single events."""
        self._batches.append(batch)

    def commit(self) -> None:
        """Make all changes durable, then pass the events to the listeners."""
        if (
            self.snowflakes.last != self._kept_id
        ):  # no id is given twice, not even after a deletion and a restart
            self._kept_id = self.snowflakes.last
            self.store.put("last", "", "", {"id": self._kept_id})
        self.store.commit()
        while self._happened:
            happened, self._happened = self._happened, []
            for event in happened:
                for listener in self.listeners:
                    listener(event)
        batches, self._batches = self._batches, []
        for batch in batches:
            for hear in self.batch_listeners:
                hear(batch)

    def _guild(self, body: Json) -> Guild:
        return Guild(body=body, members=Rows(self.store, "member", body["id"]))

    def _table(self, kind: str, guild: Guild | None) -> MutableMapping[str, Json]:
        table: MutableMapping[str, Json] = (
            getattr(guild, _OF_A_GUILD[kind]) if guild else getattr(self, _OF_THE_WORLD[kind])
        )
        return table

    def _load(self) -> None:
        for _, _, body in self.store.objects("clock"):
            self.clock = Clock.from_json(body)
        for _, guild_id, body in self.store.objects("guild"):
            self.guilds[guild_id] = self._guild(body)
        newest = self.store.newest("user", "member", "interaction")
        for kind in _OF_THE_WORLD.keys() - {"user"}:
            for _, key, body in self.store.objects(kind):
                self._table(kind, None)[key] = body
                newest = max(newest, int(str(body.get("version", body["id"]))))
        for kind in _OF_A_GUILD.keys() - {"member"}:
            for guild_id, key, body in self.store.objects(kind):
                self._table(kind, self.guilds[guild_id])[key] = body
                newest = max(newest, _as_id(body.get("id")))
                if kind == "channel":
                    self._channel_guild[key] = guild_id
        for channel_id in (*self._channel_guild, *self.directs):
            if last := self.messages.newest_in(channel_id):
                self.channel(channel_id)["last_message_id"] = last
                newest = max(newest, int(last))
        kept = self.store.get("last", "", "")
        self.snowflakes.last = max(newest, decode(kept)["id"] if kept else 0)
        if self.users and not self.names.username(next(iter(self.users.values()))["username"]):
            for user in self.users.values():  # a world that is older than this index
                self.names.note_user(None, user)

    # --- time and ids ------------------------------------------------------------------------------------

    def new_id(self) -> str:
        """A fresh id of the community's present moment."""
        return self.snowflakes.next(self.clock.now())

    def now_iso(self) -> str:
        """The community's present moment as Discord writes it."""
        return iso(self.clock.now())

    # --- finding -----------------------------------------------------------------------------------------

    def guild(self, guild_id: str) -> Guild:
        """The server, or 10004."""
        if guild := self.guilds.get(guild_id):
            return guild
        raise unknown("Guild")

    def user(self, user_id: str) -> Json:
        """The account, or 10013."""
        if user := self.users.get(user_id):
            return user
        raise unknown("User")

    def channel(self, channel_id: str) -> Json:
        """The channel, thread or direct channel, or 10003."""
        if channel := self.find_channel(channel_id):
            return channel
        raise unknown("Channel")

    def find_channel(self, channel_id: str) -> Json | None:
        """The channel, thread or direct channel, or None."""
        guild_id = self._channel_guild.get(channel_id)
        return self.guilds[guild_id].channels[channel_id] if guild_id else self.directs.get(channel_id)

    def member(self, guild: Guild, user_id: str) -> Json:
        """The membership, or 10007 (10013 for an account that does not exist)."""
        if member := guild.members.get(user_id):
            return member
        raise unknown("Member" if user_id in self.users else "User")

    def role(self, guild: Guild, role_id: str) -> Json:
        """The role, or 10011."""
        if role := guild.roles.get(role_id):
            return role
        raise unknown("Role")

    def message(self, channel_id: str, message_id: str) -> Json:
        """The message, if all may see it, or 10008."""
        message = self.messages.get(channel_id, message_id)
        if message is None or "_to" in message:
            raise unknown("Message")
        return message

    # --- showing -----------------------------------------------------------------------------------------

    def show_user(self, user_id: str) -> Json:
        """An account as everybody sees it."""
        return public(self.users[user_id])

    def show_member(self, guild: Guild, user_id: str) -> Json:
        """A membership with its user."""
        return {**guild.members[user_id], "user": self.show_user(user_id)}

    def show_members(self, guild: Guild, user_ids: list[str]) -> list[Json]:
        """Many memberships with their users, a thousand at most; people who are no members are left out."""
        if not isinstance(guild.members, Rows) or not isinstance(self.users, Rows):
            return [self.show_member(guild, user_id) for user_id in user_ids if user_id in guild.members]
        members, users = guild.members.some(user_ids), self.users.some(user_ids)
        return [{**members[i], "user": public(users[i])} for i in user_ids if i in members]

    def show_channel(self, channel: Json) -> Json:
        """A channel, thread or direct channel."""
        body = public(channel)
        if "_people" in channel:
            body["recipients"] = [self.show_user(person) for person in channel["_people"]]
        return body

    def show_voice(self, guild: Guild, state: Json) -> Json:
        """A voice state with its member."""
        if state["user_id"] not in guild.members:
            return state
        return {**state, "member": self.show_member(guild, state["user_id"])}

    def show_guild(self, guild: Guild) -> Json:
        """A server with its roles."""
        return {**guild.body, "roles": list(guild.roles.values())}

    def members_called(self, guild: Guild, start: str, limit: int) -> list[str]:
        """The members with a name that begins with this text."""
        member_ids = (
            user_id for user_id in self.names.beginning(start, guild.id) if user_id in guild.members
        )
        return list(islice(member_ids, limit))

    def application_by_name(self, name: str) -> Json | None:
        """The application of that name."""
        return next((a for a in self.applications.values() if a["name"].lower() == name.lower()), None)


def _as_id(value: Any) -> int:
    return int(value) if isinstance(value, str) and value.isdecimal() else 0


def show_message(message: Json, viewer: str | None = None) -> Json:
    """A message as `viewer` gets it: `me` of a reaction depends on the viewer."""
    body = public(message)
    reactions: dict[str, Any] = message.get("_reactions") or {}
    if reactions:
        body["reactions"] = [
            {
                "emoji": entry["emoji"],
                "count": len(entry["people"]),
                "count_details": {"burst": 0, "normal": len(entry["people"])},
                "burst_colors": [],
                "me_burst": False,
                "me": viewer in entry["people"],
            }
            for entry in reactions.values()
        ]
    return body
