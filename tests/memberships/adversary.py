"""A staff member who tries every verb of staff on everybody, on a server that the dice made; once with and once without them."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.errors import UserError
from bot.memberships.access.access_admin import Staff
from bot.memberships.access.store import entitlements, overrides
from bot.memberships.access.wanted_roles import Override, RoleClaim, role_claim, wanted_roles
from bot.memberships.catalog.tier_edit import TermsDraft
from bot.memberships.model import BillingKind, ExpiryAction, Order
from bot.memberships.orders.purchasing import Activated
from bot.payments.manual.provider import ManualProvider
from tests.memberships.shop import ANN, BOB, CID, DAY, GUILD, OLIVIA, Shop, tier_edit

MAX = CID
MEMBERS = (ANN, BOB)
EVERYBODY = (*MEMBERS, MAX)
ROLES = tuple(range(70, 76))
TIERS = ("One", "Two", "Three")
OWNER = Staff(OLIVIA, owner=True)
ACTOR = Staff(MAX, owner=False)


@dataclass
class Town:
    """A server with its shop; `drafts` and `refunds` wait for their buttons, `orders` for money or a refund."""

    shop: Shop
    drafts: list[TermsDraft] = field(default_factory=list[TermsDraft])
    refunds: list[int] = field(default_factory=list[int])
    orders: list[Order] = field(default_factory=list[Order])

    def top(self, user: int) -> int:
        roles = self.shop.server.all_roles
        return max((roles[role].position for role in self.shop.server.held[user]), default=0)

    def held(self) -> dict[int, set[int]]:
        return {user: set(held) for user, held in self.shop.server.held.items()}


Verb = Callable[[Town, random.Random], Awaitable[object]]


def made_terms(dice: random.Random) -> dict[str, Any]:
    """What an edit may say."""
    said: dict[str, Any] = {
        "add_role": dice.choice(ROLES),
        "drop_role": dice.choice(ROLES),
        "grace_days": dice.choice([0, 3, 60]),
        "discount": dice.choice([0, 50, 100]),
    }
    ending = dice.choice(["take", "fallback", "keep"])
    if ending == "fallback":
        said["after_role"] = dice.choice(ROLES)
    if ending == "keep":
        said |= {"after": ExpiryAction.KEEP, "after_until": dice.choice(["2027-03-01", "2030-01-01"])}
    chosen = dice.sample(sorted(said), dice.randint(1, len(said)))
    if "after" in chosen or "after_until" in chosen:
        chosen += [name for name in ("after", "after_until") if name in said and name not in chosen]
    return {name: said[name] for name in chosen}


async def town(shop: Shop, dice: random.Random) -> Town:
    """Roles in any order, tiers with any terms, and people who have, had, owe and lack something."""
    made = Town(shop)
    places = dice.sample(range(1, 9), len(ROLES))
    shop.server.all_roles.clear()
    for role, place in zip(ROLES, places, strict=True):
        shop.server.role(role, f"R{role}", place)
    shop.server.held[MAX] = set(dice.sample(ROLES, 1))
    shop.providers["manual"] = ManualProvider("To Olivia", ["USD"])
    for name in TIERS:
        await shop.tier(name, dice.choice(ROLES))
        with contextlib.suppress(UserError):
            await shop.terms(name, **made_terms(dice))
    for number in range(5):
        with contextlib.suppress(UserError):
            await _history(made, dice, number)
    await shop.worker.run_due()
    await shop.turn(2 * DAY)
    return made


async def _history(made: Town, dice: random.Random, number: int) -> None:
    """The owner gave, withheld, and edited; members ordered and paid."""
    shop, who, plan = made.shop, dice.choice(EVERYBODY), dice.choice(TIERS)
    admin = shop.service.access_admin
    await admin.grant(GUILD, who, plan, dice.choice(["1", "40", "700"]), "a present", OWNER)
    if dice.random() < 0.4:
        role = (await shop.service.catalog.find(GUILD, plan)).terms.roles[0]
        await admin.withhold(GUILD, who, role, "300", "a quarrel", OWNER)
    if dice.random() < 0.4:
        await shop.terms(plan, **made_terms(dice))
    buyer, bought = dice.choice(EVERYBODY), dice.choice(TIERS)
    product = next(one for one in await shop.service.catalog.products(GUILD) if one.tier.name == bought)
    order = (await shop.service.checkouts.buy(product.tier, product.prices[0], buyer, "manual")).order
    made.orders.append(order)
    if dice.random() < 0.5:
        await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came")
    if dice.random() < 0.2:
        hands = shop.server.held[dice.choice(MEMBERS)]
        hands.add(dice.choice(ROLES))


async def _edit(made: Town, dice: random.Random) -> None:
    proposal = await made.shop.service.tier_editing.propose(
        GUILD,
        dice.choice(TIERS),
        tier_edit(**made_terms(dice)),
        ACTOR.id,
        ACTOR.owner,
    )
    if proposal.draft is not None:
        made.drafts.append(proposal.draft)


async def _apply(made: Town, dice: random.Random, *, everybody: bool) -> None:
    """A draft of their own, or one that the owner left."""
    if not made.drafts or dice.random() < 0.5:
        proposal = await made.shop.service.tier_editing.propose(
            GUILD,
            dice.choice(TIERS),
            tier_edit(**made_terms(dice)),
            OLIVIA,
            owner=True,
        )
        if proposal.draft is None:
            raise UserError("The owner's edit is in force at once, which is no act of the actor.")
        made.drafts.append(proposal.draft)
    await made.shop.service.tier_editing.apply(
        GUILD, dice.choice(made.drafts), everybody=everybody, actor=ACTOR.id, owner=ACTOR.owner
    )


async def _create(made: Town, dice: random.Random) -> object:
    return await made.shop.service.catalog.create(
        GUILD,
        name=f"New {dice.random()}",
        price="0" if dice.random() < 0.5 else "5",
        currency="USD",
        days=99,
        way=BillingKind.TRIAL if dice.random() < 0.5 else None,
        role_id=dice.choice(ROLES),
        actor=ACTOR.id,
        owner=ACTOR.owner,
    )


async def _price(made: Town, dice: random.Random) -> object:
    return await made.shop.service.catalog.add_price(
        GUILD,
        dice.choice(TIERS),
        price="0",
        currency="USD",
        days=dice.choice([7, 3000]),
        months=None,
        way=BillingKind.TRIAL,
        actor=ACTOR.id,
    )


async def _restore(made: Town, dice: random.Random) -> object:
    plan = dice.choice(TIERS)
    await made.shop.service.catalog.archive(GUILD, plan, OLIVIA)
    return await made.shop.service.catalog.restore(GUILD, plan, ACTOR.id, ACTOR.owner)


async def _refund_draft(made: Town, dice: random.Random) -> None:
    order = dice.choice(made.orders)
    draft = await made.shop.service.refunds.draft(GUILD, str(order.id), ACTOR.id, "asked")
    made.refunds.append(draft.draft)


async def _refund(made: Town, dice: random.Random) -> None:
    if not made.refunds:
        await _refund_draft(made, dice)
    await made.shop.service.refunds.confirm(GUILD, str(dice.choice(made.refunds)), ACTOR.id)


async def _paid(made: Town, dice: random.Random) -> None:
    order = dice.choice(made.orders)
    marked = await made.shop.service.offline_payments.mark(GUILD, str(order.id), ACTOR.id, "came")
    if marked.before:
        raise UserError("It was marked before.")


async def _correct(made: Town, dice: random.Random) -> object:
    order, amount = dice.choice(made.orders), dice.choice([None, "19", "0"])
    return await made.shop.service.offline_payments.correct(GUILD, str(order.id), ACTOR.id, "a slip", amount)


async def _resend(made: Town, dice: random.Random) -> object:
    return await made.shop.service.resending.resend(GUILD, str(dice.choice(made.orders).id), ACTOR.id)


async def _release(made: Town, dice: random.Random) -> None:
    """Of the withheld roles, whichever there is."""
    refused: UserError | None = None
    for who in dice.sample(EVERYBODY, len(EVERYBODY)):
        for role in ROLES:
            try:
                return await made.shop.service.access_admin.release(GUILD, who, role, ACTOR)
            except UserError as error:
                refused = error
    raise refused or UserError("Nothing is withheld.")


async def _transfer(made: Town, dice: random.Random) -> object:
    giver, taker = dice.sample(EVERYBODY, 2)
    return await made.shop.service.access_admin.transfer(GUILD, giver, taker, "why", ACTOR)


VERBS: Mapping[str, Verb] = {
    "access grant": lambda made, dice: made.shop.service.access_admin.grant(
        GUILD, dice.choice(EVERYBODY), dice.choice(TIERS), dice.choice(["1", "40", "366"]), "why", ACTOR
    ),
    "access import": lambda made, dice: made.shop.service.access_admin.import_members(
        GUILD, dice.choice(TIERS), dice.choice(["1", "40", "366"]), "elsewhere", ACTOR
    ),
    "access release": _release,
    "access revoke": lambda made, dice: made.shop.service.access_admin.revoke(
        GUILD, dice.choice(EVERYBODY), dice.choice(TIERS), "why", ACTOR
    ),
    "access transfer": _transfer,
    "access withhold": lambda made, dice: made.shop.service.access_admin.withhold(
        GUILD, dice.choice(EVERYBODY), dice.choice(ROLES), "30", "why", ACTOR
    ),
    "order correct": _correct,
    "order paid": _paid,
    "order refund": _refund_draft,
    "order resend": _resend,
    "tier archive": lambda made, dice: made.shop.service.catalog.archive(GUILD, dice.choice(TIERS), ACTOR.id),
    "tier create": _create,
    "tier edit": _edit,
    "tier order": lambda made, dice: made.shop.service.catalog.order(GUILD, dice.choice(TIERS), 1, ACTOR.id),
    "tier price add": _price,
    "tier restore": _restore,
    "access.repair": lambda made, dice: made.shop.service.role_audit.repair(GUILD, ACTOR.id),
    "access.retry": lambda made, dice: made.shop.service.breaker.retry(GUILD, ACTOR.id),
    "order.correct": _correct,
    "order.give_back": _refund,
    "order.paid": _paid,
    "order.refund": _refund_draft,
    "order.resend": _resend,
    "tier.apply_all": lambda made, dice: _apply(made, dice, everybody=True),
    "tier.apply_new": lambda made, dice: _apply(made, dice, everybody=False),
    "tier.recheck": lambda made, dice: made.shop.service.catalog.recheck(GUILD, ACTOR.id),
}
"""The verbs of staff that concern roles, by their name in `tests/audit/acts.py`."""

SELLS = {"tier create", "tier edit", "tier price add", "tier restore", "tier.apply_all", "tier.apply_new"}
"""After these there may be something that costs nothing."""

NO_ROLES: Mapping[str, str] = {
    "departure.keep": "it gives nothing: only the payer can make a renewal go on",
    "departure.stop": "it ends payments, and gives nothing",
    "host cancel": "an event gives no role",
    "host create": "an event gives no role",
    "order export": "it only writes files",
    "order.extend": "a longer time to pay gives nothing by itself",
    "order.done": "a payment of no order gives nothing",
    "teach import": "a course gives no role",
    "teach lock": "a course gives no role",
    "teach price add": "a course gives no role",
    "teach price remove": "a course gives no role",
    "tier course": "a course gives no role",
    "tier price remove": "it only takes off sale",
    "tier shop": "it shows what is on sale already",
}
"""The verbs of staff that concern no role, and why."""


async def attempt(made: Town, verb: str, dice: random.Random) -> bool:
    """Try it; False when it was refused."""
    try:
        await VERBS[verb](made, dice)
    except UserError:
        return False
    return True


Taken = set[tuple[int, int]]
"""(member, price) of what was free."""


async def take_what_is_free(made: Town, known: Taken | None = None) -> Taken:
    """Members, not the actor, take what costs them nothing and did not before: trials, and what a discount pays for."""
    taken: Taken = set()
    for product in await made.shop.service.catalog.products(GUILD):
        for price in product.prices:
            for member in MEMBERS:
                if (member, price.id) in (known or ()) or not (
                    price.money.amount == 0 or await _buys_for_nothing(made, member)
                ):
                    continue
                with contextlib.suppress(UserError):
                    told = await made.shop.service.buy(
                        GUILD, member, str(product.tier.id), str(price.id), "bank"
                    )
                    if isinstance(told, Activated):
                        taken.add((member, price.id))
    return taken


async def _buys_for_nothing(made: Town, member: int) -> bool:
    async with made.shop.db.read() as db:
        held = await entitlements.of_member(db, GUILD, member)
    return any(one.tier.terms.discount == 100 and one.gives_roles(made.shop.now()) for one in held)


Future = dict[int, tuple[list[RoleClaim], list[Override]]]
"""What decides from now on about each member's roles."""


async def future(made: Town) -> Future:
    async with made.shop.db.read() as db:
        held = await entitlements.by_member(db, GUILD)
        exceptions = await overrides.by_member(db, GUILD)
    return {
        user: ([role_claim(one) for one in held.get(user, ())], exceptions.get(user, []))
        for user in EVERYBODY
    }


def gained(before: Future, after: Future, now: datetime) -> dict[int, set[int]]:
    """The roles that each member would hold after the act at some time, and not without it."""
    turns = {now, now + 5000 * DAY}
    for claims, exceptions in (*before.values(), *after.values()):
        turns |= {
            time
            for claim in claims
            for time in (claim.starts_at, claim.held_until, claim.after_until)
            if time
        }
        turns |= {override.until for override in exceptions if override.until}
    more: dict[int, set[int]] = {}
    for user in EVERYBODY:
        for turn in turns:
            if turn >= now:
                wanted = [wanted_roles(*one[user], turn) for one in (before, after)]
                more.setdefault(user, set()).update(wanted[1] - wanted[0])
    return more


STEPS = [timedelta(0), 3 * DAY, 57 * DAY, 400 * DAY, 3000 * DAY]
"""Turns of time after the act."""
