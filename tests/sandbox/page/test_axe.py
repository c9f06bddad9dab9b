"""Every state of the page before axe-core: nothing serious or critical."""

from __future__ import annotations

from tests.sandbox.page.axe import violations
from tests.sandbox.page.conftest import Open
from tests.sandbox.people import Control


async def test_what_keeps_people_out_is_found(open_page: Open) -> None:
    page = await open_page("#ann/general")
    await page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: 'data:,', width: 50, height: 50}))"
    )

    assert any("critical image-alt" in one for one in await violations(page))


async def test_the_main_view(open_page: Open, control: Control) -> None:
    await control.post("say", who="bob", channel="general", content="**hello** `there`")
    page = await open_page("#ann/general")

    assert await violations(page) == []
