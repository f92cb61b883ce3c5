"""From a department's system to a citizen's search, and away again."""

import secrets
from pathlib import Path

from playwright.async_api import Page

from shared.events import new_id
from tests.journeys.conftest import Installation
from tests.support.waiting import until

# Several runs may share one kept stack: what one run publishes has a name of its own.
RUN = secrets.token_hex(3)


def write(folder: Path, text: str, suffix: str = ".txt") -> Path:
    file = folder / f"{new_id()}{suffix}"
    file.write_text(text)
    return file


async def test_a_published_file_is_found_by_its_words_within_seconds(
    installation: Installation, tmp_path: Path, page: Page
) -> None:
    title = f"关于蓝靛染坊旧址{RUN}开放的通知"
    file = write(tmp_path, f"{title}\n\n旧址每周三向市民开放，凭身份证领取参观券。")
    [result] = installation.sunlight("publish", file, "--department", "audit", "--kind", "notice", "--wait")
    assert result["status"] == "accepted"
    assert result["searchable_seconds"] < 30
    await page.goto("/")
    await page.locator("main input[name=q]").first.fill(f"蓝靛染坊旧址{RUN} 参观券")
    await page.locator("main input[name=q]").first.press("Enter")
    await page.get_by_role("link", name=title).click()
    assert "凭身份证领取参观券" in await page.locator("main").inner_text()


async def test_sending_the_same_file_again_changes_nothing(installation: Installation, tmp_path: Path) -> None:
    file = write(tmp_path, "关于重复发送的说明\n\n同一份文件只会公开一次。")
    [first] = installation.sunlight("publish", file, "--department", "audit", "--kind", "notice")
    [again] = installation.sunlight("publish", file, "--department", "audit", "--kind", "notice", "--via", "http")
    assert (again["status"], again["document_id"]) == ("duplicate", first["document_id"])


async def test_a_phrase_in_a_sample_attachment_finds_its_document(installation: Installation) -> None:
    found = installation.sunlight("search", '"蓝漆算盘图案"')
    assert found["items"][0]["attachment"]["name"] == "granary-audit-record.pdf"
    assert found["items"][0]["title"] == "旧粮仓改建文化中心项目审计结果公告"


async def test_a_withdrawn_document_disappears_from_search_and_says_why(
    installation: Installation, tmp_path: Path, page: Page
) -> None:
    file = write(tmp_path, f"关于玛瑙泉{RUN}水质的通报\n\n本通报含有错误数据。")
    arguments = ("publish", file, "--department", "audit", "--kind", "notice", "--wait")
    [published] = installation.sunlight(*arguments)
    document = published["document_id"]
    assert installation.sunlight("search", f'"玛瑙泉{RUN}水质"')["total"] == 1
    assert installation.sunlight("withdraw", document, "--reason", "数据有误，重新核实")["status"] == "accepted"
    await until(lambda: installation.sunlight("search", f'"玛瑙泉{RUN}水质"')["total"] == 0)
    answer = await page.goto(f"/items/{document}")
    assert answer is not None
    assert answer.status == 410
    assert "数据有误，重新核实" in await page.locator("main").inner_text()


async def test_a_trace_follows_a_document_from_outbox_to_index(installation: Installation, tmp_path: Path) -> None:
    file = write(tmp_path, "关于追踪示例的通知\n\n正文。")
    [result] = installation.sunlight("publish", file, "--department", "audit", "--kind", "notice", "--wait")
    stages = {(entry["service"], entry["stage"]) for entry in installation.sunlight("trace", result["document_id"])}
    assert {("publishing", "outbox"), ("publishing", "relayed"), ("search", "index")} <= stages


async def test_bad_files_are_refused_in_one_sentence_and_nothing_is_sent(
    installation: Installation, tmp_path: Path
) -> None:
    missing = installation.sunlight("publish", tmp_path / "none.txt", "--department", "audit", expect=1)
    assert missing.startswith("错误：找不到文件")
    strange = write(tmp_path, "x", ".exe")
    assert "不支持的文件类型" in installation.sunlight("publish", strange, "--department", "audit", expect=1)
    plain = write(tmp_path, "标题\n\n正文")
    assert "没有部门" in installation.sunlight("publish", plain, "--department", "nobody", expect=1)
    done = installation.run("publish", plain, "--department", "audit", "--kind", "poem")
    assert done.returncode == 1
    assert "kind" in done.stdout


async def test_index_and_database_hold_the_same(installation: Installation) -> None:
    result = installation.sunlight("verify-index")
    assert result["equal"]
    assert result["published"] > 20


async def test_the_operators_view_is_complete(installation: Installation) -> None:
    status = installation.sunlight("status")
    assert all(row["ready"] for row in status["services"])
    assert {row["service"] for row in status["services"]} >= {"identity", "catalog", "publishing", "search", "portal"}
    assert installation.sunlight("parked", "list") == []


async def test_the_deadline_of_the_law_is_explained(installation: Installation) -> None:
    result = installation.sunlight("deadline", "--received", "2025-09-15", "--term", "20")
    assert result["due_on"] == "2025-10-17"
    assert result["calendar"] == "office"
    assert sum(day["counted"] for day in result["days"]) == 20
    assert any("国庆" in day["reason"] for day in result["days"])


async def test_the_demonstration_tells_one_documents_life(installation: Installation) -> None:
    done = installation.run("demo")
    assert done.returncode == 0, done.stderr
    assert [line[0] for line in done.stdout.splitlines() if line[:1].isdigit()] == list("12345")
    assert "2025-10-17" in done.stdout
