"""Faults of the gateway's sockets and sessions, which happen at once when they are ordered."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.errors import Refusal
from sandbox.gateway.hub import Hub
from sandbox.gateway.session import Session
from sandbox.wire import Json


def strike(hub: Hub, how: str, code: int) -> Json:
    """Make the fault happen to every connected session; return how many there are."""
    deed = DEEDS.get(how)
    if deed is None:
        raise Refusal(400, f"`gateway` is {how}.", "One of: " + ", ".join(DEEDS))
    struck = [session for session in hub.sessions() if session.link is not None]
    for session in struck:
        deed(hub, session, code)
    return {"id": None, "sessions": len(struck)}


def _cut(hub: Hub, session: Session, code: int) -> None:
    """The connection breaks without a word; it can be resumed."""
    if session.link:
        session.link.cut()


def _reconnect(hub: Hub, session: Session, code: int) -> None:
    """Op 7: the client must reconnect and resume."""
    if session.link:
        session.link.say(7)
        session.link.close(4000)


def _invalidate(hub: Hub, session: Session, code: int) -> None:
    """Op 9 with false: the session ends with all events that it missed; the client must identify anew."""
    hub.end(session)
    if session.link:
        session.link.say(9, data=False)


def _invalid_resumable(hub: Hub, session: Session, code: int) -> None:
    """Op 9 with true: the client must reconnect and resume."""
    if session.link:
        session.link.say(9, data=True)


def _forget(hub: Hub, session: Session, code: int) -> None:
    """The connection breaks, and the resume that follows is answered with op 9 false."""
    hub.end(session)
    if session.link:
        session.link.cut()


def _zombie(hub: Hub, session: Session, code: int) -> None:
    """The socket stays open and nothing more comes through it: no event, no acknowledgement of a heartbeat."""
    if session.link:
        session.link.mute = True


def _close(hub: Hub, session: Session, code: int) -> None:
    """The socket closes with a code, such as 4000 or 4004."""
    if session.link:
        session.link.close(code)


DEEDS: dict[str, Callable[[Hub, Session, int], None]] = {
    "cut": _cut,
    "reconnect": _reconnect,
    "invalidate": _invalidate,
    "invalid_resumable": _invalid_resumable,
    "forget": _forget,
    "zombie": _zombie,
    "close": _close,
}
