"""The panel of automatic checks: what was found, and a second person letting it pass, without any script."""

import pytest
from playwright.async_api import Browser, expect

from tests.portal.conftest import Site, signed_in_page
from tests.portal.test_accessibility import check

SHEET = "/console/documents/k01"


async def test_a_reviewer_lets_findings_pass_one_by_one_and_signs(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "reviewer", java_script_enabled=False)
    await page.goto(f"{fresh_site.url}{SHEET}/review")
    await expect(page.get_by_text("有 2 项不得公开")).to_be_visible()
    await expect(page.get_by_text("自动检查有“不得公开”的内容")).to_be_visible()
    await expect(page.get_by_role("button", name="通过并签发")).to_have_count(0)
    await page.get_by_label("放行这一处").first.check()
    await page.fill("[name=reason]", "救助公示依法须列明")
    await page.get_by_role("button", name="放行所选检查结果").click()
    await expect(page.get_by_text("已放行所选检查结果，理由已记入经过。")).to_be_visible()
    await expect(page.get_by_text("有 1 项不得公开")).to_be_visible()
    await expect(page.locator(".finding-override")).to_contain_text("救助公示依法须列明")
    await page.fill("[name=reason]", "同上")
    await page.get_by_role("button", name="放行所选检查结果").click()
    await expect(page.locator(".finding.passed")).to_have_count(2)
    await page.get_by_role("button", name="通过并签发").click()
    await expect(page.get_by_text("已签发。")).to_be_visible()
    await page.context.close()


@pytest.mark.parametrize("path", [SHEET, f"{SHEET}/review"])
async def test_a_choice_without_a_tick_or_a_reason_is_refused_where_it_was_made(
    fresh_site: Site, browser: Browser, path: str
) -> None:
    page = await signed_in_page(browser, fresh_site, "reviewer")
    await page.goto(fresh_site.url + path)
    await page.get_by_role("button", name="放行所选检查结果").click()
    await expect(page.locator(".error-summary")).to_contain_text("请勾选要放行的检查结果")
    await expect(page.locator("#error-reason")).to_contain_text("请写明放行的理由")
    await check(page)
    await page.get_by_label("放行这一处").first.check()
    await page.get_by_role("button", name="放行所选检查结果").click()
    await expect(page.get_by_label("放行这一处").first).to_be_checked()
    await expect(page.locator("#error-finding")).to_have_count(0)
    await page.context.close()


async def test_the_author_reads_who_may_let_it_pass_and_has_no_form(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "author")
    await page.goto(fresh_site.url + SHEET)
    await expect(page.get_by_text("由本部门撰稿人以外的审核人")).to_be_visible()
    await expect(page.get_by_role("button", name="放行所选检查结果")).to_have_count(0)
    await page.context.close()


async def test_a_choice_made_on_an_older_version_is_refused_in_a_sentence(fresh_site: Site, browser: Browser) -> None:
    first = await signed_in_page(browser, fresh_site, "reviewer")
    second = await signed_in_page(browser, fresh_site, "reviewer")
    for page in (first, second):
        await page.goto(fresh_site.url + SHEET)
        await page.get_by_label("放行这一处").first.check()
        await page.fill("[name=reason]", "依法公示")
    await first.get_by_role("button", name="放行所选检查结果").click()
    await expect(first.get_by_text("已放行所选检查结果")).to_be_visible()
    await second.get_by_role("button", name="放行所选检查结果").click()
    await expect(second.get_by_text("内容已被他人修改，请刷新后重试")).to_be_visible()
    assert await second.input_value("[name=reason]") == "依法公示"
    for page in (first, second):
        await page.context.close()


async def test_a_clean_document_says_what_was_looked_at(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "author")
    await page.goto(f"{fresh_site.url}/console/documents/n01")
    await expect(page.get_by_text("自动检查没有发现问题")).to_be_visible()
    await expect(page.get_by_text("它不代替人工审查")).to_be_visible()
    await page.context.close()
