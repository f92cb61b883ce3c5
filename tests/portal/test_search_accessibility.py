"""What opens, appears or fails on the search and item pages: no violation axe-core knows of there either."""

from playwright.async_api import Browser, Page, expect

from tests.portal.conftest import Site, signed_in_page
from tests.portal.test_accessibility import check, overflow, violations


async def test_open_suggestions_are_accessible(page: Page, site: Site) -> None:
    for path, field in (("/", "#q-large"), ("/search", "#field-q")):
        await page.goto(site.url + path)
        await page.fill(field, "审计")
        await expect(page.get_by_role("option").first).to_be_visible()
        await page.keyboard.press("ArrowDown")
        assert await violations(page) == []
        assert max(await overflow(page)) <= 0


async def test_the_open_sheet_of_filters_is_accessible(page: Page, site: Site) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{site.url}/search?q=预算&kind=budget")
    await page.locator("#facets > summary").click()
    await page.locator(".facet-more > summary").first.click()
    await check(page)


async def test_the_open_contents_of_a_long_text_are_accessible(page: Page, site: Site) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{site.url}/items/d21")
    await page.locator("#contents > summary").click()
    await page.locator(".contents-articles > summary").first.click()
    await page.fill("#find", "养护")
    await expect(page.locator("[data-found]")).to_contain_text("处")
    await check(page)


async def test_unfolded_versions_and_reasons_are_accessible(browser: Browser, site: Site) -> None:
    page = await signed_in_page(browser, site, "editor")
    await page.goto(f"{site.url}/search?q=养护经费")
    for part in (".older", ".why"):
        await page.locator(f"{part} > summary").first.click()
    await check(page)
    await page.context.close()


async def test_the_page_without_search_is_accessible(fresh_site: Site, page: Page) -> None:
    fresh_site.services["search"].state.away = True
    await page.goto(f"{fresh_site.url}/search?q=预算")
    await expect(page.locator("[data-state=away]")).to_be_visible()
    await check(page)


async def test_large_text_keeps_one_column_with_folded_filters_and_contents(browser: Browser, site: Site) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    await context.add_cookies([{"name": "sunlight_text", "value": "large", "url": site.url}])
    page = await context.new_page()
    for path, part in (("/search?q=预算", "#facets"), ("/items/d21", "#contents")):
        await page.goto(site.url + path)
        await expect(page.locator(f"{part} > summary")).to_be_visible()
        await check(page)
    await context.close()


async def test_a_law_is_reached_from_the_first_key_without_a_pointer(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/search")
    await page.keyboard.press("/")
    await expect(page.locator("#field-q")).to_be_focused()
    await page.keyboard.type("养护经费")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/search?q=*")
    await page.locator("#facets").evaluate("e => e.querySelector('.facet-skip a').focus()")
    await expect(page.locator(".facet-skip")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("#results")).to_be_focused()
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.className") == "answer-place":
            break
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/items/d21#a70")
