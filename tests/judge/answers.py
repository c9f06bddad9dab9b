"""Is an answer of the sandbox one that Discord's description allows?"""

from __future__ import annotations

from collections.abc import Iterator

from tests.judge.description import Operation
from tests.judge.exchange import Exchange
from tests.judge.findings import Finding, from_errors
from tests.judge.schemas import Validators


class Answers:
    """Judges answers; keeps its compiled schemas."""

    def __init__(self) -> None:
        self._validators = Validators(closed=False)

    def findings(self, operation: Operation, exchange: Exchange) -> Iterator[Finding]:
        """All that is wrong with the answer. 501 is an honest answer: the sandbox has not built that."""
        if exchange.status == 501:
            return
        if exchange.status >= 500:
            yield Finding(
                operation.name, f"answer {exchange.status}", "defect", "is a defect of the sandbox's"
            )
            return
        described, schema = operation.answer(exchange.status)
        root = f"answer {exchange.status}"
        if not described:
            yield Finding(
                operation.name, root, "unknown status", "is a status that Discord does not describe here"
            )
        elif schema is None:
            if exchange.answer is not None:
                yield Finding(operation.name, root, "unknown field", "has a body, but Discord describes none")
        else:
            yield from from_errors(operation.name, root, self._validators.errors(schema, exchange.answer))
