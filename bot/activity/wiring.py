"""What activity adds to the app: the flush of the counts in memory."""

from __future__ import annotations

from bot.activity.service import Activity, Meetings
from bot.wiring import Core, Lifetime, Timer, Wiring


def wire(core: Core, meetings: Meetings) -> tuple[Activity, Wiring]:
    """Build the domain; `meetings` knows which voice sessions are participation."""
    settings = core.settings
    activity = Activity(core.db, core.clock, settings.community.timezone, core.server, meetings)
    return activity, Wiring(
        timers=(Timer(settings.activity.flush_seconds, activity.beat, "flush"),),
        lifetimes=(Lifetime(activity.start, activity.stop),),
        on_clock_advanced=(activity.flush,),
    )
