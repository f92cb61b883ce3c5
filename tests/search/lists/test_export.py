"""Exports, as a spreadsheet opens them."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from search.engine import AnswerAway
from search.index import Names
from search.lists import export as exporting
from search.lists import paging, table
from search.lists.export import AT_ONCE, Exporter, ExportsBusy, Format, as_csv, as_xlsx
from search.lists.table import COLUMNS, Row, harmless
from shared.events import DocumentStatus, Validity
from tests.search.lists.conftest import PUBLIC, UNDERSTAND, Lists
from tests.support.events import document_event
from tests.support.waiting import until


def csv_rows(body: bytes) -> list[list[str]]:
    text = body.decode("utf-8-sig")
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(text, newline="")))


def xlsx_rows(body: bytes) -> list[list[str]]:
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True)
    return [["" if value is None else str(value) for value in row] for row in book.worksheets[0].values]


async def test_both_formats_hold_the_same_rows_in_the_search_s_order(lists: Lists) -> None:
    event = document_event(
        title='漕运档案"一", 二',
        document_number="鲁审发〔2018〕5号",
        kind="budget",
        issued_on=date(2018, 3, 1),
        published_at=datetime(2018, 3, 4, 17, tzinfo=UTC),
        validity=Validity.REPEALED,
    )
    await lists.publish(event, document_event(title="漕运档案三"))
    tables = []
    for kind, media in (("csv", "text/csv"), ("xlsx", "application/vnd.openxmlformats")):
        answer = await lists.get("/api/search/export", q="漕运档案", format=kind, sort="oldest")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith(media)
        assert f".{kind}" in answer.headers["Content-Disposition"]
        assert answer.headers["X-Total-Count"] == "2"
        assert answer.headers["X-Truncated"] == "false"
        tables.append(csv_rows(answer.body) if kind == "csv" else xlsx_rows(answer.body))
    assert tables[0] == tables[1]
    heading, first, second = tables[0]
    assert heading == list(COLUMNS)
    assert first == [
        "1", '漕运档案"一", 二', "鲁审发〔2018〕5号", "预算决算", "审计局", "2018-03-01", "2018-03-05", "已废止",
        f"{PUBLIC}/items/{event.subject}",
    ]  # fmt: skip
    assert second[:3] == ["2", "漕运档案三", ""]


@pytest.mark.parametrize(
    ("conditions", "titles"),
    [
        ({}, ["瓷窑档案乙", "瓷窑档案甲"]),
        ({"from": "2020-01-01"}, ["瓷窑档案乙"]),
        ({"from": "", "to": "2018-03-05"}, ["瓷窑档案甲"]),
        ({"validity": "repealed"}, ["瓷窑档案甲"]),
        ({"has_attachment": "true"}, []),
        ({"exact": "1"}, ["瓷窑档案乙", "瓷窑档案甲"]),
        ({"from": "2018-03-01", "to": "2018-03-01", "dates": "issued"}, ["瓷窑档案甲"]),
        ({"from": "2018-03-01", "to": "2018-03-01"}, []),
    ],
)
async def test_every_condition_of_the_search_page_holds_in_feed_and_export(
    lists: Lists, conditions: dict[str, str], titles: list[str]
) -> None:
    # 2018-03-04 17:00 UTC is already the fifth in China.
    published, issued = datetime(2018, 3, 4, 17, tzinfo=UTC), date(2018, 3, 1)
    old: dict[str, Any] = {"published_at": published, "issued_on": issued, "validity": Validity.REPEALED}
    await lists.publish(
        document_event(document="0193b1f0-7a00-7000-8000-0000000000a1", title="瓷窑档案甲", **old),
        document_event(document="0193b1f0-7a00-7000-8000-0000000000a2", title="瓷窑档案乙"),
    )
    asked = {"q": "瓷窑档案", **conditions}
    answer = await lists.get("/api/search/export", **asked, sort="newest")
    assert [row[1] for row in csv_rows(answer.body)[1:]] == titles
    feed = (await lists.get("/api/feed.atom", **asked)).body.decode()
    assert [title for title in ("瓷窑档案乙", "瓷窑档案甲") if f">{title}<" in feed] == titles


@pytest.mark.parametrize(
    ("conditions", "field"),
    [({"from": "三月"}, "from"), ({"to": "2026-02-30"}, "to"), ({"from": "2026-02-01", "to": "2026-01-01"}, "from")],
)
async def test_days_that_make_no_sense_are_refused_by_name(
    lists: Lists, conditions: dict[str, str], field: str
) -> None:
    answer = await lists.get("/api/search/export", q="瓷窑档案", **conditions)
    assert answer.status == 422
    assert json.loads(answer.body)["field"] == field


async def test_withdrawn_documents_are_in_no_export(lists: Lists) -> None:
    event = document_event(title="盐引档案")
    await lists.publish(event)
    await lists.publish(document_event(2, event.subject, status=DocumentStatus.WITHDRAWN, title="盐引档案"))
    answer = await lists.get("/api/search/export", q='"盐引档案"')
    assert csv_rows(answer.body) == [list(COLUMNS)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_no_value_is_a_formula(lists: Lists, kind: str) -> None:
    word = {"csv": "茶引", "xlsx": "铁券"}[kind]
    starts = ['=HYPERLINK("http://evil.example")', "+", "-", "@SUM(1)", "\t=1 ", "＝1"]
    titles = [f"{start}{word}" for start in starts]
    await lists.publish(*(document_event(title=title) for title in titles))
    answer = await lists.get("/api/search/export", q=f'"{word}"', format=kind)
    if kind == "csv":
        cells = [row[1] for row in csv_rows(answer.body)[1:]]
        assert sorted(cells) == sorted(f"'{title}" for title in titles)
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.body)).worksheets[0]
        written = [row[1] for row in sheet.iter_rows(min_row=2)]
        assert sorted(str(cell.value) for cell in written) == sorted(titles)
        assert {cell.data_type for cell in written} == {"s"}
        assert all(cell.hyperlink is None for cell in written)


def test_a_value_that_only_looks_harmless_is_left_alone() -> None:
    assert [harmless(value) for value in ("2018-03-01", "鲁审发〔2018〕5号", "a=b", "")] == [
        "2018-03-01",
        "鲁审发〔2018〕5号",
        "a=b",
        "",
    ]


async def test_every_row_of_many_pages_once(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 50)
    await lists.publish(*(document_event(title=f"粮票第{number}号") for number in range(230)))
    rows = csv_rows((await lists.get("/api/search/export", q="粮票", kind="notice")).body)[1:]
    assert [row[0] for row in rows] == [str(number) for number in range(1, 231)]
    assert len({row[1] for row in rows}) == 230


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_does_not_fit_is_said_in_the_last_row_and_the_header(
    lists: Lists, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for module in (table, exporting):
        monkeypatch.setattr(module, "MOST_ROWS", 70)
    monkeypatch.setattr(paging, "PAGE", 50)
    await lists.publish(*(document_event(title=f"布票第{number}号{kind}") for number in range(90)))
    answer = await lists.get("/api/search/export", q=f"标题:布票 标题:{kind}", format=kind)
    assert (answer.headers["X-Total-Count"], answer.headers["X-Truncated"]) == ("90", "true")
    rows = csv_rows(answer.body) if kind == "csv" else xlsx_rows(answer.body)
    assert len(rows) == 72
    assert rows[-1][1] == "共 90 条，本表只有前 70 条；请缩小检索范围后再次导出。"


async def open_points(lists: Lists) -> int:
    answer = await lists.client.nodes.stats(metric="indices", index_metric="search")
    return sum(node["indices"]["search"]["point_in_time_current"] for node in answer["nodes"].values())


async def test_only_a_few_at_once_and_a_place_comes_free_also_when_the_reader_leaves(lists: Lists) -> None:
    exporter = Exporter(lists.client, lists.names, PUBLIC, UNDERSTAND)
    downloads = [await exporter.download([("q", "")], Format.CSV) for _ in range(AT_ONCE)]
    with pytest.raises(ExportsBusy) as busy:
        await exporter.download([("q", "")], Format.CSV)
    assert busy.value.status == 503
    assert int(busy.value.headers["Retry-After"]) > 0

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def unheard(message: object) -> None:
        raise OSError("the reader has left")

    for download in downloads:
        scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
        with pytest.raises((OSError, Exception)):
            await download(scope, gone, unheard)
    again = await exporter.download([("q", "")], Format.CSV)
    await again._release()
    assert await open_points(lists) == 0


async def test_a_busy_service_says_when_to_come_back(lists: Lists) -> None:
    await lists.publish(document_event())
    answers = await asyncio.gather(*(lists.get("/api/search/export", q="") for _ in range(12)))
    assert {answer.status for answer in answers} <= {200, 503}
    assert all(answer.headers.get("Retry-After") for answer in answers if answer.status == 503)
    await until(lambda: _free(lists))


async def _free(lists: Lists) -> bool:
    return (await lists.get("/api/search/export", q="")).status == 200


@pytest.mark.parametrize(
    ("params", "field"),
    [({"format": "pdf"}, "format"), ({"sort": "best"}, "sort"), ({"q": "审" * 201}, "q"), ({"year": "x"}, "year")],
)
async def test_bad_input_names_its_field(lists: Lists, params: dict[str, str], field: str) -> None:
    answer = await lists.get("/api/search/export", **params)
    assert answer.status == 422
    assert f'"{field}"' in answer.body.decode()


async def test_an_index_that_is_away_is_a_503_and_costs_no_place(lists: Lists) -> None:
    exporter = Exporter(lists.client, Names(f"{lists.names.prefix}-nowhere"), PUBLIC, UNDERSTAND)
    for _ in range(AT_ONCE + 1):
        with pytest.raises(AnswerAway):
            await exporter.download([("q", "")], Format.CSV)


async def pages_of(rows: int) -> AsyncIterator[list[Row]]:
    for start in range(0, rows, 500):
        yield [(str(start + n), "标题" * 30, *("x" for _ in COLUMNS[2:])) for n in range(500)]


async def test_ten_thousand_rows_leave_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    size = 0
    async for chunk in as_xlsx(pages_of(10_000), 10_000):
        size += len(chunk)
    assert size > 100_000
    given_up = as_xlsx(pages_of(10_000), 10_000)
    await anext(given_up)
    await given_up.aclose()
    assert list(tmp_path.iterdir()) == []
    assert sum([len(chunk) async for chunk in as_csv(pages_of(10_000), 10_000)]) > 1_000_000
