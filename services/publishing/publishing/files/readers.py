"""Text of each type of file. Runs in the extraction process only: these libraries read strangers' files."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
from docx.table import Table
from docx.text.paragraph import Paragraph

from publishing.files.types import CSV, DOCX, PDF, TXT, XLSX, charset

MAX_CHARACTERS = 1_000_000


class NoText(Exception):
    """Nothing to search in this file, and why."""


def read_text(path: Path, media_type: str) -> str:
    """The text in a file, a line per paragraph, table row or text line.

    Raises:
        NoText: there is none, or more than MAX_CHARACTERS, or no reader for this type.
    """
    reader = _READERS.get(media_type)
    if reader is None:
        raise NoText("图片没有可提取的文字" if media_type.startswith("image/") else "此类型不提取文字")
    text = _joined(reader(path))
    if not text:
        raise NoText("没有文字层，可能是扫描件" if media_type == PDF else "文件中没有文字")
    return text


def _joined(lines: Iterable[str]) -> str:
    kept, length = [], 0
    for line in lines:
        clean = line.replace("\x00", "").strip()
        if clean:
            kept.append(clean)
            length += len(clean) + 1
        if length > MAX_CHARACTERS:
            raise NoText(f"文字超过 {MAX_CHARACTERS} 字，未提取")
    return "\n".join(kept).encode("utf-8", "ignore").decode()


def _pdf(path: Path) -> Iterator[str]:
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            yield from page.get_textpage().get_text_bounded().splitlines()


def _docx(path: Path) -> Iterator[str]:
    yield from _blocks(docx.Document(str(path)))


def _blocks(container: Any) -> Iterator[str]:
    for block in container.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Table):
            yield from _rows(block)


def _rows(table: Table) -> Iterator[str]:
    """Cells of a row on one line; a merged cell, which the library repeats, once."""
    for row in table.rows:
        cells = {id(cell._tc): cell for cell in row.cells}.values()
        yield "\t".join(" ".join(line.strip() for line in _blocks(cell) if line.strip()) for cell in cells)


def _xlsx(path: Path) -> Iterator[str]:
    """Values as last computed. Opened as a stream: given a path, the library looks at its name."""
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            yield sheet.title
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                yield "\t".join(str(value) for value in row if value is not None)


def _text(path: Path) -> str:
    content = path.read_bytes()
    found = charset(content)
    if found is None:
        raise NoText("文字编码无法识别")
    return content.decode(found, "replace")


def _txt(path: Path) -> Iterator[str]:
    yield from _text(path).splitlines()


def _csv(path: Path) -> Iterator[str]:
    for row in csv.reader(io.StringIO(_text(path))):
        yield "\t".join(cell.strip() for cell in row)


_READERS: dict[str, Callable[[Path], Iterator[str]]] = {PDF: _pdf, DOCX: _docx, XLSX: _xlsx, TXT: _txt, CSV: _csv}
