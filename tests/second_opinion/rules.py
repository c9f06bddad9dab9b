"""What must agree: each a query of (who, the second opinion, what Lyceum's tables say), which finds nothing.

The three sums: each member's days, each order's state, each currency's books. The rules that are known to change stand
alone, so that they can be changed alone; `tests/second_opinion/README.md` lists them.
"""

from __future__ import annotations

ORDERS = {
    "an order's state follows from its facts": """
        SELECT 'order ' || o.id, j.state, o.state FROM shop."order" o JOIN judged j ON j.id = o.id
        WHERE j.state <> o.state""",
    "a single item is sold for days or for ever, gives no role, and nothing is counted for it": """
        SELECT 'order ' || o.id, 'once or lifetime, [], 0', o.kind || ', ' || s.roles || ', ' || o.credit
        FROM shop."order" o JOIN shop.tier t ON t.id = o.tier_id
        JOIN shop.terms s ON s.tier_id = o.tier_id AND s.version = o.version
        WHERE t.item_kind IS NOT NULL
          AND (o.kind NOT IN ('once', 'lifetime') OR s.roles <> '[]' OR o.credit <> 0
               OR o.replaces IS NOT NULL OR o.follows IS NOT NULL)""",
}

DAYS = {
    "what was paid is given": """
        SELECT 'order ' || j.id, 'an entitlement', 'none' FROM judged j
        WHERE j.state = 'paid' AND NOT EXISTS (SELECT 1 FROM given g WHERE g.order_id = j.id)""",
    "what is given was paid": """
        SELECT 'order ' || g.order_id, 'no entitlement', g.standing FROM given g WHERE NOT g.ever""",
    "what is paid runs to its end": """
        SELECT 'order ' || order_id, 'live', standing FROM given
        WHERE judgement = 'paid' AND held_until > (SELECT now FROM setting)
          AND standing NOT IN ('live', 'replaced') AND NOT by_staff AND NOT shaken
          AND NOT (standing = 'suspended' AND order_id IN (SELECT order_id FROM resting))""",
    "what is not paid does not run": """
        SELECT 'order ' || order_id, 'not running, as the order is ' || judgement, standing FROM given
        WHERE judgement NOT IN ('paid', 'disputed') AND standing IN ('live', 'suspended')""",
    "what is disputed rests, if the owner wants that": """
        SELECT 'order ' || order_id, 'suspended', standing FROM given
        WHERE (judgement = 'disputed' OR order_id IN (SELECT order_id FROM resting))
          AND (SELECT dispute_suspends FROM setting) AND standing = 'live'""",
    "what is over has ended": """
        SELECT 'entitlement ' || id, 'ended', state FROM shop.entitlement
        WHERE state = 'live' AND held_until <= (SELECT now FROM setting)""",
    "what was exchanged is gone for something that was given": """
        SELECT 'order ' || g.order_id, 'a running exchange', coalesce(x.standing, 'none')
        FROM given g LEFT JOIN given x ON x.order_id = g.replaced_by
        WHERE g.standing = 'replaced' AND (x.standing IS NULL OR x.standing = 'revoked' AND NOT x.by_staff
               AND NOT x.shaken)""",
    # Days run only while they are given: what was, and what is still to come, are together what was sold.
    "days paid once are as many as were sold": """
        SELECT 'order ' || g.order_id, days * 86400 + extra - cut, (given / 1e6) || ' and ' || (ahead / 1e6)
        FROM given g JOIN spent s ON s.id = g.id
        WHERE kind = 'once' AND standing <> 'revoked' AND given + ahead <> (days * 86400 + extra - cut) * 1000000""",
    # A month is a calendar month, counted when it is bought: from then on it is so many seconds.
    "months paid ahead are as many as were sold": """
        SELECT 'order ' || g.order_id, months || ' months and ' || extra - cut, (given / 1e6) || ' and ' || (ahead / 1e6)
        FROM given g JOIN spent s ON s.id = g.id
        WHERE kind = 'prepaid' AND standing <> 'revoked' AND (given + ahead <> (length - cut) * 1000000
              OR length - extra NOT BETWEEN months * 28 * 86400 AND months * 31 * 86400)""",
    "what is for ever has no end": """
        SELECT 'order ' || order_id, 'for ever', ends_at FROM given
        WHERE (kind = 'lifetime') <> forever AND standing <> 'revoked'""",
    "a subscription runs for the periods that were paid": """
        SELECT 'order ' || g.order_id, (SELECT max(c.ends_at) FROM counted c WHERE c.order_id = g.order_id), g.ends_at
        FROM given g WHERE g.kind = 'recurring' AND g.judgement = 'paid' AND g.standing = 'live' AND NOT g.by_staff AND NOT g.shaken
          AND g.ends_at <> (SELECT max(c.ends_at) FROM counted c WHERE c.order_id = g.order_id)""",
    "days of one membership follow each other": """
        SELECT 'orders ' || a.order_id || ' and ' || b.order_id, 'one after the other',
               a.starts_at || ' to ' || a.ends_at || ', ' || b.starts_at || ' to ' || b.ends_at
        FROM given a JOIN given b ON a.guild_id = b.guild_id AND a.user_id = b.user_id AND a.tier_id = b.tier_id
             AND a.id < b.id
        WHERE a.standing = 'live' AND b.standing = 'live' AND a.kind IN ('once', 'prepaid')
          AND b.kind IN ('once', 'prepaid') AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "a trial is as long as one that was offered": """
        SELECT 'entitlement ' || e.id, 'days of a trial', e.starts_at || ' to ' || e.ends_at FROM shop.entitlement e
        WHERE e.source = 'trial' AND NOT EXISTS (
            SELECT 1 FROM shop.price p WHERE p.tier_id = e.tier_id AND p.kind = 'trial'
            AND p.days * 86400 = strftime('%s', e.ends_at) - strftime('%s', e.starts_at))""",
    "roles stay for the grace, or a day while a renewal is awaited": """
        SELECT 'entitlement ' || e.id, max(t.grace_days, 1) || ' days at most', e.ends_at || ' to ' || e.held_until
        FROM shop.entitlement e JOIN shop.terms t ON t.tier_id = e.tier_id AND t.version = e.version
        WHERE strftime('%s', e.held_until) - strftime('%s', e.ends_at)
              NOT BETWEEN 0 AND max(t.grace_days, 1) * 86400""",
}

BOOKS = {
    "the sides of a booking sum to nothing": """
        SELECT provider || ' ' || ref, 0, sum(delta) FROM shop.ledger GROUP BY provider, ref, currency
        HAVING sum(delta) <> 0""",
    "every fact about money is booked on the provider's account": """
        SELECT b.provider || ' ' || b.ref, b.clearing, coalesce(l.delta, 'nothing')
        FROM booked_as b LEFT JOIN shop.ledger l ON l.provider = b.provider AND l.ref = b.ref
             AND l.account = 'clearing:' || b.provider AND l.currency = b.currency AND l.order_id = b.order_id
        WHERE l.delta IS NOT b.clearing""",
    "and on what it was for": """
        SELECT b.provider || ' ' || b.ref, b.account || ' ' || -b.clearing, coalesce(l.delta, 'nothing')
        FROM booked_as b LEFT JOIN shop.ledger l ON l.provider = b.provider AND l.ref = b.ref
             AND l.account = b.account AND l.currency = b.currency AND l.order_id = b.order_id
        WHERE l.delta IS NOT -b.clearing""",
    "nothing is booked that nobody reported": """
        SELECT l.provider || ' ' || l.ref, 'no booking', l.account || ' ' || l.delta FROM shop.ledger l
        WHERE NOT EXISTS (SELECT 1 FROM booked_as b WHERE b.provider = l.provider AND b.ref = l.ref
                          AND l.account IN (b.account, 'clearing:' || b.provider))""",
    "no refund and no dispute is about a payment of another order": """
        SELECT r.kind || ' ' || r.object_id, p.order_id, r.order_id FROM shop.payment r
        JOIN shop.payment p ON p.provider = r.provider AND p.kind = 'paid' AND p.object_id = r.payment_id
        WHERE p.order_id <> r.order_id""",
    "the owner's sums": """
        SELECT coalesce(s.currency, t.currency),
               s.came || ' = ' || s.allocated || ' + ' || s.back || ' + ' || s.open,
               coalesce(t.came || ' = ' || t.allocated || ' + ' || t.back || ' + ' || t.open, 'nothing')
        FROM sums s LEFT JOIN told t ON t.currency = s.currency
        WHERE (SELECT totals_told FROM setting)
          AND (t.currency IS NULL OR (s.came, s.allocated, s.back, s.open) <> (t.came, t.allocated, t.back, t.open))""",
}

PROVIDER = {
    "a payment that the provider has is known here": """
        SELECT r.kind || ' ' || r.object_id, r.amount || ' ' || r.currency || ' for order ' || r.order_id,
               coalesce(p.amount || ' ' || p.currency || ' for order ' || p.order_id, 'nothing')
        FROM reported r LEFT JOIN shop.payment p ON p.provider = r.provider AND p.object_id = r.object_id
             AND p.kind = CASE r.kind WHEN 'payment' THEN 'paid' WHEN 'refund' THEN 'refunded' ELSE 'disputed' END
        WHERE (p.amount, p.currency, p.order_id) IS NOT (r.amount, r.currency, r.order_id)
           OR p.payment_id IS NOT r.payment_id""",
    "what is known here is known to the provider": """
        SELECT p.kind || ' ' || p.object_id, 'nothing', p.amount || ' ' || p.currency FROM shop.payment p
        WHERE p.provider IN (SELECT provider FROM listing) AND p.kind IN ('paid', 'refunded', 'disputed')
          AND NOT EXISTS (SELECT 1 FROM reported r WHERE r.provider = p.provider AND r.object_id = p.object_id)""",
    "what became of it is known here": """
        SELECT r.kind || ' ' || r.object_id, r.state, coalesce(d.decision, iif(f.failed, 'failed', 'made'), 'unknown')
        FROM reported r LEFT JOIN temp.dispute d ON d.provider = r.provider AND d.object_id = r.object_id
             LEFT JOIN temp.refund f ON f.provider = r.provider AND f.object_id = r.object_id
        WHERE r.kind = 'dispute' AND r.state IS NOT d.decision
           OR r.kind = 'refund' AND (r.state = 'failed') IS NOT f.failed""",
    "the ledger holds what lies at the provider": """
        SELECT l.provider || ' ' || coalesce(h.currency, l.currency), coalesce(h.amount, 0), l.amount
        FROM (SELECT provider, currency, sum(delta) AS amount FROM shop.ledger
              WHERE account LIKE 'clearing:%' GROUP BY provider, currency) l
        LEFT JOIN held_there h ON h.provider = l.provider AND h.currency = l.currency
        WHERE l.provider IN (SELECT provider FROM listing) AND l.amount <> coalesce(h.amount, 0)""",
}

RULES = {**ORDERS, **DAYS, **BOOKS, **PROVIDER}
