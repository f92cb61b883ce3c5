"""What a file is, told by its bytes; a name decides nothing but whether text is a table (`.csv`), and must not lie."""

import codecs
import re
import zipfile
from pathlib import Path
from typing import IO
from xml.parsers import expat

import puremagic

from publishing.domain.rules import FileRefused

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TXT, CSV = "text/plain", "text/csv"
IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/bmp"}
ENDINGS = {
    ".pdf": PDF,
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".csv": CSV,
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".bmp": "image/bmp",
}
MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}

OLE_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD = 8192
MAX_UNPACKED = 300 * 1024 * 1024
MAX_MEMBERS = 5000
MAX_RATIO = 200
SMALL_MEMBER = 1024 * 1024
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
CHARSETS = ("utf-8-sig", "gb18030")


def media_type(path: Path, name: str) -> str:
    """The media type of a file we accept. Raises FileRefused with the reason for any other."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _office_type(path)
    if head.startswith(OLE_HEADER):
        raise FileRefused(reason="旧版 Office 或加密文件，请另存为不加密的 docx、xlsx 或 PDF")
    if (image := _image_type(head)) is not None:
        return image
    if is_text(head):
        return CSV if name.lower().endswith(".csv") else TXT
    raise FileRefused(reason="不接收这种文件；可用 PDF、DOCX、XLSX、TXT、CSV 和图片")


def refuse_false_name(name: str, kind: str) -> None:
    """Raises FileRefused for a name that says another type: people and programs would open the file as that."""
    said = ENDINGS.get(Path(name).suffix.lower(), kind)
    if said != kind and not (said in IMAGES and kind in IMAGES):
        raise FileRefused(reason=f"文件名以 {Path(name).suffix} 结尾，内容却不是这种文件")


def _image_type(head: bytes) -> str | None:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    return next((match.mime_type for match in found if match.mime_type in IMAGES), None)


def is_text(head: bytes) -> bool:
    """Whether this beginning of a file is text in a charset we read."""
    return charset(head, final=False) is not None


def charset(content: bytes, final: bool = True) -> str | None:
    """UTF-8, UTF-16 with its mark, or GB 18030; None for anything with control characters or broken bytes."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if CONTROLS.search(content):
        return None
    for name in CHARSETS:
        try:
            codecs.getincrementaldecoder(name)().decode(content, final)
        except UnicodeDecodeError:
            continue
        return name
    return None


def _office_type(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            kind = next((kind for part, kind in MAIN_PARTS.items() if part in names), None)
            if kind is None or "[Content_Types].xml" not in names:
                raise FileRefused(reason="不接收压缩包，请逐个上传其中的文件")
            _refuse_bombs(members)
            _refuse_macros(archive, names)
            _refuse_entities(archive, members)
            return kind
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise FileRefused(reason="文件已损坏或已加密") from error


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = any(
        member.file_size > SMALL_MEMBER and member.file_size > MAX_RATIO * max(member.compress_size, 1)
        for member in members
    )
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or packed:
        raise FileRefused(reason="文件解压后过大（疑似压缩炸弹）")


def _refuse_macros(archive: zipfile.ZipFile, names: set[str]) -> None:
    with archive.open("[Content_Types].xml") as part:
        declared = part.read(SMALL_MEMBER)
    if b"macroEnabled" in declared or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(reason="文件含有宏，请另存为不含宏的格式")


def _refuse_entities(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Office files never declare a document type; one that does wants entities expanded or fetched."""
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")) and member.file_size:
            with archive.open(member) as part:
                _read_prolog(part)


class _RootReached(Exception):
    """The prolog is over, and with it every place where a document type may stand."""


def _read_prolog(part: IO[bytes]) -> None:
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise FileRefused(reason="文件含有 XML 实体声明，不予接收")

    def root(*_: object) -> None:
        raise _RootReached

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        while piece := part.read(HEAD):
            parser.Parse(piece, False)
    except _RootReached:
        return
    except expat.ExpatError as error:
        raise FileRefused(reason="文件已损坏") from error
