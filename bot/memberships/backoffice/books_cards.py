"""The cards of the books: where all the money is, whether each provider says the same, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import Accent, Block, Button, Card, Line, Row, card, coded
from bot.i18n import Language, stamp
from bot.memberships.backoffice.actions import COMPARE_BOOKS, SHOW_ORDER, TURN_DIFFERENCES
from bot.memberships.backoffice.books_report import BooksReport
from bot.memberships.backoffice.comparison import Difference, Mismatch
from bot.memberships.backoffice.comparison import Line as Sums
from bot.money import Money
from bot.payments.registry import label

PAGE = 5
SUMS_SHOWN = 12
SETTLED_SHOWN = 5


@dataclass(frozen=True)
class DifferencePage:
    """Page `number` (from 0) of what differs, `total` things in all."""

    differing: tuple[Difference, ...]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE))


def page_of(differing: Sequence[Difference], number: int) -> DifferencePage:
    """One page of these; the last one when `number` is beyond it."""
    pages = max(1, -(-len(differing) // PAGE))
    number = max(0, min(number, pages - 1))
    return DifferencePage(tuple(differing[number * PAGE : (number + 1) * PAGE]), number, len(differing))


def look_action(id_: int) -> str:
    """The action by which a posted card is known again."""
    return COMPARE_BOOKS.encode(id_)


def books(t: Language, report: BooksReport) -> Card:
    """All the money of the span, provider by provider, and the first page of what differs."""
    comparison = report.comparison
    again = Button(t("Compare again"), action=look_action(0))
    blocks: list[Block | str | None] = [
        t("## Where the money is"),
        t(
            "Since {when}, compared with what each provider lists.",
            when=stamp(comparison.since, "D"),
        ),
    ]
    if report.handed_over:
        blocks.append(
            t(
                "So far up to {when}. The rest takes longer: it goes on by itself, and the result comes to the staff channel.",
                when=stamp(comparison.reached, "D"),
            )
        )
    elif not comparison.finished:
        blocks.append(
            t("So far up to {when}. Still comparing; this card changes.", when=stamp(comparison.reached, "D"))
        )
    blocks += _providers(t, report)
    if comparison.foreign:
        blocks.append(
            t.n(
                "-# {n} payment on the same account is not Lyceum's and is not counted.",
                "-# {n} payments on the same account are not Lyceum's and are not counted.",
                comparison.foreign,
            )
        )
    blocks += _settled(t, report)
    blocks.append(
        t(
            "-# Open is what waits for you, is on its way back, or is with a bank that decides about a dispute. Fees are not in it."
        )
    )
    page = page_of(report.differing, 0)
    if page.total:
        blocks += [t("## What differs"), *(_difference(t, one) for one in page.differing)]
    blocks.append(Row((again, *_turns(t, page))))
    return card(*blocks, accent=_accent(report))


def differing(t: Language, page: DifferencePage) -> Card:
    """One page of what differs, as it was when the books were last compared."""
    if not page.total:
        return card(t("Nothing differs any more."), accent=Accent.GOOD)
    blocks = [t("## What differs"), *(_difference(t, one) for one in page.differing)]
    return card(
        *blocks,
        t(
            "-# Page {page} of {pages} · {count} differences",
            page=page.number + 1,
            pages=page.pages,
            count=t.number(page.total),
        ),
        Row((Button(t("Compare again"), action=look_action(0)), *_turns(t, page))),
        accent=Accent.BAD,
    )


def night(t: Language, report: BooksReport, new: Sequence[Difference], action: str) -> Card:
    """What a comparison found that nobody waited for: what differs, and what it settled by itself. It shows no sums."""
    hidden = len(new) - PAGE
    blocks: list[Block | str | None] = []
    if new:
        blocks += [
            t("## The books differ"),
            t("Lyceum compared its books with what the providers list. This does not agree:"),
            *(_difference(t, one) for one in new[:PAGE]),
            t.n("… and {n} more.", "… and {n} more.", hidden) if hidden > 0 else None,
        ]
    elif report.comparison.settled:
        blocks.append(t("## Found in the books"))
    else:
        blocks += [
            t("## The books agree"),
            t("They were compared since {when}.", when=stamp(report.comparison.since, "D")),
        ]
    blocks += _settled(t, report)
    return card(
        *blocks,
        Row((Button(t("Compare again"), action=action),)),
        accent=Accent.BAD if new else Accent.WARN if report.comparison.settled else Accent.GOOD,
    )


def _accent(report: BooksReport) -> Accent:
    lines = report.comparison.lines
    if report.differing or not all(line.closed for line in lines.values()):
        return Accent.BAD
    agreed = all(report.agrees(provider, line) for (provider, _), line in lines.items())
    return Accent.GOOD if agreed and not report.comparison.silent else Accent.WARN


def _providers(t: Language, report: BooksReport) -> list[Block | str | None]:
    """A paragraph for each provider: whether it can be compared, then one line per currency."""
    lines = sorted(report.comparison.lines.items())
    shown, silent = lines[:SUMS_SHOWN], report.comparison.silent
    blocks: list[Block | str | None] = []
    for provider in sorted({*(name for (name, _), _ in shown), *silent}):
        of_provider = [(currency, line) for (name, currency), line in shown if name == provider]
        sentences = [
            f"**{label(t, provider)}**",
            _why_not(t, report, provider),
            *(_sums(t, report, provider, currency, line) for currency, line in of_provider),
        ]
        blocks.append("\n".join(filter(None, sentences)))
    if not blocks:
        blocks.append(t("No money has come in this time."))
    if len(lines) > len(shown):
        blocks.append(t.n("… and {n} more.", "… and {n} more.", len(lines) - len(shown)))
    return blocks


def _why_not(t: Language, report: BooksReport, provider: str) -> str | None:
    if provider in report.comparison.silent:
        return t("Cannot be compared: the provider did not answer. Try again later.")
    if provider not in report.installed:
        return t("Cannot be compared: the provider is not set up any more. According to what is stored here:")
    if provider not in report.lists:
        return t("Cannot be compared: this way to pay has no list. According to what you have noted:")
    return None


def _sums(t: Language, report: BooksReport, provider: str, currency: str, line: Sums) -> str:
    if report.agrees(provider, line):
        mark = "✔"
    else:
        comparable = provider in report.lists and provider not in report.comparison.silent
        differs = not line.closed or any(one.provider == provider for one in report.differing)
        mark = "✗" if comparable or differs else "–"
    return t(
        "{mark} {captured} came = {allocated} for what was sold + {back} given back + {open} open",
        mark=mark,
        captured=t.money(Money(line.came, currency)),
        allocated=t.money(Money(line.allocated, currency)),
        back=t.money(Money(line.given_back, currency)),
        open=t.money(Money(line.open, currency)),
    )


def _settled(t: Language, report: BooksReport) -> list[str]:
    settled = report.comparison.settled
    sentences = [
        t(
            "{provider}: {money} ({id}) was not known here. Order {number} was checked again, and it is settled now. Compare again to see it agree.",
            provider=one.provider.capitalize(),
            money=t.money(one.theirs) if one.theirs else "–",
            id=coded(one.object_id, 40),
            number=one.order_id,
        )
        for one in settled[:SETTLED_SHOWN]
    ]
    if len(settled) > SETTLED_SHOWN:
        hidden = len(settled) - SETTLED_SHOWN
        sentences.append(t.n("… and {n} more.", "… and {n} more.", hidden))
    return ["\n".join(sentences)] if sentences else []


def _difference(t: Language, one: Difference) -> Block | str:
    """One thing that differs, what to do about it, and a button to its order."""
    told: dict[str, object] = {
        "provider": one.provider.capitalize(),
        "id": coded(one.object_id, 40),
        "number": one.order_id,
        "theirs": t.money(one.theirs) if one.theirs else t("nothing"),
        "ours": t.money(one.ours) if one.ours else t("nothing"),
    }
    sentence = (
        "✗ "
        + {
            Mismatch.MISSING: t(
                "{provider} lists {theirs} ({id}) for order {number}, but Lyceum does not find it, even after checking the order again. Look it up at the provider: was it moved to another order there?",
                **told,
            ),
            Mismatch.UNCONFIRMED: t(
                "Lyceum counts {ours} ({id}) for order {number}, but {provider} does not list it. Look into your account there: does the key in the settings belong to another account now?",
                **told,
            ),
            Mismatch.AMOUNT: t(
                "{provider} says {theirs}, Lyceum {ours} ({id}, order {number}). The database was changed by hand or damaged: go back to a backup, or give the difference back at the provider.",
                **told,
            ),
            Mismatch.NO_ORDER: t(
                "{theirs} at {provider} ({id}) was paid for order {number}, which is not in this database, for example after going back to an old backup. Give the money back there, or give the membership with /access grant.",
                **told,
            ),
            Mismatch.HELD: _held(t, one, told),
            Mismatch.LEDGER: t(
                "The reports of {id} (order {number}) add up to {theirs}, the ledger to {ours}. The database was changed by hand or damaged: go back to a backup, or tell whoever looks after Lyceum.",
                **told,
            ),
            Mismatch.STATE: t(
                "The state of order {number} does not match its payments. Open it and press “Look again at the provider”. If that does not help, the database was changed by hand or damaged: go back to a backup.",
                **told,
            ),
        }[one.mismatch]
    )
    if one.mismatch is Mismatch.NO_ORDER:
        return sentence
    return Line(sentence, Button(t("Show the order"), action=SHOW_ORDER.encode(one.order_id)))


def _held(t: Language, one: Difference, told: dict[str, object]) -> str:
    if one.theirs is not None and one.theirs.amount < 0:
        told = {**told, "theirs": t.money(Money(-one.theirs.amount, one.theirs.currency))}
        return t(
            "{theirs} more went back than came ({id}, order {number}), for example because a payment was disputed after it had been refunded. Object to the dispute at {provider}, and show the payer's bank the refund.",
            **told,
        )
    return t(
        "{provider} says that you still hold {theirs} of {id} (order {number}); Lyceum counts {ours}. Look at the order: give back what nobody has a membership for, or give the membership with /access grant.",
        **told,
    )


def _turns(t: Language, page: DifferencePage) -> tuple[Button, ...]:
    if page.pages == 1:
        return ()
    number = page.number
    return (
        Button(t("Back"), action=TURN_DIFFERENCES.encode(number - 1), disabled=number == 0),
        Button(t("More"), action=TURN_DIFFERENCES.encode(number + 1), disabled=number + 1 >= page.pages),
    )
