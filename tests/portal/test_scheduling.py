"""定时发布 in the console: with and without script, and every no with its reason."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from portal.dates import NotADate, as_field, read_moment, tomorrow_morning
from portal.wording import CHINA, planned, today
from tests.portal.conftest import Site, signed_in_page
from tests.portal.test_accessibility import check

NINE = datetime(2027, 3, 5, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2027-03-05T09:00", "2027-03-05T09:00:00", "2027-3-5 9:00", "2027年3月5日 9:00", " ２０２７／３／５　９：００ "],
)
def test_a_moment_is_understood_in_chinas_time_however_it_is_written(text: str) -> None:
    assert read_moment(text) == NINE


@pytest.mark.parametrize("text", ["2027-03-05", "9:00", "2027-02-30T09:00", "2027-03-05T24:00", "2027-03-05T9点"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        read_moment(text)


def test_no_moment_is_none_and_a_field_holds_what_was_planned() -> None:
    assert read_moment(" ") is None
    assert as_field(NINE) == "2027-03-05T09:00"
    assert read_moment(as_field(NINE + timedelta(seconds=7))) == NINE + timedelta(seconds=7)
    assert as_field(tomorrow_morning(datetime(2027, 3, 4, 15, 59, tzinfo=UTC))) == "2027-03-05T09:00"
    assert as_field(tomorrow_morning(datetime(2027, 3, 4, 16, 1, tzinfo=UTC))) == "2027-03-06T09:00"


def test_a_planned_moment_names_its_year_when_it_is_another_one() -> None:
    this = datetime(today().year, 3, 5, 9, 0, tzinfo=CHINA)
    assert planned(this) == "3月5日 9:00"
    assert planned(this.replace(year=2099)) == "2099年3月5日 9:00"
    assert planned(None) == ""


@pytest.mark.parametrize("scripted", [True, False])
async def test_a_signed_document_is_planned_moved_and_called_off(
    fresh_site: Site, browser: Browser, scripted: bool
) -> None:
    page = await signed_in_page(browser, fresh_site, "reviewer", java_script_enabled=scripted)
    address = f"{fresh_site.url}/console/documents/n02"
    await page.goto(address)
    await page.fill("[name=publish_at]", "2020-03-05T09:00")
    await page.get_by_role("button", name="到这个时间自动发布").click()
    await expect(page.locator("#error-publish_at")).to_contain_text("发布时间已过")
    assert await page.input_value("[name=publish_at]") == "2020-03-05T09:00"
    if scripted:  # axe is a script itself
        await check(page)
    await page.fill("[name=publish_at]", "")
    await page.get_by_role("button", name="到这个时间自动发布").click()
    await expect(page.locator("#error-publish_at")).to_contain_text("请填写发布时间")

    await page.fill("[name=publish_at]", "2099-02-05T09:30")
    await page.get_by_role("button", name="到这个时间自动发布").click()
    await expect(page.get_by_text("已定时，到时自动公开发布")).to_be_visible()
    await expect(page.get_by_text("定时于 2099年2月5日 9:30 发布")).to_have_count(2)  # beside the title, in the history
    await expect(page.get_by_text("公众在网站、检索、订阅和附件里都看不到")).to_be_visible()
    if scripted:  # axe is a script itself
        await check(page)
    await page.goto(f"{fresh_site.url}/console/documents?scheduled=1")
    times = page.locator("tbody time")
    await expect(times).to_have_text(["2099年1月8日 9:00", "2099年2月5日 9:30", "2099年3月5日 9:00"])
    await page.goto(f"{fresh_site.url}/console")
    await expect(page.get_by_role("region", name="将定时发布的文件").get_by_role("listitem")).to_have_count(3)
    assert (await page.request.get(f"{fresh_site.url}/items/n02")).status == 404

    await page.goto(address)
    assert await page.input_value("[name=publish_at]") == "2099-02-05T09:30"
    await page.fill("[name=publish_at]", "2099-02-06T10:00")
    await page.get_by_role("button", name="改到这个时间自动发布").click()
    await expect(page.locator(".title-block")).to_contain_text("定时于 2099年2月6日 10:00 发布")
    await page.get_by_role("button", name="取消定时，暂不发布").click()
    await expect(page.get_by_text("已取消定时发布")).to_be_visible()
    await expect(page.get_by_text("定时于")).to_have_count(0)
    await page.get_by_role("button", name="公开发布").click()
    await expect(page.get_by_text("已公开发布")).to_be_visible()
    await page.context.close()


async def test_a_plan_on_an_old_page_is_refused_and_one_that_was_not_kept_says_why(
    fresh_site: Site, browser: Browser
) -> None:
    page = await signed_in_page(browser, fresh_site, "reviewer")
    await page.goto(f"{fresh_site.url}/console/documents/n05")
    await expect(page.get_by_text("定时发布没有进行")).to_be_visible()
    await expect(page.get_by_text("栏目“notices”已停用或不存在")).to_be_visible()
    await check(page)
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.get_by_role("button", name="到这个时间自动发布").click()
    await expect(other.get_by_text("已定时，到时自动公开发布")).to_be_visible()
    await page.get_by_role("button", name="到这个时间自动发布").click()
    await expect(page.get_by_text("内容已被他人修改")).to_be_visible()
    await page.context.close()


async def test_nothing_planned_says_how_to_plan(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "reviewer")
    for document in ("n03", "n04"):
        await page.goto(f"{fresh_site.url}/console/documents/{document}")
        await page.get_by_role("button", name="取消定时，暂不发布").click()
        await expect(page.get_by_text("已取消定时发布")).to_be_visible()
    await page.goto(f"{fresh_site.url}/console/documents?scheduled=1")
    await expect(page.get_by_text("没有等待定时发布的文件")).to_be_visible()
    await check(page)
    await page.context.close()
