"""What must not happen: scripts of others, forms of others, sessions of others, answers of others."""

import aiohttp
import pytest
from playwright.async_api import Browser, Page
from structlog.testing import capture_logs

from portal.fakes.sample import documents
from portal.preferences import local_path
from portal.sanitising import body, highlight
from portal.sessions import Sessions
from tests.portal.conftest import Site, signed_in_page
from tests.portal.pages import CONSOLE_PAGES, PUBLIC_PAGES

HOSTILE = '<script>window.hit=1</script><img src=x onerror="window.hit=1"><svg onload=window.hit=1>'
OWN = {"Sec-Fetch-Site": "same-origin"}


async def sign_in(http: aiohttp.ClientSession, site: Site, username: str) -> str:
    """Sign in without a browser; returns the session's form token."""
    form = {"username": username, "password": "sunlight"}
    async with http.post(f"{site.url}/sign-in", data=form, headers=OWN, allow_redirects=False) as answer:
        assert answer.status == 303
    async with http.get(f"{site.url}/console") as answer:
        return (await answer.text()).split('name="csrf" value="')[1].split('"')[0]


@pytest.mark.parametrize("path", {**PUBLIC_PAGES, **CONSOLE_PAGES}.values())
async def test_every_page_forbids_foreign_and_inline_code(http: aiohttp.ClientSession, site: Site, path: str) -> None:
    async with http.get(site.url + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        html = await answer.text()
    assert " style=" not in html
    assert " onclick=" not in html
    assert "<style" not in html


async def test_a_failure_of_our_own_carries_the_policy_too(fresh_site: Site, http: aiohttp.ClientSession) -> None:
    fresh_site.app.state.pages._env.filters.pop("day")
    with capture_logs() as logged:
        async with http.get(f"{fresh_site.url}/items/d01") as answer:
            assert answer.status == 500
            assert "Content-Security-Policy" in answer.headers
    assert "page.bug" in {entry["event"] for entry in logged}


async def test_hostile_titles_and_highlights_are_shown_as_text(fresh_site: Site, page: Page) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    held = documents()["d01"] | {"title": HOSTILE, "body_html": HOSTILE, "document_number": HOSTILE}
    publishing, search = fresh_site.services["publishing"], fresh_site.services["search"]
    publishing.state.published["d01"] = held
    assert search.state.published is publishing.state.published
    for path in ("/", "/items/d01", "/search?q=script", "/search?q=预算", "/columns/audit-results"):
        await page.goto(fresh_site.url + path)
        assert await page.evaluate("window.hit") is None
        assert "window.hit=1" in await page.inner_text("main")
    assert dialogs == []


async def test_a_hostile_parked_message_stays_text(browser: Browser, site: Site) -> None:
    page = await signed_in_page(browser, site, "admin")
    await page.goto(f"{site.url}/console/operations/search")
    assert "<script>alert(1)</script>" in await page.inner_text("main")
    await page.context.close()


def test_highlights_keep_only_em() -> None:
    assert highlight([f"<em>预算</em>{HOSTILE}<b>粗</b>"]) == "<em>预算</em>粗"


def test_bodies_lose_scripts_handlers_and_foreign_pictures() -> None:
    html = body(
        '<p onclick="x()">文<a href="javascript:x()">链</a></p><img src="https://evil.example/p.png">' + HOSTILE
    )
    for trace in ("script", "onclick", "javascript:", "evil.example", "onerror", "onload"):
        assert trace not in html


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_is_refused(
    http: aiohttp.ClientSession, site: Site, headers: dict[str, str]
) -> None:
    for path in ("/sign-in", "/preferences", "/requests/new", "/console/documents/new", "/sign-out"):
        async with http.post(site.url + path, data={"username": "author"}, headers=headers) as answer:
            assert answer.status == 403


async def test_our_own_origin_is_accepted_where_the_browser_sends_no_fetch_metadata(
    http: aiohttp.ClientSession, site: Site
) -> None:
    headers = {"Origin": site.url}
    async with http.post(f"{site.url}/sign-in", data={"username": "x"}, headers=headers) as answer:
        assert answer.status == 422


@pytest.mark.parametrize("token", ["", "csrf-of-someone-else"])
async def test_a_change_without_this_sessions_form_token_is_refused(
    http: aiohttp.ClientSession, site: Site, token: str
) -> None:
    await sign_in(http, site, "author")
    form = {"csrf": token, "title": "伪造"}
    async with http.post(f"{site.url}/console/documents/new", data=form, headers=OWN) as answer:
        assert answer.status == 403
        assert "表单已失效" in await answer.text()


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    http: aiohttp.ClientSession, site: Site
) -> None:
    form = {"username": "author", "password": "sunlight"}
    async with http.post(f"{site.url}/sign-in", data=form, headers=OWN, allow_redirects=False) as answer:
        cookie = answer.cookies["sunlight_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"


async def test_over_tls_the_cookie_is_bound_to_the_host(site: Site) -> None:
    assert Sessions(site.app.state.services.identity, secure=True).cookie == "__Host-sunlight"


async def test_wrong_user_and_wrong_password_get_the_same_words(http: aiohttp.ClientSession, site: Site) -> None:
    pages = []
    for username in ("registrar", "no-such-person"):
        form = {"username": username, "password": "wrong"}
        async with http.post(f"{site.url}/sign-in", data=form, headers=OWN) as answer:
            assert answer.status == 422
            pages.append((await answer.text()).replace(username, ""))
    assert pages[0] == pages[1]
    assert "用户名或密码不正确" in pages[0]


async def test_too_many_attempts_are_told_to_wait(fresh_site: Site, http: aiohttp.ClientSession) -> None:
    form = {"username": "author", "password": "wrong"}
    for _ in range(5):
        await (await http.post(f"{fresh_site.url}/sign-in", data=form, headers=OWN)).read()
    async with http.post(f"{fresh_site.url}/sign-in", data=form, headers=OWN) as answer:
        assert "2 分钟后再试" in await answer.text()


async def test_signing_out_ends_the_session_everywhere(http: aiohttp.ClientSession, site: Site) -> None:
    token = await sign_in(http, site, "author")
    before = {cookie.key: cookie.value for cookie in http.cookie_jar}
    async with http.post(f"{site.url}/sign-out", data={"csrf": token}, headers=OWN) as answer:
        assert answer.status == 200
    async with http.get(f"{site.url}/console", cookies=before, allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/sign-in?next=/console"


async def test_a_session_ended_at_identity_is_of_no_use_seconds_later(
    fresh_site: Site, http: aiohttp.ClientSession
) -> None:
    await sign_in(http, fresh_site, "author")
    sessions, (cookie,) = fresh_site.app.state.sessions, list(http.cookie_jar)
    await fresh_site.app.state.services.identity.sign_out(cookie.value)
    at, staff = sessions._kept[cookie.value]
    sessions._kept[cookie.value] = (at - 5.0, staff)
    async with http.get(f"{fresh_site.url}/console", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_people_see_and_open_only_what_their_roles_allow(http: aiohttp.ClientSession, site: Site) -> None:
    await sign_in(http, site, "author")
    async with http.get(f"{site.url}/console") as answer:
        html = await answer.text()
    assert "/console/documents" in html
    assert "/console/operations" not in html
    for path in ("/console/operations", "/console/directory", "/console/requests", "/console/columns/news"):
        async with http.get(site.url + path) as answer:
            assert answer.status == 403
            assert "向本单位管理员申请" in await answer.text()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/search?q=1", "/search?q=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/a\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_going_back_never_leaves_this_site(given: str, kept: str) -> None:
    assert local_path(given) == kept


async def test_the_query_code_of_a_request_never_stands_in_an_address(page: Page, site: Site) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    await page.goto(f"{site.url}/requests/progress")
    await page.fill("[name=number]", "2026-audit-00007")
    await page.fill("[name=code]", "SUN-7421")
    await page.press("[name=code]", "Enter")
    await page.wait_for_selector(".deadline")
    assert not any("SUN-7421" in url for url in seen)


async def test_pages_ask_no_other_site_for_anything(page: Page, site: Site) -> None:
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(site.url) else None)
    for path in ("/", "/search?q=预算", "/items/d01", "/styleguide"):
        await page.goto(site.url + path)
    assert foreign == []
