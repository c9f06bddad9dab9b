"""What events add to the house: announcements, the three moments of an event, and who is in the voice channel."""

from __future__ import annotations

from bot.events.announce import Announcer
from bot.events.lifecycle import Lifecycle
from bot.events.service import EventAccess, Events
from bot.events.voice_attendance import VoiceAttendance
from bot.wiring import Core, Timer, Wiring


def wire(core: Core, access: EventAccess) -> tuple[Events, VoiceAttendance, Wiring]:
    """Build the domain; `access` knows to whom events are open."""
    doors = VoiceAttendance(core.db, core.clock, core.server)
    announcer = Announcer(core.db, core.clock, core.queue, core.server, core.catalog, core.outbox)
    running = Lifecycle(core.db, core.clock, core.queue, core.server, doors)
    events = Events(
        db=core.db,
        clock=core.clock,
        queue=core.queue,
        channels=core.channels,
        doors=doors,
        access=access,
        community=core.settings.community,
    )
    return (
        events,
        doors,
        Wiring(
            handlers={
                "event.publish": announcer.publish,
                "event.card": announcer.card,
                "event.remind": announcer.remind,
                "event.doors": running.open_doors,
                "event.begin": running.begin,
                "event.finish": running.finish,
            },
            timers=(Timer(30, doors.see, "doors"),),
            at_stop=(doors.see,),
            on_clock_advanced=(doors.see,),
        ),
    )
