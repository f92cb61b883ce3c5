"""The search field as a combobox: grouped, by keyboard, quiet while an input method works, never in the way."""

import asyncio

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.portal.conftest import Site

FIELD = "#q-large"
COMPOSE = """(text) => { const field = document.querySelector("#q-large"); field.focus();
  field.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
  field.value = text;
  field.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true})); }"""
COMPOSED = """() => { const field = document.querySelector("#q-large");
  field.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true})); }"""


def asked_of(page: Page) -> list[str]:
    """Every question sent to the suggestions from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/suggest?" in request.url:
            asked.append(request.url)

    page.on("request", note)
    return asked


async def test_suggestions_come_in_groups_with_their_names(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await page.fill(FIELD, "审计")
    groups = page.get_by_role("group")
    await expect(page.get_by_role("listbox").get_by_role("group", name="部门")).to_contain_text("审计局")
    names = await page.locator(".suggestion-group").all_inner_texts()
    assert names == ["标题", "部门", "栏目", "热门检索"]
    assert await groups.count() >= 4
    await expect(page.locator(FIELD)).to_have_attribute("aria-expanded", "true")
    await expect(page.locator(FIELD)).to_have_role("combobox")


async def test_arrows_move_through_all_groups_and_round(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await page.fill(FIELD, "审计")
    options = page.get_by_role("option")
    await expect(options.first).to_be_visible()
    last = await options.count() - 1
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(FIELD)).to_have_attribute("aria-activedescendant", f"q-large-suggestions-{last}")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(FIELD)).to_have_attribute("aria-activedescendant", "q-large-suggestions-0")
    assert await page.evaluate("document.activeElement.id") == "q-large"


async def test_escape_closes_and_the_arrow_opens_again(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await page.fill(FIELD, "审计")
    await expect(page.get_by_role("listbox")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await expect(page.locator(FIELD)).to_have_value("审计")
    await expect(page.locator(FIELD)).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("listbox")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("listbox")).to_be_hidden()


async def test_what_others_search_for_is_searched_at_once(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await page.fill(FIELD, "预算公")
    await page.get_by_role("group", name="热门检索").get_by_role("option").click()
    await page.wait_for_url("**/search?q=*")
    await expect(page.locator("#field-q")).to_have_value("预算公开")


@pytest.mark.parametrize(
    ("typed", "found"), [("bumenyusuan", "2026年部门预算公开"), ("莒政发〔2018〕", "莒政发〔2018〕11号")]
)
async def test_pinyin_and_numbers_are_understood(page: Page, site: Site, typed: str, found: str) -> None:
    await page.goto(site.url)
    await page.fill(FIELD, typed)
    await expect(page.get_by_role("option").first).to_contain_text(found)


async def test_nothing_is_asked_while_an_input_method_composes(page: Page, site: Site) -> None:
    await page.goto(site.url)
    asked = asked_of(page)
    await page.evaluate(COMPOSE, "shen'ji")
    await page.wait_for_timeout(400)  # well beyond the pause after which a question would have been sent
    assert asked == []
    await page.fill(FIELD, "审计")
    await page.evaluate(COMPOSED)
    await expect(page.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1


async def test_only_the_last_of_quick_letters_is_asked_for(page: Page, site: Site) -> None:
    await page.goto(site.url)
    asked = asked_of(page)
    await page.locator(FIELD).press_sequentially("部门预算公开", delay=20)
    await expect(page.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1


async def test_a_late_answer_to_an_old_question_is_dropped(page: Page, site: Site) -> None:
    held = asyncio.Event()

    async def slow(route: Route) -> None:
        if "%E5%AE%A1%E8%AE%A1" in route.request.url:
            await held.wait()
        await route.continue_()

    await page.route("**/suggest?*", slow)
    await page.goto(site.url)
    async with page.expect_request("**/suggest?*"):
        await page.fill(FIELD, "审计")
    await page.fill(FIELD, "部门预算")
    await expect(page.get_by_role("option").first).to_contain_text("部门预算")
    held.set()
    await page.wait_for_timeout(200)
    await expect(page.get_by_role("option").first).to_contain_text("部门预算")


async def test_without_suggestions_search_still_works(fresh_site: Site, page: Page) -> None:
    await page.goto(fresh_site.url)
    await page.route("**/suggest?*", lambda route: route.abort())
    await page.fill(FIELD, "预算")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-announce]")).to_have_text("共 12 条结果")
