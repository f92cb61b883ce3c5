"""Alerts in a browser: with scripts, without, and by keyboard; feeds that readers discover."""

from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.portal.conftest import Site
from tests.portal.test_accessibility import check
from tests.portal.test_journeys import tab_to

OWN = {"Sec-Fetch-Site": "same-origin"}


async def test_from_the_search_page_to_the_waiting_mail_without_scripts(
    page_without_script: Page, fresh_site: Site
) -> None:
    page = page_without_script
    await page.goto(f"{fresh_site.url}/search?q=预算&kind=budget&sort=newest")
    await page.click("summary:has-text('有新文件时通知我')")
    await page.fill("[name=email]", "reader@example.cn")
    await page.click("text=发送确认邮件")
    await page.wait_for_url("**/alerts/requested")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("查收确认邮件")
    [asked] = fresh_site.services["search"].state.alerts
    assert asked["email"] == "reader@example.cn"
    assert sorted(map(tuple, asked["params"])) == [("kind", "budget"), ("q", "预算")]


async def test_a_wrong_address_is_named_and_what_was_entered_is_kept(page: Page, fresh_site: Site) -> None:
    await page.goto(f"{fresh_site.url}/search?q=预算")
    await page.click("summary:has-text('有新文件时通知我')")
    await page.fill("[name=email]", "reader")
    await page.press("[name=email]", "Enter")
    await page.wait_for_selector(".error-summary")
    assert (await page.title()).startswith("错误：")
    assert await page.input_value("[name=email]") == "reader"
    assert await page.input_value("[name=q]") == "预算"
    await check(page)
    await page.fill("[name=email]", "reader@example.cn")
    await page.check("text=每天早上 8 点汇总成一封")
    await page.click("main button")
    await page.wait_for_url("**/alerts/requested")
    assert fresh_site.services["search"].state.alerts[0]["frequency"] == "daily"


async def test_an_empty_address_is_asked_for(page_without_script: Page, fresh_site: Site) -> None:
    await page_without_script.goto(f"{fresh_site.url}/alerts/new?q=预算")
    await page_without_script.click("text=发送确认邮件")
    await expect(page_without_script.locator(".error-summary")).to_contain_text("请填写电子邮箱")
    assert fresh_site.services["search"].state.alerts == []


async def test_confirming_and_stopping_by_keyboard_alone(page: Page, fresh_site: Site) -> None:
    await page.goto(f"{fresh_site.url}/alerts/confirm?token=to-confirm")
    await tab_to(page, "确认，开始通知我")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("通知已开通")
    await page.goto(f"{fresh_site.url}/alerts/stop?token=to-stop")
    await tab_to(page, "停止通知并删除我的邮箱")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("通知已停止")


async def test_looking_at_a_link_changes_nothing(http: aiohttp.ClientSession, fresh_site: Site) -> None:
    for _ in range(2):
        async with http.get(f"{fresh_site.url}/alerts/confirm?token=to-confirm") as answer:
            assert "确认，开始通知我" in await answer.text()
        async with http.get(f"{fresh_site.url}/alerts/stop?token=to-stop") as answer:
            assert "停止通知并删除我的邮箱" in await answer.text()


@pytest.mark.parametrize("path", ["confirm", "stop"])
async def test_a_wrong_link_is_a_page_that_says_so(http: aiohttp.ClientSession, site: Site, path: str) -> None:
    async with http.get(f"{site.url}/alerts/{path}?token=wrong") as answer:
        assert answer.status == 404
        assert "无效或已过期" in await answer.text()
    async with http.post(f"{site.url}/alerts/{path}", data={"token": "wrong"}, headers=OWN) as answer:
        assert answer.status == 404


async def test_pages_with_a_secret_in_their_address_are_kept_by_nobody(http: aiohttp.ClientSession, site: Site) -> None:
    for path in ("confirm?token=to-confirm", "stop?token=to-stop", "confirm?token=wrong"):
        async with http.get(f"{site.url}/alerts/{path}") as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Robots-Tag"] == "noindex"
            assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/", "/api/feed.atom?"),
        ("/search?q=预算&kind=budget&sort=newest", "/api/feed.atom?q=%E9%A2%84%E7%AE%97&kind=budget"),
        ("/columns/policy", "/api/feed.atom?column=policy"),
    ],
)
async def test_feed_readers_find_the_feed_of_a_page(page: Page, site: Site, path: str, feed: str) -> None:
    await page.goto(site.url + path)
    links = page.locator("link[rel=alternate][type='application/atom+xml']")
    assert await links.count() == 1
    assert await links.get_attribute("href") == feed


async def test_results_can_be_taken_away_as_tables(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/search?q=预算&kind=budget")
    for text, kind in (("CSV 表格", "csv"), ("Excel 表格", "xlsx")):
        address = await page.get_attribute(f"a:has-text('{text}')", "href")
        wanted = dict(parse_qsl(urlsplit(str(address)).query))
        assert urlsplit(str(address)).path == "/api/search/export"
        assert {"q": "预算", "kind": "budget", "format": kind}.items() <= wanted.items()
    await page.click("summary:has-text('有新文件时通知我')")
    await check(page)


async def test_staff_pages_name_no_feed(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/sign-in")
    await page.fill("[name=username]", "admin")
    await page.fill("[name=password]", "sunlight")
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/console**")
    assert await page.locator("link[rel=alternate]").count() == 0
