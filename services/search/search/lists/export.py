"""`/api/search/export`: up to 10,000 results as CSV or XLSX, without holding them all in memory."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from opensearchpy import AsyncOpenSearch
from xlsxwriter import Workbook

from search.index import Names
from search.lists.listing import Listing, Understand, read_listing, selection
from search.lists.paging import Pages
from search.lists.table import CHINA, COLUMNS, FIELDS, MOST_ROWS, WIDTHS, Row, closing_row, harmless, row_of
from search.query import order_of
from shared.downloads import Download
from shared.problems import Invalid, Unavailable

AT_ONCE = 2
RETRY_SECONDS = "15"
CHUNK = 64 * 1024
LONGEST_CELL = 32_767  # what a cell of XLSX may hold
BOM = "\ufeff"  # without it Excel takes UTF-8 for the local code page


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return {"csv": "text/csv; charset=utf-8", "xlsx": sheet}[self.value]


class ExportsBusy(Unavailable):
    """As many exports as this process makes at once are under way."""

    type, title = "exports-busy", "导出的人较多，请稍后再试"

    def __init__(self) -> None:
        super().__init__(f"请在 {RETRY_SECONDS} 秒后重试")
        self.headers = {"Retry-After": RETRY_SECONDS}


class Exporter:
    """Makes exports, a few at once: each asks the index many times, and searches go first."""

    def __init__(self, client: AsyncOpenSearch, names: Names, site: str, understand: Understand) -> None:
        self._client = client
        self._names = names
        self._site = site
        self._understand = understand
        self._free = AT_ONCE

    async def download(self, pairs: list[tuple[str, str]], wanted: Format) -> Download:
        """The file being made. Raises ExportsBusy, AnswerAway, Invalid."""
        listing = read_listing(pairs)
        if self._free == 0:
            raise ExportsBusy
        self._free -= 1
        pages = self._pages(listing)

        async def release() -> None:
            self._free += 1
            await pages.close()

        try:
            first = await pages.first()
        except BaseException:
            await release()
            raise
        rows = self._rows(pages, first)
        content = as_csv(rows, pages.total) if wanted is Format.CSV else as_xlsx(rows, pages.total)
        return Download(content, release, media_type=wanted.media_type, headers=_headers(wanted, pages.total))

    def _pages(self, listing: Listing) -> Pages:
        query = selection(listing, self._understand, listing.search.sort)
        return Pages(self._client, self._names, query, order_of(listing.search), FIELDS)

    async def _rows(self, pages: Pages, first: list[dict[str, Any]]) -> AsyncIterator[list[Row]]:
        number = 0
        async for hits in pages.following(first, MOST_ROWS):
            yield [row_of(number + place, hit, self._site) for place, hit in enumerate(hits, 1)]
            number += len(hits)


def _headers(wanted: Format, total: int) -> dict[str, str]:
    """A file name with the day, and whether the table holds everything."""
    name = f"检索结果-{datetime.now(CHINA):%Y%m%d}.{wanted}"
    return {
        "Content-Disposition": f"attachment; filename=\"search.{wanted}\"; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "X-Total-Count": str(total),
        "X-Truncated": "true" if total > MOST_ROWS else "false",
    }


async def as_csv(pages: AsyncIterator[list[Row]], total: int) -> AsyncIterator[bytes]:
    """UTF-8 with a byte order mark, lines ending as RFC 4180 has them."""
    yield (BOM + _lines([COLUMNS])).encode()
    async for rows in pages:
        yield _lines(rows).encode()
    yield _lines(list(closing_row(total))).encode()


def _lines(rows: list[Row]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(value) for value in row] for row in rows)
    return text.getvalue()


async def as_xlsx(pages: AsyncIterator[list[Row]], total: int) -> AsyncGenerator[bytes, None]:
    """A workbook written row by row into a temporary folder, in a thread, then sent."""
    with tempfile.TemporaryDirectory() as folder:
        sheet = await asyncio.to_thread(Sheet, Path(folder))
        async for rows in pages:
            await asyncio.to_thread(sheet.append, rows)
        await asyncio.to_thread(sheet.append, list(closing_row(total)))
        with await asyncio.to_thread(sheet.finished) as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk


class Sheet:
    """One worksheet whose cells are all text: no value is ever a formula or a link."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "search.xlsx"
        safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = Workbook(self._path, {"constant_memory": True, "tmpdir": str(folder), **safe})
        self._sheet = self._book.add_worksheet("检索结果")
        self._sheet.freeze_panes(1, 0)
        for place, width in enumerate(WIDTHS):
            self._sheet.set_column(place, place, width)
        self._sheet.write_row(0, 0, COLUMNS, self._book.add_format({"bold": True}))
        self._written = 1

    def append(self, rows: list[Row]) -> None:
        for row in rows:
            for place, value in enumerate(row):
                self._sheet.write_string(self._written, place, value[:LONGEST_CELL])
            self._written += 1

    def finished(self) -> BinaryIO:
        """The whole workbook, opened for reading."""
        self._book.close()
        return self._path.open("rb")


def export_router(client: AsyncOpenSearch, names: Names, public_url: str, understand: Understand) -> APIRouter:
    """Downloads; they need the index only."""
    router = APIRouter(tags=["search"])
    exporter = Exporter(client, names, public_url.rstrip("/"), understand)

    @router.get("/api/search/export")
    async def export(request: Request, format: str = Format.CSV) -> Response:  # noqa: A002 - the parameter's name
        """Results as a table, with the parameters of `/api/search`; `format` is csv or xlsx.

        Columns: 序号, 标题, 文号, 体裁, 发布机构, 成文日期, 发布日期 (China's days), 有效性, 网址. At most 10,000 rows;
        when there are more, the last row and the header `X-Truncated` say so.
        """
        if format not in set(Format):
            raise Invalid("导出格式须为 csv 或 xlsx", field="format")
        return await exporter.download(request.query_params.multi_items(), Format(format))

    return router
