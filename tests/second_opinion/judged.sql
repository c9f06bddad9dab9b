-- What the written rules make of the stored facts: docs/manual.md (Order, Membership), docs/architecture.md, and the
-- first lines of order_state.py. Written from those texts and not from the code, so that it can disagree.
-- `shop` is Lyceum's file; `setting` holds the owner's policy and the present moment; `reported` is the provider's list.

-- A refund gives its amount back, unless it failed.
CREATE TEMP VIEW refund AS
SELECT r.provider, r.order_id, r.object_id, r.payment_id, r.amount, r.currency,
       EXISTS (SELECT 1 FROM shop.payment f
               WHERE f.provider = r.provider AND f.kind = 'refund_failed' AND f.object_id = r.object_id) AS failed
FROM shop.payment r WHERE r.kind = 'refunded';

-- A dispute takes its amount away; won, also after a loss and an appeal, it comes back.
CREATE TEMP VIEW dispute AS
SELECT d.provider, d.order_id, d.object_id, d.payment_id, d.amount, d.currency,
       CASE WHEN EXISTS (SELECT 1 FROM shop.payment w WHERE w.provider = d.provider
                         AND w.kind = 'dispute_won' AND w.object_id = d.object_id) THEN 'won'
            WHEN EXISTS (SELECT 1 FROM shop.payment l WHERE l.provider = d.provider
                         AND l.kind = 'dispute_lost' AND l.object_id = d.object_id) THEN 'lost'
            ELSE 'open' END AS decision
FROM shop.payment d WHERE d.kind = 'disputed';

-- A payment: what is left of it after refunds, whether its bank disputes it, and whether it is the price of its order.
CREATE TEMP TABLE paid AS
SELECT p.provider, p.order_id, p.object_id, p.amount, p.currency, p.at, p.starts_at, p.ends_at,
       p.amount - coalesce((SELECT sum(r.amount) FROM temp.refund r
                            WHERE r.provider = p.provider AND r.payment_id = p.object_id
                            AND r.currency = p.currency AND NOT r.failed), 0) AS rest,
       coalesce((SELECT max(CASE d.decision WHEN 'lost' THEN 2 WHEN 'open' THEN 1 ELSE 0 END) FROM temp.dispute d
                 WHERE d.provider = p.provider AND d.payment_id = p.object_id), 0) AS dispute, -- 0 none, 1 open, 2 lost
       (o.provider_ref IS NULL OR o.provider_ref = p.ref)
       AND p.currency = o.currency
       AND CASE WHEN o.kind <> 'recurring' THEN p.amount = o.amount AND NOT p.renewal
                ELSE p.starts_at IS NOT NULL
                     AND p.amount = CASE WHEN p.renewal THEN o.renewal_amount ELSE o.amount END END AS fits,
       CASE WHEN o.kind = 'recurring' THEN coalesce(p.starts_at, '') ELSE '' END AS period,
       EXISTS (SELECT 1 FROM shop.payment x WHERE x.order_id = p.order_id AND x.kind = 'rejected') AS rejected
FROM shop.payment p JOIN shop."order" o ON o.id = p.order_id
WHERE p.kind = 'paid';
CREATE INDEX temp.paid_order ON paid (order_id);

-- A payment pays while it fits, some of it is left (all of it, if the owner's policy says that a part revokes), its
-- dispute was not lost, and what it is for can still be given.
CREATE TEMP TABLE paying AS
SELECT *, fits AND dispute <> 2
          AND CASE WHEN (SELECT partial_revokes FROM setting) THEN rest = amount ELSE rest > 0 END AS held
FROM paid;
CREATE INDEX temp.paying_order ON paying (order_id);

-- Of several payments for one period the earliest counts that nobody disputes.
CREATE TEMP TABLE counted AS
SELECT provider, order_id, object_id, period, at, starts_at, ends_at FROM (
    SELECT *, row_number() OVER (PARTITION BY order_id, period ORDER BY at, object_id) AS nth
    FROM paying WHERE held AND dispute = 0 AND NOT rejected)
WHERE nth = 1;
CREATE INDEX temp.counted_order ON counted (order_id);

CREATE TEMP TABLE judged AS
SELECT o.id, o.guild_id, o.kind,
       EXISTS (SELECT 1 FROM paying p WHERE p.order_id = o.id AND p.fits) OR o.amount = 0 AS ever,
       CASE
         WHEN EXISTS (SELECT 1 FROM counted c WHERE c.order_id = o.id)
              OR o.amount = 0 AND NOT EXISTS (SELECT 1 FROM shop.payment x
                                              WHERE x.order_id = o.id AND x.kind = 'rejected') THEN 'paid'
         -- All that would pay is in the hands of a bank.
         WHEN EXISTS (SELECT 1 FROM paying p WHERE p.order_id = o.id AND p.held AND p.dispute = 1)
              AND NOT EXISTS (SELECT 1 FROM paying p WHERE p.order_id = o.id AND p.held AND p.dispute = 0) THEN 'disputed'
         -- Money is here that pays nothing: it waits for the owner, or goes back.
         WHEN EXISTS (SELECT 1 FROM paying p WHERE p.order_id = o.id AND p.dispute = 0
                      AND (p.held OR NOT p.fits AND p.rest > 0)) THEN 'review'
         WHEN EXISTS (SELECT 1 FROM paying p WHERE p.order_id = o.id) THEN 'refunded'
         WHEN EXISTS (SELECT 1 FROM shop.payment x WHERE x.order_id = o.id AND x.kind = 'cancelled') THEN 'cancelled'
         WHEN EXISTS (SELECT 1 FROM shop.payment x WHERE x.order_id = o.id AND x.kind = 'expired') THEN 'expired'
         WHEN o.provider_ref IS NOT NULL THEN 'pending'
         ELSE 'created' END AS state
FROM shop."order" o;
CREATE INDEX temp.judged_id ON judged (id);

-- A subscription rests while all that was paid for the present period is disputed.
CREATE TEMP VIEW resting AS
SELECT order_id FROM paying p WHERE held AND starts_at <= (SELECT now FROM setting)
GROUP BY order_id, period
HAVING min(dispute) = 1 AND period = (SELECT max(q.period) FROM paying q WHERE q.order_id = p.order_id AND q.held
                                      AND q.starts_at <= (SELECT now FROM setting));

-- The entitlement of an order beside what the order says of it. `by_staff`: staff ended it, and nobody paid since.
CREATE TEMP TABLE given AS
SELECT e.id, e.guild_id, e.user_id, e.tier_id, e.order_id, e.state AS standing, e.starts_at, e.ends_at, e.held_until,
       e.replaced_by, e.cut, e.length, j.state AS judgement, j.ever, o.kind, o.days, o.months, o.extra, o.created_at,
       e.ends_at >= '9999' AS forever,
       EXISTS (SELECT 1 FROM shop.revocation v WHERE v.entitlement_id = e.id
               AND v.at >= coalesce((SELECT max(c.at) FROM counted c WHERE c.order_id = e.order_id), '')) AS by_staff,
       -- Its credit or its discount may have lost what backed it; `tests/simulation/worth.py` computes how much.
       o.credit + o.discount > 0
       AND EXISTS (SELECT 1 FROM paid p JOIN shop."order" b ON b.id = p.order_id
                   WHERE b.guild_id = o.guild_id AND b.user_id = o.user_id AND b.id <> o.id
                     AND (p.rest < p.amount OR p.dispute <> 0)) AS shaken
FROM shop.entitlement e JOIN shop."order" o ON o.id = e.order_id JOIN judged j ON j.id = o.id;
CREATE INDEX temp.given_order ON given (order_id);

-- An order that was paid once more after its money went back begins anew with that: all days from then.
CREATE TEMP VIEW anew AS
SELECT id, max(back) AS since FROM (
    SELECT v.subject AS id, v.at AS went, g.order_id,
           (SELECT min(b.id) FROM shop.audit b
            WHERE b.subject = v.subject AND b.what = 'entitlement.live' AND b.id > v.id) AS back
    FROM shop.audit v JOIN given g ON g.id = v.subject WHERE v.what = 'entitlement.revoked') w
WHERE EXISTS (SELECT 1 FROM paid p JOIN shop.payment f ON f.provider = p.provider AND f.kind = 'paid' AND f.object_id = p.object_id
              WHERE p.order_id = w.order_id AND p.fits AND p.at > w.went
                AND f.recorded_at <= (SELECT b.at FROM shop.audit b WHERE b.id = w.back))
GROUP BY id;

-- What the log says of each entitlement's time: whether it runs from then on, and when it begins.
CREATE TEMP TABLE log AS
SELECT a.subject AS id, a.id AS nth, micros(a.at) AS at,
       CASE WHEN a.what IN ('entitlement.suspended', 'entitlement.revoked') THEN 0
            WHEN a.what <> 'entitlement.moved' THEN 1 END AS runs,
       micros(json_extract(a.detail, '$.since')) AS since
FROM shop.audit a JOIN given g ON g.id = a.subject LEFT JOIN anew n ON n.id = a.subject
WHERE a.what IN ('entitlement.live', 'entitlement.suspended', 'entitlement.revoked', 'entitlement.ended',
                 'entitlement.replaced', 'entitlement.moved')
  AND a.id >= coalesce(n.since, 0);
CREATE INDEX temp.log_id ON log (id, nth);

CREATE TEMP TABLE stretch AS
SELECT l.id, l.nth, l.at, lead(l.at) OVER (PARTITION BY l.id ORDER BY l.nth) AS until,
       (SELECT r.runs FROM log r WHERE r.id = l.id AND r.nth <= l.nth AND r.runs IS NOT NULL
        ORDER BY r.nth DESC LIMIT 1) AS runs,
       (SELECT s.since FROM log s WHERE s.id = l.id AND s.nth <= l.nth AND s.since IS NOT NULL
        ORDER BY s.nth DESC LIMIT 1) AS since
FROM log l;
CREATE INDEX temp.stretch_id ON stretch (id);

-- Time is given while it runs, and the rest is still to come: from now, or from when it was taken away.
CREATE TEMP TABLE spent AS
SELECT g.id,
       coalesce((SELECT sum(max(0, min(coalesce(t.until, g.now), g.ends) - max(t.at, coalesce(t.since, t.at))))
                 FROM stretch t WHERE t.id = g.id AND t.runs), 0) AS given,
       max(0, g.ends - max(g.starts, coalesce(
           (SELECT min(t.at) FROM stretch t WHERE t.id = g.id AND NOT t.runs
            AND t.nth > coalesce((SELECT max(r.nth) FROM stretch r WHERE r.id = g.id AND r.runs), 0)), g.now))) AS ahead
FROM (SELECT id, micros(starts_at) AS starts, micros(ends_at) AS ends, (SELECT micros(now) FROM setting) AS now
      FROM given WHERE kind IN ('once', 'prepaid')) g;
CREATE INDEX temp.spent_id ON spent (id);

-- How the ledger books a fact: on the provider's account, and on one other.
CREATE TEMP VIEW booked_as AS
SELECT p.provider, p.kind || ':' || p.object_id AS ref, p.order_id, p.currency,
       CASE WHEN p.kind IN ('paid', 'refund_failed', 'dispute_won') THEN p.amount ELSE -p.amount END AS clearing,
       CASE p.kind
         WHEN 'paid' THEN CASE WHEN (SELECT fits FROM paid q WHERE q.provider = p.provider AND q.object_id = p.object_id)
                               THEN 'sales:' || o.tier_id ELSE 'suspense' END
         WHEN 'refunded' THEN 'refunds:' || o.tier_id
         WHEN 'refund_failed' THEN 'refunds:' || o.tier_id
         ELSE 'disputes:' || o.tier_id END AS account
FROM shop.payment p JOIN shop."order" o ON o.id = p.order_id
WHERE p.kind IN ('paid', 'refunded', 'refund_failed', 'disputed', 'dispute_won');

-- What lies at a provider by what it says itself.
CREATE TEMP VIEW held_there AS
SELECT provider, currency,
       sum(CASE WHEN kind = 'payment' THEN amount
                WHEN kind = 'refund' AND state <> 'failed' OR kind = 'dispute' AND state <> 'won' THEN -amount
                ELSE 0 END) AS amount
FROM reported GROUP BY provider, currency;

-- Where the money of each currency is: came = for what was sold + given back + open.
CREATE TEMP VIEW sums AS
SELECT currency, sum(amount) AS came,
       sum(CASE WHEN counts AND dispute = 0 THEN rest ELSE 0 END) AS allocated,
       sum(CASE WHEN dispute = 2 THEN amount ELSE amount - rest END) AS back,
       sum(CASE WHEN dispute = 1 OR dispute = 0 AND NOT counts THEN rest ELSE 0 END) AS open
FROM (SELECT p.*, EXISTS (SELECT 1 FROM counted c WHERE c.provider = p.provider AND c.object_id = p.object_id) AS counts
      FROM paying p)
GROUP BY currency;
