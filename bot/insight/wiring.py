"""What insight adds to the app: the week's snapshot and the weekly post."""

from __future__ import annotations

from bot.insight.inputs import InsightSources
from bot.insight.metrics.registry import METRICS, Metrics
from bot.insight.service import Insight
from bot.insight.weekly import Weekly
from bot.wiring import Core, Wiring


def wire(core: Core, sources: InsightSources, metrics: Metrics = METRICS) -> tuple[Insight, Weekly, Wiring]:
    """Build the domain; `sources` are the domains whose counts it reads."""
    insight = Insight(core.db, core.clock, core.settings.community.timezone, sources, metrics)
    weekly = Weekly(
        db=core.db,
        clock=core.clock,
        queue=core.queue,
        server=core.server,
        outbox=core.outbox,
        insight=insight,
        texts=core.catalog,
        report=core.settings.report,
    )
    return (
        insight,
        weekly,
        Wiring(
            handlers={
                "report.week": weekly.week,
                "report.post": weekly.post,
            },
            at_start=(weekly.schedule_all,),
        ),
    )
