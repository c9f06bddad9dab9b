"""Builds the services of events: announcements, the lifecycle jobs, and voice attendance."""

from __future__ import annotations

from bot.events.announce import Announcer
from bot.events.lifecycle import Lifecycle
from bot.events.service import EventAccess, Events
from bot.events.voice_attendance import VoiceAttendance
from bot.wiring import Core, Timer, Wiring


def wire(core: Core, access: EventAccess) -> tuple[Events, VoiceAttendance, Wiring]:
    """Build the services; `access` knows to whom members-only events are open."""
    attendance = VoiceAttendance(core.db, core.clock, core.server)
    announcer = Announcer(core.db, core.clock, core.queue, core.server, core.catalog, core.outbox)
    lifecycle = Lifecycle(core.db, core.clock, core.queue, core.server, attendance)
    events = Events(
        db=core.db,
        clock=core.clock,
        queue=core.queue,
        channels=core.channels,
        attendance=attendance,
        access=access,
        community=core.settings.community,
    )
    return (
        events,
        attendance,
        Wiring(
            handlers={
                "event.publish": announcer.publish,
                "event.card": announcer.card,
                "event.remind": announcer.remind,
                "event.doors": lifecycle.open_doors,
                "event.begin": lifecycle.begin,
                "event.finish": lifecycle.finish,
            },
            timers=(Timer(30, attendance.extend_presence, "doors"),),
            at_stop=(attendance.extend_presence,),
            on_clock_advanced=(attendance.extend_presence,),
        ),
    )
