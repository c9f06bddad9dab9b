"""The till's signatures: HMAC-SHA256 over a time and the raw bytes, valid for five minutes either way."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

HEADER = "Till-Signature"
TOLERANCE = 300  # seconds, into the past and into the future (Stripe's SDK checks the past only)
_FORM = re.compile(rb"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: bytes, body: bytes, now: datetime) -> str:
    """The header's value for these bytes at this moment of real time."""
    stamp = str(int(now.timestamp())).encode()
    return f"t={stamp.decode()},v1={_digest(secret, stamp, body)}"


def genuine(secret: bytes, headers: Sequence[tuple[str, str]], body: bytes, now: datetime) -> bool:
    """Is there exactly one signature, of this secret, over these bytes, at most five minutes from `now`?"""
    signatures = [value for name, value in headers if name.lower() == HEADER.lower()]
    if len(signatures) != 1 or not secret:
        return False
    # As bytes: compare_digest raises TypeError on non-ASCII text.
    match = _FORM.fullmatch(signatures[0].encode("utf-8", "surrogatepass"))
    if match is None or abs(now.timestamp() - int(match[1])) > TOLERANCE:
        return False
    return hmac.compare_digest(match[2], _digest(secret, match[1], body).encode())


def _digest(secret: bytes, stamp: bytes, body: bytes) -> str:
    return hmac.new(secret, stamp + b"." + body, hashlib.sha256).hexdigest()
