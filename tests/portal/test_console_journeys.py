"""What staff do from beginning to end: two people for a document, a purpose for a case, a reason for each no."""

from playwright.async_api import Browser, FilePayload, expect

from portal.fakes.sample import COLUMNS
from tests.portal.conftest import Site, signed_in_page
from tests.portal.pages import REQUEST_NUMBER
from tests.portal.test_accessibility import check


async def test_a_document_goes_from_draft_to_the_public_by_two_people(fresh_site: Site, browser: Browser) -> None:
    author = await signed_in_page(browser, fresh_site, "author")
    await author.goto(f"{fresh_site.url}/console/documents/new")
    await author.fill("[name=title]", "关于开展防汛专项审计的公告")
    await author.fill("[name=body]", "## 范围\n对防汛资金开展专项审计。\n- 工程\n- 物资")
    await author.fill("[name=issued_on_y]", "２０２６年11月20日")
    file = FilePayload(name="清单.txt", mimeType="text/plain", buffer=b"1")
    await author.set_input_files("[name=files]", files=[file])
    await author.get_by_role("button", name="保存草稿").click()
    await expect(author.get_by_text("已保存。")).to_be_visible()
    await expect(author.get_by_text("清单.txt")).to_be_visible()
    await expect(author.get_by_text("2026年11月20日")).to_be_visible()
    await author.get_by_role("button", name="提交审核").click()
    await expect(author.get_by_text("已提交审核。")).to_be_visible()
    address = author.url.split("?")[0]
    await author.goto(f"{address}/review")
    await expect(author.get_by_text("您是撰稿人，撰稿人不得签发自己的文件")).to_be_visible()

    reviewer = await signed_in_page(browser, fresh_site, "reviewer")
    await reviewer.goto(f"{address}/review")
    await reviewer.get_by_role("button", name="退回修改").click()
    await expect(reviewer.locator("#error-note")).to_contain_text("退回须写明理由")
    await reviewer.get_by_role("button", name="通过并签发").click()
    await expect(reviewer.get_by_text("已签发。")).to_be_visible()
    await reviewer.get_by_role("button", name="公开发布").click()
    await expect(reviewer.get_by_text("已公开发布")).to_be_visible()
    await reviewer.goto(f"{fresh_site.url}/search?q=防汛专项审计")
    await expect(reviewer.locator(".result-title").first).to_contain_text("防汛专项审计")
    for page in (author, reviewer):
        await page.context.close()


async def test_a_withdrawal_shows_its_consequences_and_leaves_a_tombstone(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "reviewer")
    await page.goto(f"{fresh_site.url}/console/documents/d11")
    await page.get_by_role("link", name="撤回公开").click()
    await expect(page.get_by_text("原网址")).to_be_visible()
    await page.get_by_role("button", name="撤回公开").click()
    await expect(page.locator("#error-reason")).to_contain_text("请写明撤回理由")
    await page.fill("[name=reason]", "数据有误，更正后重新发布")
    await page.get_by_role("button", name="撤回公开").click()
    await expect(page.get_by_text("原网址保留说明页")).to_be_visible()
    answer = await page.goto(f"{fresh_site.url}/items/d11")
    assert answer is not None
    assert answer.status == 410
    await expect(page.get_by_text("数据有误，更正后重新发布")).to_be_visible()
    await page.context.close()


async def test_a_save_over_someone_elses_keeps_what_was_typed(fresh_site: Site, browser: Browser) -> None:
    first = await signed_in_page(browser, fresh_site, "author")
    second = await signed_in_page(browser, fresh_site, "author")
    for page in (first, second):
        await page.goto(f"{fresh_site.url}/console/documents/n01/edit")
    await first.fill("[name=title]", "第一人的标题")
    await first.get_by_role("button", name="保存草稿").click()
    await second.fill("[name=title]", "第二人的标题")
    await second.get_by_role("button", name="保存草稿").click()
    await expect(second.get_by_text("他人已先保存了一版")).to_be_visible()
    assert await second.input_value("[name=title]") == "第二人的标题"
    for page in (first, second):
        await page.context.close()


async def test_the_registrar_opens_a_case_for_a_purpose_and_moves_it_on(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "registrar")
    await page.goto(f"{fresh_site.url}/console/requests")
    await expect(page.get_by_text("已超期")).not_to_have_count(0)
    assert "陈某" not in await page.content()
    await page.get_by_role("link", name=REQUEST_NUMBER).click()
    await page.get_by_role("button", name="打开案卷").click()
    await expect(page.locator("#error-purpose")).to_be_visible()
    await page.fill("[name=purpose]", "拟写答复")
    await page.get_by_role("button", name="打开案卷").click()
    await expect(page.get_by_text("陈某")).to_be_visible()
    await page.get_by_role("button", name="办理").click()
    await expect(page.locator("#error-text")).to_contain_text("请写明答复或理由")
    await page.fill("#field-text", "现将整改情况答复如下")
    await page.get_by_role("button", name="办理").click()
    await expect(page.get_by_text("已办理。")).to_be_visible()
    await page.context.close()


async def test_an_obligation_without_anyone_gets_a_department(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "editor")
    await page.goto(f"{fresh_site.url}/console/obligations/o4")
    await expect(page.get_by_text("没有责任部门，请指定")).to_be_visible()
    await page.get_by_role("button", name="指定责任部门").click()
    await expect(page.locator("#error-responsible")).to_be_visible()
    await page.fill("[name=responsible]", "政府办公室，审计局")
    await page.get_by_role("button", name="指定责任部门").click()
    row = page.get_by_role("row").filter(has_text="政府网站栏目管理")
    await expect(row).to_contain_text("政府办公室、审计局")
    await page.context.close()


async def test_a_parked_message_is_replayed_once(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "admin")
    await page.goto(f"{fresh_site.url}/console/operations/search")
    await page.get_by_role("link", name="document/d04").first.click()
    await page.get_by_role("button", name="重新投递").click()
    await expect(page.get_by_text("已重新投递。")).to_be_visible()
    await page.get_by_role("link", name="已重放").click()
    await expect(page.get_by_role("link", name="document/d04")).to_have_count(1)
    await page.context.close()


async def test_new_secrets_of_a_department_system_are_shown_once(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "admin")
    await page.goto(f"{fresh_site.url}/console/directory/departments/finance")
    await page.fill("#system-name", "财务系统")
    await page.get_by_role("button", name="新增系统").click()
    await expect(page.get_by_text("invented-client-secret")).to_be_visible()
    await page.goto(f"{fresh_site.url}/console/directory/departments/finance")
    await expect(page.get_by_text("财务系统")).to_be_visible()
    await expect(page.get_by_text("invented-client-secret")).to_have_count(0)
    await page.context.close()


async def test_operators_see_how_far_a_rebuild_is_and_what_differs(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "admin", java_script_enabled=False)
    await page.goto(f"{fresh_site.url}/console/operations")
    await expect(page.get_by_text("正在重建：写入全部文件")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="已写入 36,240 / 141,275 份")).to_be_visible()
    rows = page.get_by_role("region", name="检索索引").get_by_role("row")
    await expect(rows).to_have_text(["差异等待修复90 天内已自动修复", "缺失03", "版本不符10", "多余00", "内容不符01"])
    await page.context.close()


async def test_an_index_that_waits_for_a_rebuild_or_does_not_answer_is_said(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "admin")
    search = fresh_site.services["search"]
    failed = {"step_label": "失败", "error": "检索结果变差", "finished_at": "2026-11-20T09:30:00+08:00"}
    search.state.reindex = {"live": "sunlight-items-1", "rebuild_needed": True, "rebuilds": [failed]}
    search.state.repairs = {"labels": {"missing": "缺失"}}
    await page.goto(f"{fresh_site.url}/console/operations")
    await expect(page.get_by_text("索引的结构与程序不一致")).to_be_visible()
    await expect(page.get_by_text("2026年11月20日 09:30，失败：检索结果变差")).to_be_visible()
    await expect(page.get_by_text("尚未核对")).to_be_visible()
    await check(page)
    search.state.away = True
    await page.goto(f"{fresh_site.url}/console/operations")
    await expect(page.get_by_role("region", name="检索索引")).to_contain_text("检索服务没有响应")
    await check(page)
    await page.context.close()


async def test_the_registrar_sees_what_waits_for_registration(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "registrar")
    applicant = {"kind": "natural_person", "name": "陈某", "id_number": "1001", "contact": {}}
    filed = {"department": "audit", "applicant": applicant, "description": "整改"}
    number = (await fresh_site.app.state.services.intake.file(filed, "key")).number
    await page.goto(f"{fresh_site.url}/console")
    waiting = page.get_by_role("region", name="待登记 1")
    await expect(waiting.get_by_role("link", name=number)).to_be_visible()
    await page.context.close()


async def test_a_new_role_is_for_the_persons_own_department(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "admin")
    await page.goto(f"{fresh_site.url}/console/directory/staff/reviewer")
    assert await page.input_value("[name=office]") == "audit"
    await page.goto(f"{fresh_site.url}/console/directory/staff/new")
    assert await page.input_value("[name=office]") == ""
    await page.fill("[name=username]", "new.person")
    await page.fill("[name=name]", "新人")
    await page.select_option("[name=role]", "author")
    await page.get_by_role("button", name="保存人员").click()
    await expect(page.locator("#error-office")).to_contain_text("请选择新角色适用的部门")
    await page.context.close()


async def test_a_column_names_the_column_above_it(site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, site, "admin")
    await page.goto(f"{site.url}/console/columns")
    codes = {column["code"] for column in COLUMNS}
    cells = await page.locator("tbody td:nth-child(3)").all_inner_texts()
    assert set(cells) != {"—"}
    assert not codes & set(cells)
    await page.context.close()


async def test_a_document_published_by_a_trusted_system_shows_no_approval(fresh_site: Site, browser: Browser) -> None:
    page = await signed_in_page(browser, fresh_site, "reviewer")
    await page.goto(f"{fresh_site.url}/console/documents/d03")
    await expect(page.locator(".stepper")).to_contain_text("签发")
    fresh_site.services["publishing"].state.received = {"d03"}
    await page.goto(f"{fresh_site.url}/console/documents/d03")
    await expect(page.locator(".stepper")).to_contain_text("直接公开")
    await expect(page.locator(".stepper")).not_to_contain_text("签发")
    await page.context.close()
