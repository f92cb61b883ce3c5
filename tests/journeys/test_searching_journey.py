"""From a slip of the keyboard to the document that was meant, and from filtered results to what leaves the page."""

from urllib.parse import quote

import pytest
from playwright.async_api import Locator, Page, expect

from tests.journeys.conftest import Installation
from tests.support.waiting import until

PHONE = {"width": 360, "height": 740}


async def ask_until_read(page: Page, q: str, state: str) -> Locator:
    """What the page says of the words; a stack that has just started learns its words a little later."""
    told = page.locator(f"[data-state={state}]")

    async def is_told() -> bool:
        await page.goto(f"/search?q={quote(q)}")
        return await told.count() > 0

    await until(is_told)
    return told


async def test_a_mistyped_title_is_found_and_offered_as_it_is_written(installation: Installation, page: Page) -> None:
    title = "政府投资项目竣工决算审计实施办法"
    told = await ask_until_read(page, title.replace("决算", "绝算"), "did-you-mean")
    await expect(told).to_have_text(f"您是不是要找：{title}")
    await expect(page.locator("[data-position='1'] .result-title")).to_contain_text(title)
    await page.locator(".did-you-mean").click()
    await expect(page.locator("main [data-search-field]")).to_have_value(title)
    await expect(told).to_have_count(0)


async def test_a_certain_slip_is_mended_and_the_words_typed_are_one_press_away(
    installation: Installation, page: Page
) -> None:
    told = await ask_until_read(page, "政府信息工开指南", "corrected")
    await expect(told).to_have_text("已按“政府信息公开指南”检索，仍检索原词“政府信息工开指南”")
    guide = page.locator(".result-title").filter(has_text="审计局政府信息公开指南")
    await expect(guide.first).to_be_visible()
    await told.get_by_role("link").click()
    await expect(page.locator("[data-state=exact]")).to_be_visible()
    await expect(told).to_have_count(0)


FEED_PAGE = 50


@pytest.mark.parametrize("narrowed", ["from=2018-01-01&has_attachment=true", "exact=1&validity=in_force&to=2026-12-31"])
async def test_what_leaves_the_page_keeps_its_filters(installation: Installation, page: Page, narrowed: str) -> None:
    await page.goto(f"/search?q={quote('审计')}&{narrowed}")
    shown = int((await page.locator("[data-announce]").inner_text()).split()[1])
    assert shown > 0
    table = str(await page.locator(".export-links a").first.get_attribute("href"))
    exported = await page.request.get(table)
    assert int(exported.headers["x-total-count"]) == shown
    feed = await page.request.get(str(await page.locator(".result-tools a[type*=atom]").get_attribute("href")))
    assert (await feed.text()).count("<entry>") == min(shown, FEED_PAGE)
    await page.locator("#alert-box > summary").click()
    await page.locator("#alert-box p a").click()
    await expect(page.locator(".alert-wanted strong")).to_contain_text("“审计”，")


async def test_on_a_phone_the_answer_is_reached_and_stands_out(installation: Installation, page: Page) -> None:
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.goto(f"/search?q={quote('审计组现场踏勘不少于几次')}")
    place = page.locator("[data-position='1'] .answer-place")
    await expect(place).to_be_in_viewport()
    label = await place.inner_text()
    await place.click()
    here = page.locator(":target")
    await expect(here).to_be_in_viewport()
    await expect(here).to_contain_text(label)
    colours = await here.evaluate(
        "e => [e, e.previousElementSibling].map((each) => getComputedStyle(each).backgroundColor)"
    )
    assert colours[0] != colours[1]
