"""What a tier gives besides its roles, in words: for members in one sentence, for the owner as a value."""

from __future__ import annotations

from collections.abc import Iterator

from bot.i18n import Language
from bot.memberships.model import Terms


def benefit_sentences(t: Language, terms: Terms) -> Iterator[str]:
    """A sentence for each benefit that the terms hold, as members read it."""
    if terms.events:
        yield t("Opens the events for members.")
    if terms.consultations:
        yield t.n("{n} consultation a month.", "{n} consultations a month.", terms.consultations)
    if terms.discount:
        yield t("{percent} off other memberships.", percent=t.percent(terms.discount / 100))


def benefit_values(t: Language, terms: Terms) -> list[tuple[str, str]]:
    """The label and the value of every benefit, as the owner compares them."""
    return [
        (t("Grace in days"), t.number(terms.grace_days)),
        (t("Events for members"), t("included") if terms.events else t("not included")),
        (t("Consultations a month"), t.number(terms.consultations)),
        (t("Discount"), t.percent(terms.discount / 100)),
    ]
