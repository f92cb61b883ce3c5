"""Searching from the first letter to the article that answers: by keyboard, by touch, and without scripts."""

import json
import re

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.portal.conftest import Site, signed_in_page

PHONE = {"width": 360, "height": 740}


async def ask(page: Page, site: Site, query: str) -> None:
    await page.goto(f"{site.url}/search?q={query}")


async def test_the_answer_is_one_press_away(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await ask(page, site, "养护经费")
    hit = page.locator("[data-hit=d21]")
    await expect(hit.locator(".answer")).to_contain_text("第六章 法律责任")
    await expect(hit.locator("em").first).to_have_text("养护经费")
    await hit.get_by_role("link", name="第七十条").click()
    assert page.url.endswith("/items/d21#a70")
    place = page.locator("#a70")
    await expect(place).to_be_in_viewport()
    await expect(place).to_contain_text("第七十条")
    colours = "e => [e, e.nextElementSibling].map((each) => getComputedStyle(each).backgroundColor)"
    here, beside = await place.evaluate(colours)
    assert here != beside


async def test_older_versions_stand_folded_under_the_newest(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await ask(page, site, "农村公路管理办法")
    await expect(page.locator(".result")).to_have_count(1)
    older = page.locator(".older")
    await expect(older.get_by_role("link")).to_have_count(0)  # closed
    await older.locator("summary").click()
    await expect(older).to_contain_text("已修订")
    await expect(older).to_contain_text("已废止")
    await older.get_by_role("link").first.click()
    await expect(page.locator("[data-state=superseded]")).to_contain_text("本文件已修订")
    await page.locator("[data-state=superseded]").get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("莒南县农村公路管理办法")
    await expect(page.locator(".version-list [aria-current=page]")).to_have_text("莒南县农村公路管理办法")


async def test_an_older_version_alone_leads_to_the_one_in_force(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/search?q=农村公路&year=2021")
    await expect(page.locator(".result .status")).to_contain_text("已修订")
    await expect(page.locator(".in-force a")).to_have_attribute("href", "/items/d21")


async def test_words_left_out_and_added_are_told_and_can_be_undone(page: Page, site: Site) -> None:
    await ask(page, site, "公路养护费怎么出")
    told = page.locator("[data-state=understood]")
    await expect(told).to_contain_text("养护费 → 养护经费")
    await expect(told.locator(".word").first).to_have_text("怎么")
    await told.get_by_role("link", name="按原词检索").click()
    await expect(page.locator("[data-state=exact]")).to_be_visible()
    assert "exact=1" in page.url
    await page.get_by_role("link", name="同时检索相近的说法").first.click()
    await expect(told).to_be_visible()


async def test_a_misspelt_word_is_offered_as_it_is_written(page: Page, site: Site) -> None:
    await ask(page, site, "予算")
    await page.locator(".did-you-mean").click()
    await expect(page.locator("[data-announce]")).to_have_text("共 12 条结果")
    await expect(page.locator("#field-q")).to_have_value("预算")


async def test_what_was_probably_meant_is_offered_beside_results_and_keeps_the_filters(
    page_without_script: Page, site: Site
) -> None:
    page = page_without_script
    await ask(page, site, "预算公&kind=budget")
    await expect(page.locator("[data-state=results] .result")).not_to_have_count(0)
    await expect(page.locator("[data-state=did-you-mean]")).to_have_text("您是不是要找：预算公开")
    await page.locator(".did-you-mean").click()
    await expect(page.locator("#field-q")).to_have_value("预算公开")
    await expect(page.get_by_role("link", name=re.compile(r"去掉条件：\s*预算决算"))).to_be_visible()


async def test_a_slip_that_is_certain_is_mended_and_said_and_can_be_undone(
    page_without_script: Page, site: Site
) -> None:
    page = page_without_script
    await ask(page, site, "审记")
    told = page.locator("[data-state=corrected]")
    await expect(told).to_have_text("已按“审计”检索，仍检索原词“审记”")
    await expect(page.locator("#field-q")).to_have_value("审记")
    await expect(page.locator("[data-state=results]")).to_be_visible()
    await told.get_by_role("link").click()
    assert "exact=1" in page.url
    await expect(page.locator("[data-state=exact]")).to_contain_text("正在按原词检索")
    await expect(page.locator("[data-state=nothing]")).to_be_visible()


async def test_a_best_bet_says_who_stands_for_it(page: Page, site: Site) -> None:
    await ask(page, site, "预算")
    await expect(page.locator(".best-bets")).to_contain_text("由财政局推荐")
    await expect(page.locator(".best-bets a")).to_have_attribute("href", "/columns/budget")


async def test_filters_are_chosen_together_without_scripts(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await ask(page, site, "预算")
    await page.locator("#facets > summary").click()
    await page.get_by_label("预算决算 2条").first.check()
    await page.get_by_label("通知公告 2条").first.check()
    await page.fill("[name=from]", "2026-11-01")
    await page.get_by_role("button", name="应用筛选").click()
    await expect(page.locator("[data-announce]")).to_have_text("共 2 条结果")
    assert page.url.count("kind=") == 2
    await page.get_by_role("link", name=re.compile(r"去掉条件：\s*通知公告")).click()
    await expect(page.locator("[data-announce]")).to_have_text("共 1 条结果")
    await page.get_by_role("link", name=re.compile(r"去掉条件：\s*2026-11-01 以后")).click()
    await expect(page.locator("[data-announce]")).to_have_text("共 2 条结果")


async def test_on_a_phone_the_sheet_stays_open_while_one_chooses(browser: Browser, site: Site) -> None:
    context = await browser.new_context(viewport=PHONE, has_touch=True)  # type: ignore[arg-type]
    page = await context.new_page()
    await ask(page, site, "预算")
    await expect(page.locator("#facets form")).to_be_hidden()
    await page.locator("#facets > summary").tap()
    await page.locator("#facet-kind-budget").tap()
    await expect(page.locator("#live")).to_have_text("共 2 条结果")
    await expect(page.locator("#facets form")).to_be_visible()
    await page.locator("#facet-kind-notice").tap()
    await expect(page.locator("#live")).to_have_text("共 4 条结果")
    assert await page.evaluate("document.activeElement.id") == "facet-kind-notice"
    await page.get_by_role("button", name="查看 4 条结果").tap()
    await expect(page.locator("#facets form")).to_be_hidden()
    await expect(page.locator("#results")).to_be_focused()
    await context.close()


async def test_on_a_phone_groups_are_folded_and_escape_closes_the_sheet(browser: Browser, site: Site) -> None:
    context = await browser.new_context(viewport=PHONE, has_touch=True)  # type: ignore[arg-type]
    page = await context.new_page()
    await ask(page, site, "预算&year=2026")
    await page.locator("#facets > summary").tap()
    folds = {name: page.locator(f"#facet-{name}") for name in ("kind", "department", "year")}
    await expect(folds["kind"].get_by_role("checkbox").first).to_be_visible()
    await expect(folds["year"].locator("summary").first).to_have_text("年份 已选 1 项")
    await expect(folds["year"].get_by_role("checkbox").first).to_be_visible()
    await expect(folds["department"].get_by_role("checkbox")).to_have_count(0)
    await folds["department"].locator("summary").first.tap()
    await folds["department"].get_by_role("checkbox").first.tap()
    await expect(page.locator(".chip")).to_have_count(3)
    await expect(folds["department"].get_by_role("checkbox").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#facets form")).to_be_hidden()
    await expect(page.locator("#facets > summary")).to_be_focused()
    await context.close()


async def test_chosen_filters_stand_as_chips_with_their_counts(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await ask(page, site, "预算&kind=budget&kind=notice&from=2026-01-01")
    chips = page.get_by_role("list", name="已选条件").get_by_role("listitem")
    said = ["预算决算 2条 ×", "通知公告 2条 ×", "2026-01-01 以后 ×"]
    await expect(chips).to_have_text([*(f"去掉条件：{each}" for each in said), "清除全部条件"])


async def test_the_first_result_of_a_phone_is_not_pushed_below_the_screen(page: Page, site: Site) -> None:
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await ask(page, site, "养护经费")
    await expect(page.locator("[data-position='1'] .answer-place")).to_be_in_viewport()


async def test_columns_are_offered_as_a_tree(page: Page, site: Site) -> None:
    await ask(page, site, "预算")
    rows = page.locator("[data-facet=column] li")
    assert [await row.get_attribute("class") for row in (await rows.all())[:2]] == [None, "depth-1"]


async def test_results_do_not_jump_when_the_page_arrives(page: Page, site: Site) -> None:
    await page.add_init_script(
        """window.shift = 0; new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shift += entry.value;
        }).observe({type: "layout-shift", buffered: true});"""
    )
    for size in (PHONE, {"width": 1280, "height": 860}):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await ask(page, site, "预算")
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate("window.shift") < 0.02


async def test_pages_are_turned_to_the_end_of_what_may_be_turned(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await ask(page, site, "简报")
    await expect(page.get_by_text("第 1 页，共 3 页")).to_be_visible()
    await page.get_by_role("link", name="下一页").click()
    await expect(page.get_by_text("只能翻看前 40 条")).to_be_visible()
    await expect(page.locator("#facet-kind-news")).to_be_visible()  # counts are those of the first page
    await expect(page.locator("[data-position]").first).to_have_attribute("data-position", "21")
    await page.get_by_role("link", name="回到第一页").click()
    await expect(page.locator("[data-position]").first).to_have_attribute("data-position", "1")


async def test_nothing_found_says_what_would_be_found(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await ask(page, site, "不存在的词 简报")
    tries = page.locator(".tries")
    await expect(tries).to_contain_text("45 条")
    await tries.get_by_role("link", name="简报").click()
    await expect(page.locator("[data-announce]")).to_have_text("共 45 条结果")
    await page.goto(f"{site.url}/search?q=预算&year=1999")
    await expect(page.locator("[data-state=nothing]")).to_contain_text("去掉全部筛选条件 12 条")


async def test_a_question_too_long_is_explained_and_kept(page: Page, site: Site) -> None:
    answer = await page.goto(f"{site.url}/search?q={'很长的问题' * 50}")
    assert answer is not None
    assert answer.status == 422
    await expect(page).to_have_title(re.compile("^错误："))
    await page.get_by_role("link", name=re.compile("检索词最多 200 个字，您输入了 250 个")).click()
    await expect(page.locator("#field-q")).to_be_focused()
    await page.get_by_role("link", name="只用前 200 个字检索").click()
    await expect(page.locator("[data-state=nothing]")).to_be_visible()


async def test_dates_that_make_no_range_are_explained_and_kept(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await page.goto(f"{site.url}/search?q=预算&from=2026-12-01&to=2026-01-01")
    await expect(page.locator("#error-from")).to_contain_text("开始日期晚于结束日期")
    await expect(page.locator("#field-from")).to_have_value("2026-12-01")
    await page.goto(f"{site.url}/search?q=预算&from=三月")
    await expect(page.locator("#error-from")).to_contain_text("不是有效的日期")


async def test_a_refusal_is_told_in_the_words_of_search(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/search?q=预算&cursor=x")
    await expect(page.locator("[data-state=refused]")).to_contain_text("翻页标记无效")
    await page.get_by_role("link", name="从第一页重新检索").click()
    await expect(page.locator("[data-announce]")).to_have_text("共 12 条结果")


async def test_an_answer_of_a_part_of_the_index_says_so(page: Page, site: Site) -> None:
    await ask(page, site, "部分超时")
    await expect(page.locator("[data-state=partial]")).to_contain_text("结果可能不全")


async def test_while_search_is_away_the_rest_stays_and_one_can_try_again(fresh_site: Site, page: Page) -> None:
    search = fresh_site.services["search"]
    search.state.away = True
    answer = await page.goto(f"{fresh_site.url}/search?q=预算&kind=budget")
    assert answer is not None
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    await expect(page.get_by_role("link", name="预算决算")).to_be_visible()
    item = await page.goto(f"{fresh_site.url}/items/d21")
    assert item is not None
    assert item.status == 200
    await page.go_back()
    search.state.away = False
    await page.get_by_role("link", name="重新检索").click()
    await expect(page.locator("[data-announce]")).to_have_text("共 2 条结果")


async def test_staff_see_why_a_result_stands_where_it_stands(browser: Browser, page: Page, site: Site) -> None:
    staff = await signed_in_page(browser, site, "editor")
    await ask(staff, site, "养护")
    await staff.locator(".why > summary").first.click()
    await expect(staff.locator(".reasons").first).to_contain_text("标题")
    await staff.context.close()
    await ask(page, site, "养护")
    await expect(page.locator(".why")).to_have_count(0)


async def test_an_opened_result_is_told_to_search(page: Page, site: Site) -> None:
    told: list[dict[str, object]] = []

    async def clicked(route: Route) -> None:
        told.append(json.loads(route.request.post_data or "{}"))
        await route.fulfill(status=204)

    await page.route("**/api/search/clicks", clicked)
    await ask(page, site, "简报&cursor=20&page=2")
    await page.locator(".result-title a").nth(1).click()
    await page.wait_for_url("**/items/*")
    assert told == [{"q": "简报", "id": "e24", "position": 22}]


@pytest.mark.parametrize("path", ["/search?q=预算&kind=budget&sort=newest", "/search?q=预算&exact=1&from=2026-09-01"])
async def test_sorting_keeps_every_condition(page_without_script: Page, site: Site, path: str) -> None:
    page = page_without_script
    await page.goto(site.url + path)
    before = await page.locator("[data-announce]").inner_text()
    await page.select_option("#sort", "oldest")
    await page.get_by_role("button", name="应用", exact=True).click()
    assert await page.locator("[data-announce]").inner_text() == before
    assert "sort=oldest" in page.url
