"""The texts of a crowd, put together from everyday phrases; a few thousand different ones are enough."""

from __future__ import annotations

import random

from sandbox.wire import encode

_OPENINGS = (
    "Has anybody tried",
    "I finally understood",
    "Quick question about",
    "Reading up on",
    "Stuck again with",
    "Love how",
    "What do you think of",
    "今天学了",
    "Today's lesson covered",
    "Could somebody review",
    "TIL about",
)
_TOPICS = (
    "context managers",
    "async generators",
    "the borrow checker",
    "window functions",
    "type variance",
    "property-based testing",
    "event sourcing",
    "生成器",
    "docker layers",
    "regex lookbehind",
    "git bisect",
    'the "walrus" operator',
    "cache invalidation",
    "B-trees",
    "back-pressure",
    "idempotency keys",
)
_ENDINGS = (
    "",
    "?",
    " 🎉",
    " — worth an evening.",
    " and it just works.",
    " in production",
    "\nSee the second example.",
    " 🤔 what am I missing?",
    " (again)",
    ", thanks to yesterday's session!",
    " 谢谢大家",
    " step by step, with a test for each of the corner cases that we talked about",
)


def sayings(seed: int, number: int = 4096) -> list[bytes]:
    """`number` texts as encoded JSON, with their quotes."""
    dice = random.Random(f"{seed}/words")
    return [
        encode(" ".join((dice.choice(_OPENINGS), dice.choice(_TOPICS))) + dice.choice(_ENDINGS) * (n % 5 > 0))
        for n in range(number)
    ]
