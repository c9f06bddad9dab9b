"""Builds the courses' services. They have no handlers or timers yet."""

from __future__ import annotations

from bot.courses.access import CourseAccess, CourseSale
from bot.courses.service import Courses
from bot.courses.teaching import Teaching
from bot.wiring import Core, Wiring


def wire(core: Core, access: CourseAccess, sale: CourseSale) -> tuple[Courses, Teaching, Wiring]:
    """Build the services; `access` knows which tiers a member has, `sale` sells single courses."""
    zone = core.settings.community.timezone
    courses = Courses(core.db, core.clock, access, sale, zone)
    teaching = Teaching(core.db, core.clock, access, sale, zone)
    return courses, teaching, Wiring()
