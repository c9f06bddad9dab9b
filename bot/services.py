"""The services of all domains, as cogs see them. `bot/app.py` builds them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.activity.service import Activity
from bot.clock import Clock
from bot.courses.service import Courses
from bot.courses.teaching import Teaching
from bot.events.service import Events
from bot.events.voice_attendance import VoiceAttendance
from bot.i18n import Catalog
from bot.insight.service import Insight
from bot.insight.weekly import Weekly
from bot.memberships.service import Memberships
from bot.settings import Settings


@dataclass(kw_only=True)
class Services:
    """The services that a cog may use, without the database and without discord.py."""

    settings: Settings
    catalog: Catalog
    clock: Clock
    memberships: Memberships
    events: Events
    voice_attendance: VoiceAttendance
    activity: Activity
    courses: Courses
    teaching: Teaching
    insight: Insight
    weekly: Weekly
