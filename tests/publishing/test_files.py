"""What files are taken, what is read from them, and what is refused with which words."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import docx
import openpyxl
import pytest

from publishing.domain.rules import FileRefused
from publishing.files.blobs import FileBlobs
from publishing.files.extraction import Extraction, ExtractionPool
from publishing.files.types import CSV, DOCX, PDF, TXT, XLSX, media_type, refuse_false_name

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"


def a_docx() -> bytes:
    document = docx.Document()
    document.add_paragraph("关于预算执行的报告")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, [("项目", "金额"), ("水库", "1,200")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def an_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "三公经费"
    sheet.append(["项目", "金额"])
    sheet.append(["公务用车", 3.5])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def a_pdf(text: str = "Audit results") -> bytes:
    """The smallest PDF with one line of text, or with none."""
    stream = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        body
        + (
            f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
        ).encode()
    )


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def changed_docx(members: dict[str, bytes]) -> bytes:
    """A sound DOCX with members added or replaced."""
    with zipfile.ZipFile(io.BytesIO(a_docx())) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**kept, **members})


BILLION_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'
UTF16_ENTITY = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE l [<!ENTITY a "x">]><l>&a;</l>'.encode("utf-16")


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (a_pdf(), "任意.docx", PDF),
        (a_docx(), "任意.zip", DOCX),
        (an_xlsx(), "表", XLSX),
        ("中文".encode(), "a.txt", TXT),
        ("中文".encode("gb18030"), "a.txt", TXT),
        ("项目,金额".encode("utf-16"), "a.CSV", CSV),
        (PNG, "a.pdf", "image/png"),
        (b"<html><script>alert(1)</script>", "a.html", TXT),
    ],
)
def test_the_type_is_told_by_the_bytes(put: Callable[[bytes], Path], content: bytes, name: str, expected: str) -> None:
    assert media_type(put(content), name) == expected


@pytest.mark.parametrize(
    ("name", "kind"), [("a.docx", "text/plain"), ("a.PDF", "text/plain"), ("a.png", PDF), ("a.csv", "image/png")]
)
def test_a_name_that_says_another_type_is_refused(name: str, kind: str) -> None:
    with pytest.raises(FileRefused, match="内容却不是这种文件"):
        refuse_false_name(name, kind)


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "image/png"), ("a.pdf", PDF), ("a", PDF), ("a.md", "text/plain")])
def test_a_name_that_says_the_type_or_nothing_is_taken(name: str, kind: str) -> None:
    refuse_false_name(name, kind)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped({"a.txt": b"x"}), "压缩包"),
        (b"PK\x03\x04 torn", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 Office"),
        (b"MZ\x90\x00\x03" + b"\0" * 100, "不接收这种文件"),
        (b"\x7fELF" + bytes(range(256)), "不接收这种文件"),
        (changed_docx({"word/vbaProject.bin": b"x"}), "宏"),
        (changed_docx({"[Content_Types].xml": b"<Types>application/vnd.ms-word.document.macroEnabled</Types>"}), "宏"),
        (changed_docx({"word/media/bomb": b"\0" * 30_000_000}), "压缩炸弹"),
        (changed_docx({f"m{number}": b"" for number in range(5001)}), "压缩炸弹"),
        (changed_docx({"word/document.xml": BILLION_LAUGHS}), "XML 实体"),
        (changed_docx({"word/header1.xml": UTF16_ENTITY}), "XML 实体"),
        (changed_docx({"word/styles.xml": b"<!--" + b" " * 100_000 + b"-->" + BILLION_LAUGHS[21:]}), "XML 实体"),
        (changed_docx({"word/document.xml": b"no xml"}), "已损坏"),
    ],
)
def test_what_is_dangerous_is_refused_with_a_reason(put: Callable[[bytes], Path], content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        media_type(put(content), "a.docx")


@pytest.fixture
async def pool() -> ExtractionPool:
    return ExtractionPool(size=1)


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (a_docx(), DOCX, "关于预算执行的报告\n项目\t金额\n水库\t1,200"),
        (an_xlsx(), XLSX, "三公经费\n项目\t金额\n公务用车\t3.5"),
        (a_pdf(), PDF, "Audit results"),
        ("第一条\r\n\r\n 第二条".encode("gb18030"), TXT, "第一条\n第二条"),
        ('"甲,乙",1\n'.encode("utf-8-sig"), CSV, "甲,乙\t1"),
    ],
)
async def test_the_text_of_a_file_is_found(
    pool: ExtractionPool, put: Callable[[bytes], Path], content: bytes, kind: str, text: str
) -> None:
    assert await pool.extract(put(content), kind) == Extraction(text, "ok")
    await pool.close()


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (a_pdf(""), PDF, "failed: 没有文字层，可能是扫描件"),
        (b"%PDF-1.4 torn", PDF, "failed: 无法读取（PdfiumError）"),
        (PNG, "image/png", "failed: 图片没有可提取的文字"),
        (b" \n ", TXT, "failed: 文件中没有文字"),
        ("字".encode() * 1_000_001, TXT, "failed: 文字超过 1000000 字，未提取"),
    ],
)
async def test_a_file_without_text_says_so(
    pool: ExtractionPool, put: Callable[[bytes], Path], content: bytes, kind: str, reason: str
) -> None:
    assert await pool.extract(put(content), kind) == Extraction("", reason)
    await pool.close()


async def test_a_reader_that_takes_too_long_is_stopped_and_the_next_file_is_read(
    put: Callable[[bytes], Path],
) -> None:
    hasty = ExtractionPool(size=1, seconds=0.001)
    assert (await hasty.extract(put(a_docx()), DOCX)).status == "failed: 读取超过 0 秒"
    patient = ExtractionPool(size=1)
    assert (await patient.extract(put(a_docx()), DOCX)).status == "ok"
    await patient.close()


async def test_one_process_reads_many_files(pool: ExtractionPool, put: Callable[[bytes], Path]) -> None:
    path = put("文".encode())
    found = [await pool.extract(path, TXT) for _ in range(5)]
    assert {extraction.status for extraction in found} == {"ok"}
    assert [reader.jobs for reader in pool._idle] == [5]
    await pool.close()


def a_deep_docx(levels: int) -> bytes:
    """Tables in tables: cheap to send, dear to walk."""
    inner = "<w:p><w:r><w:t>x</w:t></w:r></w:p>"
    for _ in range(levels):
        inner = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return changed_docx(
        {"word/document.xml": f'<w:document xmlns:w="{escape(space)}"><w:body>{inner}</w:body></w:document>'.encode()}
    )


async def test_a_file_that_breaks_its_reader_is_a_visible_failure(
    pool: ExtractionPool, put: Callable[[bytes], Path]
) -> None:
    found = await pool.extract(put(a_deep_docx(3000)), DOCX)
    assert (found.text, found.status.startswith("failed: ")) == ("", True)
    assert (await pool.extract(put("文".encode()), TXT)).status == "ok"
    await pool.close()


def test_blobs_are_kept_under_their_hash_and_nothing_else_remains(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    for content in (b"one", b"two", b"one"):
        staged = blobs.stage(io.BytesIO(content), 10)
        blobs.keep(staged)
        blobs.discard(staged)
        assert b"".join(blobs.read(staged.sha256)) == content
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(path.parent.name == path.name[2:4] and path.parent.parent.name == path.name[:2] for path in files)


@pytest.mark.parametrize(("content", "reason"), [(b"", "文件是空的"), (b"12345678901", "文件超过")])
def test_an_empty_or_too_large_file_leaves_nothing(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        FileBlobs(tmp_path).stage(io.BytesIO(content), 10)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_blob_that_is_not_there_is_missing_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileBlobs(tmp_path).read("a" * 64)
