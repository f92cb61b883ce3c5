"""Every page type in a real browser: no violation axe-core knows of, and nothing wider than the screen."""

from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.portal.conftest import Site, signed_in_page
from tests.portal.pages import CONSOLE_PAGES, OTHER_STATUS, PUBLIC_PAGES, REQUEST_CODE, REQUEST_NUMBER

AXE = Axe().axe_script
RUN = """async (rules) => {
  const options = { resultTypes: ["violations"] };
  if (rules) options.runOnly = { type: "rule", values: rules };
  const found = await axe.run(document, options);
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
}"""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 800}
ONLY_COLOUR = ["color-contrast", "link-in-text-block"]
LOOKS: list[tuple[Any, Literal["light", "dark"], list[str] | None]] = [
    (WIDE, "light", None),
    (WIDE, "dark", ONLY_COLOUR),
    (NARROW, "dark", None),
    (NARROW, "light", ONLY_COLOUR),
]


@pytest.fixture(scope="module")
async def reader(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


@pytest.fixture(scope="module")
async def admin(browser: Browser, site: Site) -> AsyncIterator[Page]:
    page = await signed_in_page(browser, site, "admin")
    yield page
    await page.context.close()


async def violations(page: Page) -> list[str]:
    """What axe finds in both widths and themes; the structure is the same in both themes of a width."""
    await page.evaluate(AXE)
    found = []
    for size, theme, rules in LOOKS:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += [f"{size['width']} {theme} {each}" for each in await page.evaluate(RUN, rules)]
    return found


async def overflow(page: Page) -> list[int]:
    """Pixels by which the page is wider than the screen, at 320 and 360."""
    wider = []
    for width in (320, 360):
        await page.set_viewport_size({"width": width, "height": 800})
        wider.append(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))
    return wider


async def check(page: Page) -> None:
    assert await violations(page) == []
    assert max(await overflow(page)) <= 0


@pytest.mark.parametrize("name", PUBLIC_PAGES)
async def test_public_pages_are_accessible(reader: Page, site: Site, name: str) -> None:
    answer = await reader.goto(site.url + PUBLIC_PAGES[name])
    assert answer is not None
    assert answer.status == OTHER_STATUS.get(name, 200)
    await check(reader)


@pytest.mark.parametrize("name", CONSOLE_PAGES)
async def test_console_pages_are_accessible(admin: Page, site: Site, name: str) -> None:
    answer = await admin.goto(site.url + CONSOLE_PAGES[name])
    assert answer is not None
    assert answer.status == 200
    await check(admin)


async def test_pages_behind_forms_are_accessible(reader: Page, site: Site) -> None:
    await reader.goto(f"{site.url}/requests/progress")
    await reader.fill("[name=number]", REQUEST_NUMBER)
    await reader.fill("[name=code]", REQUEST_CODE)
    await reader.click("main button")
    await reader.wait_for_selector(".deadline")
    await check(reader)


async def test_forms_with_errors_are_accessible(reader: Page, admin: Page, site: Site) -> None:
    await reader.goto(f"{site.url}/requests/new")
    await reader.click("text=下一步：核对")
    await reader.wait_for_selector(".error-summary")
    await check(reader)
    await admin.goto(f"{site.url}/console/documents/new")
    await admin.click("main button")
    await admin.wait_for_selector(".error-summary")
    await check(admin)


async def test_an_opened_case_file_is_accessible(admin: Page, site: Site) -> None:
    await admin.goto(f"{site.url}/console/requests/{REQUEST_NUMBER}")
    await admin.fill("[name=purpose]", "登记")
    await admin.click("main button")
    await admin.wait_for_selector("text=办理经过")
    await check(admin)


async def test_large_text_fits_a_narrow_screen(browser: Browser, site: Site) -> None:
    context = await browser.new_context()
    await context.add_cookies([{"name": "sunlight_text", "value": "large", "url": site.url}])
    page = await context.new_page()
    for path in ("/", "/search?q=预算", "/items/d01", "/requests/new"):
        await page.goto(site.url + path)
        assert await page.get_attribute("html", "data-text") == "large"
        assert max(await overflow(page)) <= 0
    await context.close()
