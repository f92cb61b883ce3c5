"""What search editors do: read the report, put an answer first, teach a word, and see the effect before."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.portal.conftest import Site, signed_in_page
from tests.portal.test_accessibility import check

DESK = "/console/search"


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
async def desk(request: pytest.FixtureRequest, fresh_site: Site, browser: Browser) -> Any:
    """The editor's browser, with and without script; every journey must work in both."""
    page = await signed_in_page(browser, fresh_site, "editor", java_script_enabled=request.param)
    yield page, fresh_site.url
    await page.context.close()


async def test_a_query_without_results_gets_an_answer_of_its_own(desk: tuple[Page, str]) -> None:
    page, url = desk
    await page.goto(f"{url}{DESK}/report")
    row = page.get_by_role("row").filter(has_text="放鞭炮")
    await row.get_by_role("link", name="为“放鞭炮”设推荐").click()
    assert await page.input_value("[name=queries]") == "放鞭炮"
    await page.get_by_role("button", name="保存推荐").click()
    await expect(page.locator("#error-title")).to_contain_text("请填写标题")
    await expect(page.locator("#error-expires_on")).to_contain_text("请填写到期日")
    assert (await page.title()).startswith("错误：")
    await page.fill("[name=title]", "烟花爆竹燃放须知")
    await page.fill("[name=url]", "/items/d01")
    await page.fill("[name=owner]", "应急管理局")
    await page.fill("[name=expires_on_y]", "2027年2月28日")
    await page.get_by_role("button", name="预览结果页").click()
    await expect(page.get_by_role("heading", name="预览：检索“放鞭炮”时")).to_be_visible()
    await expect(page.locator(".search-preview").get_by_role("link", name="烟花爆竹燃放须知")).to_be_visible()
    await page.get_by_role("button", name="保存推荐").click()
    await expect(page.get_by_text("已保存。")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="烟花爆竹燃放须知")).to_contain_text("2027年2月28日")


async def test_a_word_is_taught_after_its_effect_was_seen(desk: tuple[Page, str]) -> None:
    page, url = desk
    await page.goto(f"{url}{DESK}/report")
    await page.get_by_role("link", name="把“放鞭炮”加入词语").click()
    await page.fill("[name=expansions]", "燃放烟花爆竹 0.9\n烟花爆竹")
    await page.get_by_role("button", name="预览效果").click()
    await expect(page.get_by_role("heading", name="预览：检索“放鞭炮”的前十条")).to_be_visible()
    await expect(page.get_by_text("新进前十")).to_be_visible()
    await expect(page.get_by_text("原第 1 位")).to_be_visible()
    await page.get_by_role("button", name="保存词语").click()
    row = page.get_by_role("row").filter(has_text="放鞭炮")
    await expect(row).to_contain_text("燃放烟花爆竹 0.9、烟花爆竹 0.8")


async def test_what_search_refuses_is_said_at_its_field_and_kept(desk: tuple[Page, str]) -> None:
    page, url = desk
    await page.goto(f"{url}{DESK}/vocabulary/new")
    await page.fill("[name=term]", "13800138000")
    await page.get_by_role("button", name="保存词语").click()
    await expect(page.locator("#error-term")).to_contain_text("像是个人信息")
    assert await page.input_value("[name=term]") == "13800138000"


async def test_a_save_over_someone_elses_is_refused_and_kept(fresh_site: Site, browser: Browser) -> None:
    first, second = [await signed_in_page(browser, fresh_site, "editor") for _ in range(2)]
    for page in (first, second):
        await page.goto(f"{fresh_site.url}{DESK}/vocabulary/v0")
    await first.fill("[name=note]", "第一人的说明")
    await first.get_by_role("button", name="保存词语").click()
    await expect(first.get_by_text("已保存。")).to_be_visible()
    await second.fill("[name=note]", "第二人的说明")
    await second.get_by_role("button", name="预览效果").click()
    await expect(second.locator("#preview")).to_be_visible()
    for _ in range(2):  # neither a preview nor a first refusal makes the second's page any newer
        await second.get_by_role("button", name="保存词语").click()
        await expect(second.get_by_text("已被他人修改")).to_be_visible()
        assert await second.input_value("[name=note]") == "第二人的说明"
    for page in (first, second):
        await page.context.close()


async def test_taking_away_shows_what_it_means_first(desk: tuple[Page, str]) -> None:
    page, url = desk
    await page.goto(f"{url}{DESK}/best-bets/b0")
    await page.get_by_role("link", name="删除").click()
    await expect(page.get_by_text("检索 公积金、住房公积金 时不再显示这条推荐。")).to_be_visible()
    await page.get_by_role("button", name="确认删除").click()
    await expect(page.get_by_text("已删除，修改记录保留。")).to_be_visible()
    await expect(page.get_by_text("住房公积金办事指南")).to_have_count(0)


async def test_expiring_and_expired_answers_are_marked(site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, site, "editor")
    await page.goto(f"{site.url}{DESK}/best-bets")
    await expect(page.get_by_role("row").filter(has_text="高考报名")).to_contain_text("即将到期")
    await expect(page.get_by_role("row").filter(has_text="春运")).to_contain_text("已失效")
    await page.context.close()


async def test_those_who_may_only_read_get_no_way_to_change(site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, site, "author")
    for path in ("report", "alerts", "best-bets", "vocabulary", "best-bets/new", "vocabulary/v0"):
        answer = await page.goto(f"{site.url}{DESK}/{path}")
        assert answer is not None
        assert answer.status == 403
    await page.context.close()


async def test_pages_with_previews_errors_nothing_and_no_service_are_accessible(
    fresh_site: Site, browser: Browser
) -> None:
    page = await signed_in_page(browser, fresh_site, "editor")
    await page.goto(f"{fresh_site.url}{DESK}/vocabulary/v0")
    await page.get_by_role("button", name="预览效果").click()
    await page.wait_for_selector("#preview")
    await check(page)
    await page.goto(f"{fresh_site.url}{DESK}/best-bets/b0")
    await page.get_by_role("button", name="预览结果页").click()
    await page.wait_for_selector("#preview")
    await check(page)
    await page.goto(f"{fresh_site.url}{DESK}/best-bets/new")
    await page.get_by_role("button", name="保存推荐").click()
    await page.wait_for_selector(".error-summary")
    await check(page)
    search = fresh_site.services["search"]
    search.state.report = {}
    await page.goto(f"{fresh_site.url}{DESK}/report")
    await expect(page.get_by_text("这段时间还没有检索").first).to_be_visible()
    await check(page)
    search.state.away = True
    answer = await page.goto(f"{fresh_site.url}{DESK}/report")
    assert answer is not None
    assert answer.status == 503
    await expect(page.get_by_text("检索服务没有响应")).to_be_visible()
    await check(page)
    await page.context.close()


async def test_alerts_are_counted_and_nothing_else_is_told(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "editor", java_script_enabled=False)
    search = fresh_site.services["search"]
    search.state.alerts.append({"email": "reader@example.cn"})
    await page.goto(f"{fresh_site.url}{DESK}/report")
    await page.get_by_role("link", name="订阅通知").click()
    subscriptions, letters = page.get_by_role("list", name="订阅"), page.get_by_role("list", name="邮件")
    await expect(subscriptions.get_by_role("listitem")).to_have_text(
        [
            "214 个已确认，生效中",
            re.compile("^6 个等待确认"),
            re.compile("^17 个被订阅人停止.*9 个到期未确认、2 个被邮箱拒收"),
        ]
    )
    await expect(letters.get_by_role("listitem")).to_have_text(
        ["3 封等待发送", re.compile("^486 封已发出"), re.compile("^2 封发送失败")]
    )
    assert "@" not in await page.locator("main").inner_text()
    await page.context.close()


async def test_no_alerts_alerts_switched_off_and_no_service_are_said_and_accessible(
    fresh_site: Site, browser: Browser
) -> None:
    page = await signed_in_page(browser, fresh_site, "editor")
    search = fresh_site.services["search"]
    for counts, said in (({}, "还没有人订阅"), ({"offered": False}, "本站没有开通新文件通知")):
        search.state.alert_counts = counts
        await page.goto(f"{fresh_site.url}{DESK}/alerts")
        await expect(page.get_by_text(said)).to_be_visible()
        await check(page)
    search.state.away = True
    answer = await page.goto(f"{fresh_site.url}{DESK}/alerts")
    assert answer is not None
    assert answer.status == 503
    await expect(page.get_by_text("检索服务没有响应")).to_be_visible()
    await check(page)
    await page.context.close()
