"""What people do in the demo's month. Days count from 0, the first of its 28; times are UTC.

34 messages, 8 reactions, 3 threads and 5 voice sessions make 50 interactions; 20 readers × 5
lessons make 100; 3 events × 10 people make 30. Each of five lessons is rated twice, 5 and 4 stars: mean 4.5.
`tests/demo/test_script.py` adds them up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message; its `name` lets others reply or react to it."""

    day: int
    at: str
    who: str
    channel: str
    text: str
    name: str = ""
    reply_to: str = ""


@dataclass(frozen=True)
class Reaction:
    day: int
    at: str
    who: str
    to: str
    emoji: str


@dataclass(frozen=True)
class Thread:
    day: int
    at: str
    who: str
    channel: str
    name: str


@dataclass(frozen=True)
class Huddle:
    """People who meet in the Lounge and stay for some minutes."""

    day: int
    at: str
    people: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class ScenarioEvent:
    day: int
    at: str
    kind: str
    title: str
    minutes: int
    people: tuple[str, ...]


TIERS: tuple[dict[str, Any], ...] = (
    {"name": "Pro", "price": "19.00", "currency": "USD", "days": 30, "role": "Pro"},
    {"name": "Studio", "price": "49.00", "currency": "USD", "days": 30, "role": "Studio"},
)

LESSONS_READ = 5

READERS = (
    "bob",
    "linxiaoyu",
    "chenwei",
    "zhaomin",
    "amara",
    "anton",
    "aisha",
    "alejandro",
    "anika",
    "arthur",
    "astrid",
    "bao",
    "beatriz",
    "benjamin",
    "birgit",
    "bruno",
    "camille",
    "carlos",
    "carmen",
    "chidi",
)

STARS = {
    (0, 0): 5,
    (5, 0): 4,
    (1, 1): 5,
    (6, 1): 4,
    (2, 2): 5,
    (7, 2): 4,
    (3, 3): 5,
    (8, 3): 4,
    (4, 4): 5,
    (9, 4): 4,
}
"""(reader, lesson), both from 0 → stars."""

MESSAGES = (
    Message(
        day=0,
        at="08:30",
        who="olivia",
        channel="general",
        text="Welcome to the month! The asyncio course is open, and there are three evenings in the Classroom.",
    ),
    Message(
        day=0,
        at="09:05",
        who="bob",
        channel="general",
        text="Just what I needed. My scraper spends its life waiting.",
        name="scraper",
    ),
    Message(
        day=0,
        at="09:12",
        who="eve",
        channel="general",
        text="Then lesson 2 is yours: a task that waits is not a task that blocks.",
        reply_to="scraper",
    ),
    Message(
        day=1,
        at="13:40",
        who="amara",
        channel="help",
        text="gather() swallows my exception and the rest goes on. Is that how it should be?",
        name="gather",
    ),
    Message(
        day=1,
        at="13:52",
        who="eve",
        channel="help",
        text="It raises the first one, the others keep running. A TaskGroup cancels them for you.",
        name="taskgroup",
        reply_to="gather",
    ),
    Message(
        day=1,
        at="14:03",
        who="amara",
        channel="help",
        text="TaskGroup it is. Thank you!",
        reply_to="taskgroup",
    ),
    Message(
        day=2,
        at="07:55",
        who="linxiaoyu",
        channel="general",
        text="大家早上好，第一课的例子写得很清楚。",
        name="morning",
    ),
    Message(
        day=2,
        at="08:20",
        who="chenwei",
        channel="general",
        text="同感，事件循环那张时间线一看就懂。",
        reply_to="morning",
    ),
    Message(
        day=3,
        at="16:10",
        who="anton",
        channel="help",
        text="Why does my handler get slower with every request?",
        name="slow",
    ),
    Message(
        day=3,
        at="16:31",
        who="max",
        channel="help",
        text="Is there a time.sleep or a big json.loads in it? One of them holds the whole loop.",
        reply_to="slow",
    ),
    Message(
        day=4,
        at="18:02",
        who="max",
        channel="events",
        text="Tonight at 18:30: async debugging, live. Bring your worst traceback.",
        name="debug",
    ),
    Message(
        day=4,
        at="20:10",
        who="aisha",
        channel="events",
        text="The trick with PYTHONASYNCIODEBUG alone was worth it.",
        reply_to="debug",
    ),
    Message(
        day=6,
        at="11:11",
        who="bao",
        channel="general",
        text="Anyone using SQLite in production? I feel judged.",
    ),
    Message(
        day=6,
        at="11:30",
        who="zhaomin",
        channel="general",
        text="We do: WAL, one writer, backups with VACUUM INTO. Two years without a bad day.",
        name="sqlite",
    ),
    Message(
        day=7,
        at="09:45",
        who="beatriz",
        channel="courses",
        text="Lesson 3: is the semaphore example meant to print in that order?",
        name="semaphore",
    ),
    Message(
        day=7,
        at="10:20",
        who="eve",
        channel="courses",
        text="Yes, five at a time and then whoever is free first. Try it with three.",
        reply_to="semaphore",
    ),
    Message(
        day=8,
        at="15:00",
        who="carlos",
        channel="help",
        text="How do I test code that waits for ten minutes?",
        name="testing",
    ),
    Message(
        day=8,
        at="15:18",
        who="bob",
        channel="help",
        text="Hand the clock in as an argument. Then ten minutes are one line.",
        name="clock",
        reply_to="testing",
    ),
    Message(
        day=9,
        at="12:34",
        who="anika",
        channel="general",
        text="Got the job! The mock interview here did it.",
        name="job",
    ),
    Message(
        day=9,
        at="12:41",
        who="olivia",
        channel="general",
        text="Congratulations, Anika! You earned it.",
        reply_to="job",
    ),
    Message(
        day=11,
        at="17:20",
        who="max",
        channel="events",
        text="Interview evening on Thursday: system design in 60 minutes.",
    ),
    Message(
        day=12,
        at="08:08",
        who="astrid",
        channel="help",
        text="asyncio.timeout or wait_for? Both look the same to me.",
        name="timeout",
    ),
    Message(
        day=12,
        at="08:40",
        who="anton",
        channel="help",
        text="timeout() is a block, so several awaits share the deadline.",
        reply_to="timeout",
    ),
    Message(
        day=14,
        at="14:14",
        who="camille",
        channel="general",
        text="Two weeks in and I rewrote our importer: from 40 minutes to 3.",
        name="importer",
    ),
    Message(
        day=14,
        at="14:30",
        who="carmen",
        channel="general",
        text="Would you show it? I have one that takes all night.",
        reply_to="importer",
    ),
    Message(
        day=16,
        at="19:19",
        who="chidi",
        channel="courses",
        text="The lesson on queues finally made backpressure click.",
        name="queues",
    ),
    Message(
        day=18,
        at="10:00",
        who="arthur",
        channel="help",
        text="My websocket closes after exactly 60 seconds. Proxy?",
        name="websocket",
    ),
    Message(
        day=18,
        at="10:25",
        who="birgit",
        channel="help",
        text="Proxy. Send a ping every 30 seconds.",
        reply_to="websocket",
    ),
    Message(
        day=20,
        at="09:30",
        who="bruno",
        channel="general",
        text="Is a study group for the second half of the course possible?",
        name="group",
    ),
    Message(
        day=20, at="09:48", who="benjamin", channel="general", text="Count me in. Sundays?", reply_to="group"
    ),
    Message(
        day=22,
        at="18:45",
        who="alejandro",
        channel="general",
        text="The contest tasks are out. Task three is evil.",
        name="contest",
    ),
    Message(
        day=24,
        at="13:13",
        who="eve",
        channel="help",
        text="Office hours note: three of you asked about cancellation. I will write it down.",
    ),
    Message(
        day=26,
        at="16:50",
        who="linxiaoyu",
        channel="courses",
        text="第五课的队列练习我做完了，欢迎一起对答案。",
        name="exercise",
    ),
    Message(
        day=27,
        at="20:15",
        who="bob",
        channel="general",
        text="What a month. See you all on Monday.",
        name="month",
    ),
)

REACTIONS = (
    Reaction(1, "14:05", "bob", "taskgroup", "👍"),
    Reaction(6, "12:02", "bao", "sqlite", "❤️"),
    Reaction(8, "15:40", "carlos", "clock", "🎉"),
    Reaction(9, "12:45", "eve", "job", "🎉"),
    Reaction(9, "12:50", "max", "job", "🎉"),
    Reaction(14, "14:20", "bob", "importer", "🚀"),
    Reaction(16, "20:00", "eve", "queues", "❤️"),
    Reaction(22, "19:00", "anika", "contest", "😱"),
)

THREADS = (
    Thread(5, "10:10", "astrid", "help", "Cancellation: who cleans up?"),
    Thread(13, "15:25", "camille", "general", "Show and tell: importers"),
    Thread(21, "18:05", "bruno", "courses", "Study group, Sundays"),
)

HUDDLES = (
    Huddle(10, "20:00", ("bob", "carlos"), 25),
    Huddle(21, "19:00", ("bruno", "benjamin", "camille"), 45),
)

EVENTS = (
    ScenarioEvent(
        4,
        "18:30",
        "talk",
        "Async debugging, live",
        60,
        ("max", "aisha", "anton", "amara", "bob", "linxiaoyu", "bao", "zhaomin", "beatriz", "carlos"),
    ),
    ScenarioEvent(
        13,
        "18:00",
        "interview",
        "System design in an hour",
        60,
        ("max", "eve", "anika", "arthur", "astrid", "birgit", "bruno", "camille", "carmen", "chidi"),
    ),
    ScenarioEvent(
        23,
        "17:30",
        "contest",
        "Three tasks, ninety minutes",
        90,
        ("max", "alejandro", "anika", "anton", "bob", "chenwei", "linxiaoyu", "zhaomin", "benjamin", "bao"),
    ),
)
