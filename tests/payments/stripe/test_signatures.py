"""A second opinion on signatures: npm's `stripe` signs what we verify, and verifies what our stand-in signs."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.payments.port import InvalidWebhook, ProviderNotice
from bot.payments.stripe.library import StripeConnection
from bot.payments.stripe.provider import StripeProvider
from tests.clients.programs import NODE_MODULES, node, npm_package
from tests.payments.stripe.counter import HEADER, bought, once, verified
from tests.payments.stripe.server import FakeStripe

OLDEST = 20  # what npm's stripe runs on
SECRET, OTHER = "whsec_" + "5e" * 16, "whsec_" + "07" * 16
BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "invoice.paid",
        "livemode": False,
        "data": {"object": {"id": "in_1", "object": "invoice", "description": "Gold für 会员 — 19 €"}},
    },
    ensure_ascii=False,
    indent=2,
).encode()


class Signer:
    """Node with npm's library."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def sign(self, body: bytes, secret: str = SECRET, by: int = 0) -> str:
        """The header, as of `by` seconds from now."""
        at = int(time.time()) + by
        return str(self._ask({"sign": {"payload": _text(body), "secret": secret, "timestamp": at}})["header"])

    def verify(self, body: bytes, header: str, secret: str = SECRET) -> str:
        """The event's id, or "refused"."""
        answer = self._ask({"verify": {"payload": _text(body), "header": header, "secret": secret}})
        assert answer.get("refused") in (None, "StripeSignatureVerificationError"), answer
        return str(answer.get("id", "refused"))

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode()


@pytest.fixture(scope="module")
def npm() -> Iterator[Signer]:
    npm_package("stripe")
    program = [str(node()), str(Path(__file__).with_name("signer.mjs")), str(NODE_MODULES.parent)]
    version = subprocess.run([program[0], "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST:
        pytest.skip(f"npm's stripe needs Node {OLDEST} or newer")
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Signer(process)
        assert process.stdin
        process.stdin.close()


def read(header: str, *secrets: str, body: bytes = BODY) -> ProviderNotice:
    """As Lyceum reads it."""
    provider = StripeProvider(StripeConnection("sk_test_1", account=None, api=None), secrets or (SECRET,))
    return provider.verify([(HEADER, header)], body, datetime.now(UTC))


def test_what_npm_signs_we_read(npm: Signer) -> None:
    assert read(npm.sign(BODY)).about == "in_1"


@pytest.mark.parametrize("by", [-298, 298])
def test_what_it_signed_within_five_minutes_we_read(npm: Signer, by: int) -> None:
    assert read(npm.sign(BODY, by=by)).about == "in_1"


@pytest.mark.parametrize("by", [-303, 303, 86400])
def test_what_it_signed_long_ago_or_in_the_future_we_refuse(npm: Signer, by: int) -> None:
    with pytest.raises(InvalidWebhook):
        read(npm.sign(BODY, by=by))


def test_what_it_signed_with_another_secret_we_refuse(npm: Signer) -> None:
    with pytest.raises(InvalidWebhook):
        read(npm.sign(BODY, OTHER))


def test_what_was_changed_after_it_signed_we_refuse(npm: Signer) -> None:
    header = npm.sign(BODY)
    for body in (BODY.replace(b"19", b"91"), BODY + b"\n", json.dumps(json.loads(BODY)).encode()):
        with pytest.raises(InvalidWebhook):
            read(header, body=body)


def test_while_the_secret_changes_we_read_either(npm: Signer) -> None:
    assert read(npm.sign(BODY, SECRET), OTHER, SECRET).about
    assert read(npm.sign(BODY, OTHER), OTHER, SECRET).about


async def test_what_our_stand_in_signs_npm_verifies(
    npm: Signer, fake: FakeStripe, stripe: StripeProvider
) -> None:
    await bought(fake, stripe, once(title="Gold für 会员"))

    for event in fake.events:
        assert npm.verify(event.body, fake.sign(event.body), fake.secret) == event.id
        assert verified(fake, stripe, event.body).event_id == event.id


def test_npm_refuses_what_we_refuse(npm: Signer) -> None:
    """Negative control: it does look."""
    fake = FakeStripe(secret=SECRET)
    good = fake.sign(BODY)

    assert npm.verify(BODY, good) == "evt_1"
    assert npm.verify(BODY + b" ", good) == "refused"
    assert npm.verify(BODY, good, OTHER) == "refused"
    assert npm.verify(BODY, fake.sign(BODY, by=-303)) == "refused"
    assert npm.verify(BODY, fake.sign(BODY, secret=OTHER)) == "refused"


def test_a_header_with_two_signatures_is_read_by_both(npm: Signer) -> None:
    """Stripe signs with the old and the new secret while one is rolled."""
    header = FakeStripe().sign(BODY, secret=f"{OTHER},{SECRET}")

    assert npm.verify(BODY, header) == npm.verify(BODY, header, OTHER) == "evt_1"
    assert read(header).about == "in_1"
