"""What the public does from beginning to end: by keyboard, and without scripts."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.portal.conftest import Site
from tests.portal.pages import REQUEST_CODE, REQUEST_NUMBER


async def tab_to(page: Page, name: str, tries: int = 60) -> None:
    """Press Tab until the focused element has this text or label."""
    for _ in range(tries):
        await page.keyboard.press("Tab")
        text = await page.evaluate("(document.activeElement.labels?.[0] || document.activeElement).textContent.trim()")
        if text.startswith(name):
            return
    raise AssertionError(f"Tab never reached {name}")


async def test_search_by_keyboard_alone(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "跳到正文"
    await page.keyboard.press("/")
    await page.keyboard.type("预算")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/search?q=*")
    await tab_to(page, "关于2025年度县本级预算执行")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("审计结果公告")


async def test_suggestions_are_chosen_with_the_arrow_keys(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await page.fill("#q-large", "部门预算")
    option = page.get_by_role("option").first
    await expect(option).to_be_visible()
    await expect(page.locator("#live")).to_contain_text("条联想")
    await page.keyboard.press("Escape")
    await expect(option).to_be_hidden()
    await page.keyboard.type("公")
    await page.keyboard.press("Backspace")
    await expect(option).to_be_visible()
    await page.keyboard.press("ArrowDown")
    assert await page.get_attribute("#q-large", "aria-activedescendant") == "q-large-suggestions-0"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/items/d02")


async def test_an_input_method_at_work_is_left_alone(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await page.fill("#q-large", "部门预算")
    await expect(page.get_by_role("option").first).to_be_visible()
    stays = """() => { const field = document.querySelector("#q-large");
      field.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", isComposing: true, bubbles: true}));
      return field.getAttribute("aria-activedescendant"); }"""
    assert await page.evaluate(stays) is None


async def test_a_filter_keeps_focus_and_says_the_count(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/search?q=预算")
    await page.evaluate("window.stayed = true")
    await page.locator("#facet-kind-budget").focus()
    await page.keyboard.press("Space")
    await expect(page.locator("#live")).to_have_text("共 2 条结果")
    assert await page.evaluate("window.stayed")
    assert await page.evaluate("document.activeElement.id") == "facet-kind-budget"
    assert "kind=budget" in page.url
    await page.go_back()
    await expect(page.locator("[data-announce]")).to_have_text("共 12 条结果")


async def test_theme_and_text_size_change_at_once_and_stay(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/about")
    async with page.expect_response("**/preferences"):
        await page.get_by_role("button", name="深色").click()
    assert await page.get_attribute("html", "data-theme") == "dark"
    async with page.expect_response("**/preferences"):
        await page.get_by_role("button", name="大字").click()
    await page.goto(f"{site.url}/columns")
    assert await page.get_attribute("html", "data-theme") == "dark"
    assert await page.get_attribute("html", "data-text") == "large"


async def fill_request(page: Page, description: str = "2025年度预算执行审计整改情况") -> None:
    await page.select_option("[name=department]", "audit")
    await page.fill("[name=description]", description)
    await page.fill("[name=name]", "陈某")
    await page.fill("[name=id_number]", "１１０１０５１９４９１２３１００２X")
    await page.fill("[name=email]", "chen@example.cn")


async def test_a_wrong_form_is_explained_and_keeps_what_was_entered(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/requests/new")
    await page.fill("[name=description]", "审计整改情况")
    await page.get_by_role("button", name="下一步").click()
    await expect(page).to_have_title(re.compile("^错误："))
    assert await page.evaluate("document.activeElement.className") == "error-summary"
    assert await page.input_value("[name=description]") == "审计整改情况"
    await page.get_by_role("link", name="请选择受理机关").click()
    assert await page.evaluate("document.activeElement.name") == "department"
    await expect(page.locator("#error-department")).to_contain_text("请选择受理机关")


@pytest.mark.parametrize("scripted", [True, False])
async def test_a_request_is_filed_and_followed(browser: Browser, site: Site, scripted: bool) -> None:
    context = await browser.new_context(java_script_enabled=scripted)
    page = await context.new_page()
    await page.goto(f"{site.url}/requests/new")
    await fill_request(page)
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("核对申请")
    await expect(page.get_by_text("11010519491231002X")).to_be_visible()
    await page.get_by_role("button", name="返回修改").click()
    assert await page.input_value("[name=name]") == "陈某"
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="提交申请").click()
    await page.wait_for_url("**/requests/receipt")
    number, code = await page.locator(".receipt-codes strong").all_inner_texts()
    await page.reload()
    await expect(page.get_by_text(code)).to_be_visible()
    await page.goto(f"{site.url}/requests/progress?number={number}")
    await page.fill("[name=code]", code)
    await page.get_by_role("button", name="查询进度").click()
    await expect(page.locator("[aria-current=step]")).to_contain_text("收到申请")
    await context.close()


async def test_what_is_public_already_is_offered_before_sending(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/requests/new")
    await fill_request(page, "部门预算")
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_role("link", name="2026年部门预算公开")).to_have_count(0)  # the audit office did not
    await page.get_by_role("button", name="返回修改").click()
    await page.select_option("[name=department]", "finance")
    await page.fill("[name=description]", "预算")
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_role("link", name="2026年部门预算公开")).to_be_visible()
    await expect(page.get_by_role("heading", name="这些信息已经公开")).to_be_visible()
    assert await page.locator(".already li").count() <= 3


async def test_a_deadline_explains_every_day(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await page.goto(f"{site.url}/requests/progress")
    await page.fill("[name=number]", REQUEST_NUMBER)
    await page.fill("[name=code]", REQUEST_CODE)
    await page.get_by_role("button", name="查询进度").click()
    days = page.locator(".calendar-days li")
    assert await days.count() == 28
    assert await page.locator(".calendar-days .counted").count() == 20
    await expect(days.filter(has_text="星期六").first).to_be_visible()
    await expect(page.locator(".calendar-days .last")).to_contain_text("第 20 个工作日")


async def test_a_wrong_query_code_says_nothing_about_the_number(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await page.goto(f"{site.url}/requests/progress?number={REQUEST_NUMBER}")
    await page.fill("[name=code]", "WRONG")
    await page.get_by_role("button", name="查询进度").click()
    await expect(page.locator(".error-summary")).to_contain_text("没有找到与此编号和查询码相符的申请")


async def test_search_without_scripts_filters_sorts_and_turns_pages(page_without_script: Page, site: Site) -> None:
    page = page_without_script
    await page.goto(site.url)
    await page.fill("#q-large", "预算")
    await page.get_by_role("button", name="检索").click()
    await page.locator("#facet-kind-budget").check()
    await page.get_by_role("button", name="应用筛选").click()
    await expect(page.locator("[data-announce]")).to_have_text("共 2 条结果")
    await page.get_by_role("link", name=re.compile("去掉条件")).click()
    await page.select_option("#sort", "oldest")
    await page.get_by_role("button", name="应用", exact=True).click()
    assert "sort=oldest" in page.url
    await expect(page.locator(".result").first).to_contain_text("义务教育招生入学")


async def test_a_search_that_finds_nothing_leads_on(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/search?q=量子计算机 采购")
    await expect(page.get_by_role("link", name="采购", exact=True)).to_be_visible()
    await page.get_by_role("link", name="依法提出公开申请").click()
    assert await page.input_value("[name=description]") == "量子计算机 采购"


async def test_when_search_is_away_columns_remain(fresh_site: Site, page: Page) -> None:
    fresh_site.services["search"].state.away = True
    answer = await page.goto(f"{fresh_site.url}/search?q=预算")
    assert answer is not None
    assert answer.status == 503
    await expect(page.get_by_text("检索服务暂时不可用")).to_be_visible()
    await page.get_by_role("link", name="预算决算").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("预算决算")


async def test_a_request_number_may_be_typed_without_dashes_and_full_width(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/requests/progress")
    await page.fill("[name=number]", "２０２６audit００００７")
    await page.fill("[name=code]", REQUEST_CODE)
    await page.get_by_role("button", name="查询进度").click()
    await expect(page.locator(".deadline")).to_be_visible()


async def test_the_latest_on_the_front_page_are_not_national_laws(fresh_site: Site, page: Page) -> None:
    held = fresh_site.services["publishing"].state.published
    law = held["d01"] | {"id": "d80", "title": "中华人民共和国某法", "kind": "regulation"}
    own = dict(held)
    held.clear()
    held.update({"d80": law} | own)
    await page.goto(fresh_site.url)
    await expect(page.locator("#latest")).to_be_visible()
    assert await page.locator(".document-row").count() == 7
    await expect(page.get_by_text("中华人民共和国某法")).to_have_count(0)
    fresh_site.services["search"].state.away = True
    await page.goto(fresh_site.url)
    assert await page.locator(".document-row").count() == 7
    await expect(page.get_by_text("中华人民共和国某法")).to_have_count(0)


PLACEHOLDER_FITS = """() => { const field = document.querySelector("#q-large"), style = getComputedStyle(field);
  const pen = document.createElement("canvas").getContext("2d"); pen.font = style.font;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(field.placeholder).width <= room; }"""


@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_hint_in_the_search_field_fits_a_phone(page: Page, site: Site, size: str, language: str) -> None:
    await page.context.add_cookies([{"name": "sunlight_text", "value": size, "url": site.url}])
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{site.url}/?lang={language}")
    assert await page.evaluate(PLACEHOLDER_FITS)


async def test_tables_are_cards_on_a_phone(page: Page, site: Site) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{site.url}/supervision")
    table = page.get_by_role("table", name="各部门公开情况")
    await expect(table.get_by_role("rowheader").first).to_be_visible()
    assert await table.evaluate("e => e.parentElement.scrollWidth - e.parentElement.clientWidth") <= 0
    assert await table.locator("td").first.evaluate("e => getComputedStyle(e, '::before').content") != "none"


async def test_a_short_cell_of_a_table_has_room_for_five_characters(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/supervision")
    room = "e => { const s = getComputedStyle(e); return parseFloat(s.minWidth) - parseFloat(s.paddingLeft) * 2; }"
    cell = page.locator(".data-table tbody :is(th, td):not(.number)").first
    assert await cell.evaluate(room) >= 5 * 14


async def test_without_a_script_the_filter_button_covers_nothing_on_a_wide_screen(
    page_without_script: Page, site: Site
) -> None:
    await page_without_script.set_viewport_size({"width": 1280, "height": 800})
    await page_without_script.goto(f"{site.url}/search?q=预算")
    bar = page_without_script.locator(".facet-actions")
    assert await bar.evaluate("e => getComputedStyle(e).position") == "static"
