"""Who does what in the demo's month. Days count from 0, the first of its 28; times are UTC.

34 messages, 8 reactions, 3 threads and 5 voice sessions make 50 interactions; 20 readers × 5
lessons make 100; 3 events × 10 people make 30. Two stars of five lessons each, 5 and 4, mean 4.5.
`tests/demo/test_script.py` adds them up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """Somebody says something; `name` lets others reply or react to it."""

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
class Event:
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
    "bob", "linxiaoyu", "chenwei", "zhaomin", "amara", "anton", "aisha", "alejandro", "anika", "arthur",
    "astrid", "bao", "beatriz", "benjamin", "birgit", "bruno", "camille", "carlos", "carmen", "chidi",
)  # fmt: skip

STARS = {
    (0, 0): 5, (5, 0): 4,
    (1, 1): 5, (6, 1): 4,
    (2, 2): 5, (7, 2): 4,
    (3, 3): 5, (8, 3): 4,
    (4, 4): 5, (9, 4): 4,
}  # fmt: skip
"""(reader, lesson), both from 0 → stars."""

MESSAGES = (
    Message(0, "08:30", "olivia", "general", "Welcome to the month! The asyncio course is open, and there are three evenings in the Classroom."),
    Message(0, "09:05", "bob", "general", "Just what I needed. My scraper spends its life waiting.", "scraper"),
    Message(0, "09:12", "eve", "general", "Then lesson 2 is yours: a task that waits is not a task that blocks.", reply_to="scraper"),
    Message(1, "13:40", "amara", "help", "gather() swallows my exception and the rest goes on. Is that how it should be?", "gather"),
    Message(1, "13:52", "eve", "help", "It raises the first one, the others keep running. A TaskGroup cancels them for you.", "taskgroup", "gather"),
    Message(1, "14:03", "amara", "help", "TaskGroup it is. Thank you!", reply_to="taskgroup"),
    Message(2, "07:55", "linxiaoyu", "general", "大家早上好，第一课的例子写得很清楚。", "morning"),
    Message(2, "08:20", "chenwei", "general", "同感，事件循环那张时间线一看就懂。", reply_to="morning"),
    Message(3, "16:10", "anton", "help", "Why does my handler get slower with every request?", "slow"),
    Message(3, "16:31", "max", "help", "Is there a time.sleep or a big json.loads in it? One of them holds the whole loop.", reply_to="slow"),
    Message(4, "18:02", "max", "events", "Tonight at 18:30: async debugging, live. Bring your worst traceback.", "debug"),
    Message(4, "20:10", "aisha", "events", "The trick with PYTHONASYNCIODEBUG alone was worth it.", reply_to="debug"),
    Message(6, "11:11", "bao", "general", "Anyone using SQLite in production? I feel judged."),
    Message(6, "11:30", "zhaomin", "general", "We do: WAL, one writer, backups with VACUUM INTO. Two years without a bad day.", "sqlite"),
    Message(7, "09:45", "beatriz", "courses", "Lesson 3: is the semaphore example meant to print in that order?", "semaphore"),
    Message(7, "10:20", "eve", "courses", "Yes, five at a time and then whoever is free first. Try it with three.", reply_to="semaphore"),
    Message(8, "15:00", "carlos", "help", "How do I test code that waits for ten minutes?", "testing"),
    Message(8, "15:18", "bob", "help", "Hand the clock in as an argument. Then ten minutes are one line.", "clock", "testing"),
    Message(9, "12:34", "anika", "general", "Got the job! The mock interview here did it.", "job"),
    Message(9, "12:41", "olivia", "general", "Congratulations, Anika! You earned it.", reply_to="job"),
    Message(11, "17:20", "max", "events", "Interview evening on Thursday: system design in 60 minutes."),
    Message(12, "08:08", "astrid", "help", "asyncio.timeout or wait_for? Both look the same to me.", "timeout"),
    Message(12, "08:40", "anton", "help", "timeout() is a block, so several awaits share the deadline.", reply_to="timeout"),
    Message(14, "14:14", "camille", "general", "Two weeks in and I rewrote our importer: from 40 minutes to 3.", "importer"),
    Message(14, "14:30", "carmen", "general", "Would you show it? I have one that takes all night.", reply_to="importer"),
    Message(16, "19:19", "chidi", "courses", "The lesson on queues finally made backpressure click.", "queues"),
    Message(18, "10:00", "arthur", "help", "My websocket closes after exactly 60 seconds. Proxy?", "websocket"),
    Message(18, "10:25", "birgit", "help", "Proxy. Send a ping every 30 seconds.", reply_to="websocket"),
    Message(20, "09:30", "bruno", "general", "Is a study group for the second half of the course possible?", "group"),
    Message(20, "09:48", "benjamin", "general", "Count me in. Sundays?", reply_to="group"),
    Message(22, "18:45", "alejandro", "general", "The contest tasks are out. Task three is evil.", "contest"),
    Message(24, "13:13", "eve", "help", "Office hours note: three of you asked about cancellation. I will write it down."),
    Message(26, "16:50", "linxiaoyu", "courses", "第五课的队列练习我做完了，欢迎一起对答案。", "exercise"),
    Message(27, "20:15", "bob", "general", "What a month. See you all on Monday.", "month"),
)  # fmt: skip

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
    Event(
        4, "18:30", "talk", "Async debugging, live", 60,
        ("max", "aisha", "anton", "amara", "bob", "linxiaoyu", "bao", "zhaomin", "beatriz", "carlos"),
    ),
    Event(
        13, "18:00", "interview", "System design in an hour", 60,
        ("max", "eve", "anika", "arthur", "astrid", "birgit", "bruno", "camille", "carmen", "chidi"),
    ),
    Event(
        23, "17:30", "contest", "Three tasks, ninety minutes", 90,
        ("max", "alejandro", "anika", "anton", "bob", "chenwei", "linxiaoyu", "zhaomin", "benjamin", "bao"),
    ),
)  # fmt: skip
