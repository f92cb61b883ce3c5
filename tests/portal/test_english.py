"""The public site in English: no Chinese but what is marked as such, accessible, chosen without losing the place."""

from collections.abc import AsyncIterator
from html.parser import HTMLParser

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from portal.languages import COOKIE, has_choice
from portal.translations import is_chinese
from tests.portal.conftest import Site, signed_in_page
from tests.portal.pages import PUBLIC_PAGES, REQUEST_CODE, REQUEST_NUMBER
from tests.portal.test_accessibility import check

ENGLISH_PAGES = {name: path for name, path in PUBLIC_PAGES.items() if has_choice(path)}
READ_OUT = {"alt", "aria-label", "label", "placeholder", "title"}
SPOKEN_DATA = {"data-count", "data-done", "data-found", "data-loading", "data-none", "data-place", "data-scripted"}
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "rect", "path", "source", "wbr"}
NAMED_BY_DATA = ("search", "item", "tombstone", "column", "catalogue-item")  # their titles hold words of documents
IN_ENGLISH = {"Cookie": f"{COOKIE}=en"}


class Foreign(HTMLParser):
    """Collects the Chinese a screen reader would read with an English voice."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: list[str] = []

    @property
    def language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        language = dict(attrs).get("lang") or self.language
        if tag not in EMPTY:
            self.open.append((tag, language))
        for name, value in attrs:
            if name in READ_OUT | SPOKEN_DATA:
                self._see(language, f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = self.open[-1][0] if self.open else ""
        if inside not in ("textarea", "title"):  # what was typed stays as it was typed
            self._see(self.language, f"{inside} {data.strip()}")

    def _see(self, language: str, text: str) -> None:
        if is_chinese(text) and not language.startswith("zh"):
            self.found.append(text)


def foreign(html: str) -> list[str]:
    parser = Foreign()
    parser.feed(html)
    return parser.found


def test_chinese_is_found_unless_it_is_marked() -> None:
    page = '<html lang="en"><p>公 <b lang="zh-CN">开<i>信<br>息</i></b> 目<img alt="录"></p>'
    assert foreign(page) == ["p 公", "p 目", "img alt=录"]


@pytest.fixture(scope="module")
async def reader(browser: Browser) -> AsyncIterator[Page]:
    """Someone whose browser knows English only."""
    context = await browser.new_context(locale="en-GB")
    yield await context.new_page()
    await context.close()


@pytest.mark.parametrize("name", ENGLISH_PAGES)
async def test_pages_hold_no_chinese_but_what_is_marked(http: aiohttp.ClientSession, site: Site, name: str) -> None:
    async with http.get(site.url + ENGLISH_PAGES[name], headers=IN_ENGLISH) as answer:
        page = await answer.text()
    assert '<html lang="en"' in page
    assert foreign(page) == []
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert title.endswith("Sunlight Open Government")
    assert name.startswith(NAMED_BY_DATA) or not is_chinese(title)


@pytest.mark.parametrize("name", ENGLISH_PAGES)
async def test_pages_are_accessible_in_english(reader: Page, site: Site, name: str) -> None:
    await reader.goto(site.url + ENGLISH_PAGES[name])
    assert await reader.get_attribute("html", "lang") == "en"
    await check(reader)


async def test_progress_explains_the_deadline_in_english(reader: Page, site: Site) -> None:
    await reader.goto(f"{site.url}/requests/progress")
    await reader.get_by_label("Request number").fill(REQUEST_NUMBER)
    await reader.get_by_label("Access code").fill(REQUEST_CODE)
    await reader.get_by_role("button", name="Check progress").click()
    await expect(reader.locator(".deadline")).to_contain_text("Working day 20")
    await expect(reader.locator(".deadline-head")).to_contain_text("December 2026")
    assert foreign(await reader.content()) == []
    await check(reader)


async def test_a_request_is_filed_in_english(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/requests/new?lang=en")
    await page.get_by_role("button", name="Next: check").click()
    summary = page.locator(".error-summary")
    await expect(summary).to_contain_text("Choose the authority")
    assert (await page.title()).startswith("Error: ")
    assert foreign(await page.content()) == []
    await check(page)
    await page.select_option("[name=department]", "audit")
    for name, value in {"description": "审计整改", "name": "Chen", "id_number": "0001", "email": "a@b.cn"}.items():
        await page.fill(f"[name={name}]", value)
    await page.get_by_role("button", name="Next: check").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your request")
    assert foreign(await page.content()) == []
    await page.get_by_role("button", name="Submit the request").click()
    await expect(summary).to_contain_text("The resident identity card number is not valid")  # what intake said
    await page.fill("[name=id_number]", "1001")
    await page.get_by_role("button", name="Next: check").click()
    await page.get_by_role("button", name="Submit the request").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your request has been filed")
    assert foreign(await page.content()) == []


async def test_wrong_codes_and_passwords_are_explained_in_english(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/requests/progress?lang=en")
    for name in ("number", "code"):
        await page.fill(f"[name={name}]", "x")
    await page.get_by_role("button", name="Check progress").click()
    await expect(page.locator(".error-summary")).to_contain_text("No request has this number")
    await page.goto(f"{site.url}/sign-in")
    for name in ("username", "password"):
        await page.fill(f"[name={name}]", "x")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".error-summary")).to_contain_text("User name or password is wrong")


async def test_the_switch_keeps_the_place_and_is_remembered_without_script(
    page_without_script: Page, site: Site
) -> None:
    page = page_without_script
    await page.goto(f"{site.url}/search?q=预算&kind=budget&kind=notice&sort=newest")
    await page.get_by_role("link", name="English", exact=True).click()
    await expect(page.get_by_role("heading", level=2).first).to_contain_text("results")
    assert await page.locator(".chips .chip").count() == 3
    assert await page.input_value("#field-q") == "预算"
    await page.goto(f"{site.url}/columns")
    assert await page.get_attribute("html", "lang") == "en"
    await page.get_by_role("link", name="中文", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("栏目")
    await page.goto(f"{site.url}/about")
    assert await page.get_attribute("html", "lang") == "zh-CN"


async def test_the_switch_follows_filters_that_the_script_applied(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/search?q=预算&lang=en")
    await page.get_by_label("Budgets and final accounts").check()
    await expect(page.locator("#live")).to_contain_text("results")
    await page.get_by_role("link", name="中文", exact=True).click()
    await expect(page.locator(".chips")).to_contain_text("预算决算")


async def test_suggestions_are_announced_in_english(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/?lang=en")
    await page.fill("#q-large", "部门预算")
    await expect(page.locator(".suggestion-group").first).to_have_text("Titles")
    await expect(page.locator("#live")).to_contain_text("Suggestions: ")
    assert await page.get_by_role("option").first.get_attribute("lang") == "zh-CN"


async def test_the_address_wins_over_the_cookie_and_the_cookie_over_the_browser(
    http: aiohttp.ClientSession, site: Site
) -> None:
    async def language(path: str, **headers: str) -> str | None:
        http.cookie_jar.clear()
        async with http.get(site.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()}) as answer:
            return answer.headers.get("Content-Language")

    assert await language("/") == "zh-CN"
    assert await language("/", Accept_Language="en-GB,en;q=0.8") == "en"
    assert await language("/", Accept_Language="en-GB", Cookie=f"{COOKIE}=zh-CN") == "zh-CN"
    assert await language("/?lang=xx", Cookie=f"{COOKIE}=en") == "en"
    assert await language("/?lang=zh-CN", Cookie=f"{COOKIE}=en") == "zh-CN"
    assert await language("/styleguide", Cookie=f"{COOKIE}=en") == "zh-CN"
    assert await language("/nowhere", Cookie=f"{COOKIE}=en") == "en"


async def test_caches_are_told_what_the_language_depends_on(http: aiohttp.ClientSession, site: Site) -> None:
    for path in ("/", "/search?q=预算", "/nowhere", "/suggest?q=预算"):
        async with http.get(site.url + path, headers=IN_ENGLISH) as answer:
            assert answer.headers["Vary"] == "Accept-Language, Cookie"
            assert (answer.headers["Content-Language"], answer.headers["Cache-Control"]) == ("en", "private, no-cache")
            assert "ETag" not in answer.headers


async def test_search_engines_find_both_languages(http: aiohttp.ClientSession, site: Site) -> None:
    here = site.app.state.public_url
    async with http.get(f"{site.url}/items/d01?lang=en") as answer:
        page = await answer.text()
        cookie = answer.headers["Set-Cookie"]
    for code, address in (("zh-CN", "?lang=zh-CN"), ("en", "?lang=en"), ("x-default", "")):
        assert f'<link rel="alternate" hreflang="{code}" href="{here}/items/d01{address}">' in page
    assert f'<link rel="canonical" href="{here}/items/d01?lang=en">' in page
    assert cookie == f"{COOKIE}=en; Max-Age=31536000; Path=/; HttpOnly; SameSite=lax"


async def test_the_language_is_no_condition_of_a_search_or_an_alert(http: aiohttp.ClientSession, site: Site) -> None:
    async with http.get(f"{site.url}/alerts/new?q=预算&lang=en") as answer:
        page = await answer.text()
    assert 'name="q"' in page
    assert 'name="lang"' not in page
    async with http.get(f"{site.url}/console?lang=en", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/sign-in?next=/console"


async def test_the_console_stays_chinese(browser: Browser, site: Site) -> None:
    page = await signed_in_page(browser, site, "admin", locale="en-GB")
    await page.goto(f"{site.url}/console?lang=en")
    assert await page.get_attribute("html", "lang") == "zh-CN"
    await expect(page.get_by_role("heading", level=1)).to_contain_text("您好")
    assert await page.locator("[data-language]").count() == 0
    await page.goto(site.url)
    assert await page.get_attribute("html", "lang") == "en"
    assert foreign(await page.content()) == []
    await page.context.close()


async def test_a_refused_change_and_an_absent_service_are_explained_in_english(
    fresh_site: Site, http: aiohttp.ClientSession
) -> None:
    async with http.post(f"{fresh_site.url}/requests/new", headers=IN_ENGLISH) as answer:
        assert answer.status == 403
        assert "Request refused" in await answer.text()
    fresh_site.services["search"].state.away = True
    async with http.get(f"{fresh_site.url}/search?q=x", headers=IN_ENGLISH) as answer:
        page = await answer.text()
        assert (answer.status, foreign(page)) == (503, [])
        assert "Search is unavailable at the moment" in page
