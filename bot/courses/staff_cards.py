"""Courses as their teachers see them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import Accent, Button, Card, Row, card, plain
from bot.courses.actions import OPEN_COURSE, TURN_TAUGHT
from bot.courses.cards import opened_by, page_of, prices_words, stars_text, turn
from bot.courses.unsupported_markup import UnsupportedMarkup
from bot.courses.views import Change, Imported, Opening, Taught
from bot.i18n import Language, stamp

LISTED = 8  # courses on a card


def imported(t: Language, done: Imported, unsupported: UnsupportedMarkup | None = None) -> Card:
    """The answer to an import."""
    return card(
        f"## 📘 {plain(done.title, 100)}",
        f"{_outcome(t, done)}\n-# {_size(t, done)} · {opened_by(t, done.tiers, done.offers)}",
        _plain_text(t, unsupported) if unsupported else None,
        Row((Button(t("Look at it"), OPEN_COURSE.encode(done.course_id, None)),)),
        accent=Accent.QUIET if done.change is Change.UNCHANGED else Accent.GOOD,
    )


def import_summary(t: Language, done: Imported) -> str:
    """The outcome of an import in one line for a terminal."""
    return f"{done.title}: {_outcome(t, done)} ({_size(t, done)})"


def _outcome(t: Language, done: Imported) -> str:
    if done.change is Change.UNCHANGED:
        return t(
            "Nothing to do: this is what the course says already (version {version}).",
            version=done.version,
        )
    if done.change is Change.UPDATED:
        return t(
            "Version {version} is here; members keep what they have done. Lessons new: {added}, gone: {removed}.",
            version=done.version,
            added=done.added,
            removed=done.removed,
        )
    return t("The course is here. Members find it with /course browse.")


def _size(t: Language, done: Imported) -> str:
    return t.join(
        [t.n("{n} lesson", "{n} lessons", done.lessons), t.n("{n} module", "{n} modules", done.modules)]
    )


def _plain_text(t: Language, unsupported: UnsupportedMarkup) -> str:
    counts = [
        t.n("{n} table", "{n} tables", unsupported.tables) if unsupported.tables else "",
        t.n("{n} picture", "{n} pictures", unsupported.pictures) if unsupported.pictures else "",
        t.n("{n} piece of HTML", "{n} pieces of HTML", unsupported.html) if unsupported.html else "",
        t.n("{n} indented code block", "{n} indented code blocks", unsupported.indented_code)
        if unsupported.indented_code
        else "",
    ]
    return "-# " + t(
        "Discord shows these as plain text: {things}.", things=t.join([count for count in counts if count])
    )


def taught(t: Language, courses: Sequence[Taught], page: int = 0) -> Card:
    """Every course with its openings, graduates and ratings."""
    if not courses:
        return card(
            f"## 📚 {t('Courses')}",
            t("There is no course here yet. Bring one with /teach import: a zip of Markdown files."),
            accent=Accent.QUIET,
        )
    shown, page, pages = page_of(courses, page, LISTED)
    return card(
        f"## 📚 {t('Courses')}",
        *(_course(t, course) for course in shown),
        turn(t, TURN_TAUGHT.encode, page, pages),
    )


def _course(t: Language, course: Taught) -> str:
    facts = [
        t.n("{n} lesson", "{n} lessons", course.lessons),
        t("version {version}, {when}", version=course.version, when=stamp(course.imported_at, "D")),
        opened_by(t, course.tiers, course.offers),
    ]
    usage = [
        t.n("opened {n} time in 28 days", "opened {n} times in 28 days", course.openings),
        t.n("{n} member is done with it", "{n} members are done with it", course.graduates),
        stars_text(t, course.stars) or t("not rated yet"),
    ]
    return f"**{plain(course.title, 60)}**\n{' · '.join(usage)}\n-# {' · '.join(facts)}"


def locked(t: Language, opening: Opening) -> Card:
    """The answer to a lock or a price: who may open the course from now on, and what nobody can pay yet."""
    unpayable = [offer for offer in opening.offers if not offer.payable]
    return card(
        t(
            "**{course}**: {ways}.",
            course=plain(opening.title, 100),
            ways=opened_by(t, opening.tiers, opening.offers),
        ),
        t(
            "⚠ Nobody can pay {prices} yet. Set up a payment provider that takes it; see docs/settings.md.",
            prices=prices_words(t, unpayable),
        )
        if unpayable
        else None,
        t("Members buy it with /course buy or on its card. Anyone who has it already keeps it.")
        if opening.offers
        else None,
        accent=Accent.WARN if unpayable else Accent.GOOD,
    )
