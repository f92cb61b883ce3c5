"""定时发布 on the real stack: until its time a document is nowhere, and a few seconds later it is everywhere."""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from playwright.async_api import APIRequestContext, Browser, FilePayload, Page, expect

from portal.dates import as_field
from publishing.domain.content import Attachment
from shared.events import now
from tests.journeys.conftest import Installation
from tests.journeys.test_request_journey import sign_in
from tests.support.waiting import until

WORD = f"琥珀驿站{secrets.token_hex(3)}"
TITLE = f"关于{WORD}提前开放的公告"
FILE = f"{WORD}参观须知".encode()
ATTACHMENT = Attachment("开放须知.txt", hashlib.sha256(FILE).hexdigest(), len(FILE), "text/plain").id
BODY = f"{WORD}修缮工程已通过验收，自公告之日起向市民开放，开放时间为每日九时至十七时。"
AHEAD = timedelta(seconds=30)
EXACT = timedelta(seconds=5)


def neighbour(installation: Installation, folder: Path) -> str:
    """A public document about the same thing, which `related` will have to name ours beside."""
    file = folder / "neighbour.txt"
    file.write_text(f"{WORD}修缮工程招标公告\n\n{WORD}修缮工程现公开招标，验收后向市民开放。")
    [sent] = installation.sunlight("publish", file, "--department", "audit", "--kind", "notice", "--wait")
    return str(sent["document_id"])


async def written(author: Page) -> str:
    """The document with an attachment, submitted for review; its id."""
    await author.goto("/console/documents/new")
    await author.fill("[name=title]", TITLE)
    await author.fill("[name=body]", BODY)
    file = FilePayload(name="开放须知.txt", mimeType="text/plain", buffer=FILE)
    await author.set_input_files("[name=files]", files=[file])
    await author.get_by_role("button", name="保存草稿").click()
    await author.get_by_role("button", name="提交审核").click()
    await expect(author.get_by_text("已提交审核。")).to_be_visible()
    return author.url.split("?")[0].rsplit("/", 1)[1]


async def planned(approver: Page, document: str) -> datetime:
    """Sign it and plan its publication; the moment."""
    await approver.goto(f"/console/documents/{document}/review")
    await approver.get_by_role("button", name="通过并签发").click()
    await expect(approver.get_by_text("已签发。")).to_be_visible()
    moment = (now() + AHEAD).replace(microsecond=0)
    await approver.fill("[name=publish_at]", as_field(moment))
    await approver.get_by_role("button", name="到这个时间自动发布").click()
    await expect(approver.get_by_text("已定时，到时自动公开发布")).to_be_visible()
    await expect(approver.locator(".title-block")).to_contain_text("定时于")
    return moment


def found_in(answer: str, document: str) -> bool:
    return any(each["id"] == document for each in json.loads(answer)["items"])


async def seen(public: APIRequestContext, document: str, beside: str) -> dict[str, bool]:
    """Everywhere the public could learn of the document, and whether it does."""
    asked, file_words = quote(f'"{WORD}"'), quote(f'"{WORD}参观须知"')

    async def body(path: str) -> str:
        return await (await public.get(path)).text()

    async def answers(path: str) -> bool:
        return (await public.get(path)).status == 200

    first = json.loads(await body(f"/api/search?q={asked}"))
    return {
        "item page": await answers(f"/items/{document}"),
        "attachment": await answers(f"/items/{document}/attachments/{ATTACHMENT}"),
        "record": await answers(f"/api/documents/{document}"),
        "attachment of the record": await answers(f"/api/documents/{document}/attachments/{ATTACHMENT}"),
        "list": found_in(await body("/api/documents?limit=100"), document),
        "search": any(each["id"] == document for each in first["items"]),
        "search page": document in await body(f"/search?q={asked}"),
        "count": first["total"] == 2,
        "facets": any(each["count"] == 2 for each in first["facets"]["kind"]),
        "index": await answers(f"/api/items/{document}"),
        "words of the attachment": found_in(await body(f"/api/search?q={file_words}"), document),
        "suggestions": document in await body(f"/api/suggest?q={quote(TITLE[:9])}"),
        "related": document in await body(f"/api/items/{beside}/related"),
        "feed": document in await body(f"/api/feed.atom?q={asked}"),
        "export": TITLE in await body(f"/api/search/export?q={asked}"),
    }


async def test_before_its_time_a_document_is_nowhere_and_soon_after_everywhere(
    installation: Installation, browser: Browser, page: Page, tmp_path: Path
) -> None:
    beside = neighbour(installation, tmp_path)
    author = await sign_in(browser, installation, "audit_author")
    approver = await sign_in(browser, installation, "audit_approver")
    document = await written(author)
    moment = await planned(approver, document)
    await approver.goto("/console/documents?scheduled=1")
    await expect(approver.get_by_role("link", name=TITLE)).to_be_visible()
    before = await seen(page.request, document, beside)
    events = installation.sunlight("trace", document, expect=1)
    assert now() < moment, "too slow to tell"
    assert not any(before.values()), before
    assert "没有任何服务见过" in events

    latest: dict[str, bool] = {}

    async def everywhere() -> bool:
        latest.update(await seen(page.request, document, beside))
        return all(latest.values())

    try:
        await until(everywhere, seconds=90)
    except TimeoutError as error:
        raise AssertionError([place for place, told in latest.items() if not told]) from error
    shown = await (await page.request.get(f"/api/documents/{document}")).json()
    assert timedelta() <= datetime.fromisoformat(shown["published_at"]) - moment < EXACT
    await approver.goto(f"/console/documents/{document}")
    lines = approver.locator(".timeline li")
    await expect(lines.first).to_contain_text("定时发布（代秦望舒）")
    await expect(lines.first).to_contain_text("原定")
    await expect(lines.nth(1)).to_contain_text("定时于")
    for each in (author, approver):
        await each.context.close()
