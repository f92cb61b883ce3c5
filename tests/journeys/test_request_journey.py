"""A citizen asks, the office answers, and each sees what they should: in the browser, on the real stack."""

from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import Installation

QUESTION = "2025年度老旧小区改造资金审计发现问题的整改清单"
ANSWER = "整改清单共十二项，已全部完成，随本答复提供复制件。"


async def sign_in(browser: Browser, installation: Installation, username: str) -> Page:
    """A staff member's own browser, signed in at the console."""
    context = await browser.new_context(base_url=installation.origin, locale="zh-CN")
    page = await context.new_page()
    name, password = installation.sign_in(username)
    await page.goto("/sign-in")
    await page.fill("[name=username]", name)
    await page.fill("[name=password]", password)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url("**/console**")
    return page


async def act(page: Page, number: str, action: str, text: str = "", outcome: str = "") -> None:
    """Open the case for a purpose and do one thing with it."""
    await page.goto(f"/console/requests/{number}")
    await page.fill("[name=purpose]", "办理申请")
    await page.get_by_role("button", name="打开案卷").click()
    choice = page.get_by_label(action, exact=True)
    await choice.check()
    await page.fill("textarea[name=text]", text)
    if outcome:
        await page.select_option("[name=outcome]", outcome)
    await page.get_by_role("button", name="办理", exact=True).click()
    await page.wait_for_url("**/console/requests?*")


async def file(page: Page) -> tuple[str, str]:
    """File the request as a citizen; number and query code from the receipt."""
    await page.goto("/requests/new")
    await page.select_option("[name=department]", "audit")
    await page.fill("[name=description]", QUESTION)
    await page.fill("[name=name]", "陈某某")
    await page.fill("[name=id_number]", "11010519491231002X")
    await page.fill("[name=email]", "chen@example.cn")
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="提交申请").click()
    await page.wait_for_url("**/requests/receipt")
    number, code = await page.locator(".receipt-codes strong").all_inner_texts()
    return number, code


async def follow(page: Page, number: str, code: str) -> None:
    await page.goto(f"/requests/progress?number={number}")
    await page.fill("[name=code]", code)
    await page.get_by_role("button", name="查询进度").click()


async def test_a_request_is_filed_handled_by_three_people_and_its_reply_read(
    browser: Browser, installation: Installation, page: Page
) -> None:
    number, code = await file(page)
    await follow(page, number, code)
    await expect(page.locator("main")).to_contain_text("工作日")
    registrar = await sign_in(browser, installation, "audit_registrar")
    handler = await sign_in(browser, installation, "audit_handler")
    approver = await sign_in(browser, installation, "audit_approver")
    await act(registrar, number, "登记")
    await act(handler, number, "受理")
    await act(handler, number, "起草答复", ANSWER, "R3.1")
    await act(handler, number, "提交签发")
    await act(approver, number, "签发")
    await act(registrar, number, "送达")
    await follow(page, number, code)
    await expect(page.locator("main")).to_contain_text(ANSWER)
    for staff in (registrar, handler, approver):
        await staff.context.close()


async def test_nothing_of_the_applicant_stands_on_the_desk_list(
    browser: Browser, installation: Installation, page: Page
) -> None:
    number, _ = await file(page)
    registrar = await sign_in(browser, installation, "audit_registrar")
    await registrar.goto("/console/requests")
    listed = await registrar.locator("main").inner_text()
    assert number in listed
    assert "陈某某" not in listed
    assert QUESTION not in listed
    await registrar.context.close()


async def test_a_stranger_cannot_open_the_console(page: Page) -> None:
    await page.goto("/console/requests")
    await expect(page.get_by_role("button", name="登录")).to_be_visible()
