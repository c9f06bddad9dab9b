"""The two worlds to start with: the demo community, and a bare one."""

from __future__ import annotations

from datetime import timedelta

from sandbox import snowflake
from sandbox.clock import iso
from sandbox.wire import Json
from sandbox.world import people, permissions, shapes
from sandbox.world.guild import Guild
from sandbox.world.world import World

_VIEW = str(permissions.VIEW_CHANNEL)


class _Past:
    """Ids of the time before the world's clock began, one minute apart, always the same."""

    def __init__(self, world: World) -> None:
        self._moment = world.clock.now() - timedelta(days=400)

    def next(self) -> str:
        self._moment += timedelta(minutes=1)
        return str(snowflake.at(self._moment))

    def skip(self, time: timedelta) -> None:
        """Move on by some time."""
        self._moment += time


def bare(world: World) -> None:
    """A server with its @everyone role, the owner olivia, #general and #staff; nothing else."""
    past = _Past(world)
    guild = _found(world, past, "Bare")
    _text(world, guild, past, "general", 0)
    _text(world, guild, past, "staff", 1, staff=True)
    world.snowflakes.last = max(world.snowflakes.last, snowflake.at(world.clock.now()) - 1)
    world.commit()


def demo(world: World) -> None:
    """A hundred people, two roles, five text channels, two voice channels."""
    past = _Past(world)
    guild = _found(world, past, "Lyceum")
    expert = shapes.role(past.next(), "Expert", 0, 1, hoist=True, mentionable=True, **_colour(0x9B59B6))
    moderator = shapes.role(
        past.next(), "Moderator", permissions.MODERATOR, 2, hoist=True, **_colour(0x1F8B4C)
    )
    for role in (expert, moderator):
        world.keep("role", role["id"], role, guild)
    roles = {"max": [moderator["id"]], "eve": [expert["id"]]}
    joined = world.clock.now() - timedelta(days=390)
    for n, (username, display, locale) in enumerate(people.everybody()):
        if username == "olivia":
            continue
        user = shapes.user(past.next(), username, display, locale=locale)
        world.keep("user", user["id"], user)
        since = iso(joined + timedelta(days=n * 3, minutes=n * 7))
        world.keep("member", user["id"], shapes.member(since, roles.get(username)), guild)
    _rooms(world, guild, past, moderator["id"])
    world.snowflakes.last = max(world.snowflakes.last, snowflake.at(world.clock.now()) - 1)
    world.commit()


def further(world: World, guilds: int) -> None:
    """Add servers of olivia's until there are so many, each with #general and #staff; they spread over the shards."""
    first = next(iter(world.guilds.values()))
    olivia = world.users[first.body["owner_id"]]
    past = _Past(world)
    for n in range(len(world.guilds), guilds):
        past.skip(timedelta(hours=1, milliseconds=n % 2))
        guild = _found(world, past, f"{first.body['name']} {n + 1}", olivia)
        _text(world, guild, past, "general", 0)
        _text(world, guild, past, "staff", 1, staff=True)
    world.commit()


def _found(world: World, past: _Past, name: str, owner: Json | None = None) -> Guild:
    olivia = owner or shapes.user(past.next(), *people.NAMED[0][:2])
    world.keep("user", olivia["id"], olivia)
    guild = world.keep_guild(shapes.guild(past.next(), name, olivia["id"]))
    world.keep("role", guild.id, shapes.role(guild.id, "@everyone", permissions.EVERYONE, 0), guild)
    founded = iso(world.clock.now() - timedelta(days=400))
    world.keep("member", olivia["id"], shapes.member(founded), guild)
    world.keep_clock()
    return guild


def _rooms(world: World, guild: Guild, past: _Past, moderator_id: str) -> None:
    community = _category(world, guild, past, "Community", 0)
    learning = _category(world, guild, past, "Learning", 1)
    team = _category(world, guild, past, "Team", 2)
    _text(world, guild, past, "general", 0, parent=community, topic="Everything and anything")
    _text(world, guild, past, "help", 1, parent=community, topic="Ask; somebody knows")
    _text(world, guild, past, "events", 2, parent=community, topic="What is on")
    _text(world, guild, past, "courses", 3, parent=learning, topic="Lessons and questions about them")
    staff = _text(world, guild, past, "staff", 4, parent=team, staff=True)
    staff["permission_overwrites"].append({"id": moderator_id, "type": 0, "allow": _VIEW, "deny": "0"})
    world.keep("channel", staff["id"], staff, guild)
    for position, (name, parent) in enumerate([("Lounge", community), ("Classroom", learning)]):
        voice = shapes.channel(past.next(), guild.id, 2, name, position, parent_id=parent)
        world.keep("channel", voice["id"], voice, guild)


def _colour(number: int) -> Json:
    return {
        "color": number,
        "colors": {"primary_color": number, "secondary_color": None, "tertiary_color": None},
    }


def _category(world: World, guild: Guild, past: _Past, name: str, position: int) -> str:
    category = shapes.channel(past.next(), guild.id, 4, name, position)
    world.keep("channel", category["id"], category, guild)
    return str(category["id"])


def _text(
    world: World,
    guild: Guild,
    past: _Past,
    name: str,
    position: int,
    *,
    parent: str | None = None,
    topic: str | None = None,
    staff: bool = False,
) -> Json:
    channel = shapes.channel(past.next(), guild.id, 0, name, position, parent_id=parent, topic=topic)
    if staff:
        channel["_staff"] = True
        channel["permission_overwrites"].append({"id": guild.id, "type": 0, "allow": "0", "deny": _VIEW})
    return world.keep("channel", channel["id"], channel, guild)
