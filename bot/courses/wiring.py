"""Builds the courses' services. They have no handlers or timers yet."""

from __future__ import annotations

from bot.courses.access import CourseAccess
from bot.courses.service import Courses
from bot.courses.teaching import Teaching
from bot.wiring import Core, Wiring


def wire(core: Core, access: CourseAccess) -> tuple[Courses, Teaching, Wiring]:
    """Build the services; `access` knows which tiers a member has."""
    zone = core.settings.community.timezone
    courses = Courses(core.db, core.clock, access, zone)
    teaching = Teaching(core.db, core.clock, access, zone)
    return courses, teaching, Wiring()
