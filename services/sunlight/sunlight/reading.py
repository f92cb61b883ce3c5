"""Files as submissions to the department gateway."""

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sunlight.installation import CommandError

TEXT_SUFFIXES = {".txt", ".md"}
ATTACHMENT_SUFFIXES = {".pdf", ".docx", ".xlsx", ".csv"}
INLINE_LIMIT = 256 * 1024
TITLE_LENGTH = 120
HEADING_LENGTH = 60
ISSUING_BODY_ENDINGS = ("局", "委员会", "办公室", "人民政府", "中心")


@dataclass(frozen=True)
class Submission:
    """One message to the gateway: action and the contract's body; large files wait in `uploads`."""

    action: str
    external_id: str
    sequence: int
    body: dict[str, Any]
    uploads: tuple[Path, ...] = ()


def read_file(path: Path, kind: str | None, title: str | None) -> Submission:
    """A file as a submission: text becomes the body (Markdown may begin with YAML metadata); others attach.

    The external id is the file's name and the sequence its time of change, so sending an unchanged file
    again is recognised, and a changed one becomes the next edition.
    """
    if not path.is_file():
        raise CommandError(f"找不到文件：{path}")
    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES | ATTACHMENT_SUFFIXES:
        known = "、".join(sorted(TEXT_SUFFIXES | ATTACHMENT_SUFFIXES))
        raise CommandError(f"不支持的文件类型 {suffix or path.name}；可用：{known}")
    data: dict[str, Any] = {"body": ""}
    files = [path]
    if suffix in TEXT_SUFFIXES:
        data, files = _text(path)
    data["title"] = title or data.get("title") or _title(path, data["body"])
    data["kind"] = kind or data.get("kind") or "other"
    inline = [file for file in files if file.stat().st_size <= INLINE_LIMIT]
    data["attachments"] = [_inline(file) for file in inline]
    uploads = tuple(file for file in files if file not in inline)
    sequence = path.stat().st_mtime_ns // 1_000_000
    return Submission("submit", str(data.pop("external_id", path.name)), sequence, data, uploads)


def _text(path: Path) -> tuple[dict[str, Any], list[Path]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} 不是 UTF-8 文本") from error
    data: dict[str, Any] = {}
    if path.suffix == ".md" and text.startswith("---\n"):
        head, _, text = text[4:].partition("\n---\n")
        data = _metadata(path, head)
    files = [path.parent / "attachments" / str(name) for name in data.pop("attachments", [])]
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise CommandError(f"{path} 提到的附件不存在：{'、'.join(missing)}")
    return {**{key: _plain(value) for key, value in data.items()}, "body": text.strip()}, files


def _metadata(path: Path, head: str) -> dict[str, Any]:
    try:
        data = yaml.safe_load(head) or {}
    except yaml.YAMLError as error:
        raise CommandError(f"{path} 开头的元数据不是 YAML") from error
    if not isinstance(data, dict) or not isinstance(data.get("attachments", []), list):
        raise CommandError(f"{path} 开头的元数据应为“名称: 值”，附件为列表")
    return data


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _title(path: Path, body: str) -> str:
    """The heading of a text: its first line, with the next when a body's name stands alone above it."""
    lines = [line.lstrip("# ").strip() for line in body.splitlines() if line.strip()]
    if not lines:
        return path.stem
    named_body = len(lines) > 1 and lines[0].endswith(ISSUING_BODY_ENDINGS) and len(lines[1]) <= HEADING_LENGTH
    return (lines[0] + lines[1] if named_body else lines[0])[:TITLE_LENGTH]


def _inline(file: Path) -> dict[str, str]:
    return {"name": file.name, "content_base64": base64.b64encode(file.read_bytes()).decode()}


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, to recognise an interrupted import of the same file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def regulation(record: dict[str, Any]) -> Submission:
    """One line of a regulations file as a submission. Raises CommandError naming what it lacks."""
    if not isinstance(record, dict):
        raise CommandError("应为一个 JSON 对象")
    if lacking := [name for name in ("id", "title", "text") if not record.get(name)]:
        raise CommandError(f"缺少 {'、'.join(lacking)}")
    notes = "\n\n".join(record.get("notes") or [])
    body = f"{record['text']}\n\n{notes}" if notes else record["text"]
    data = {
        "kind": "regulation",
        "title": record["title"],
        "body": body,
        "issued_on": record.get("issued_on"),
        "keywords": [word for word in (record.get("category"), record.get("region"), record.get("city")) if word],
    }
    return Submission("submit", str(record["id"]), 1, {key: value for key, value in data.items() if value})


def read_regulations(path: Path) -> Iterator[Submission]:
    """Every document of a JSON-lines file, gzipped or not. Raises CommandError with the line that cannot be read."""
    opener = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):  # noqa: B007 - told when a line cannot be read
                yield regulation(json.loads(line))
    except json.JSONDecodeError as error:
        raise CommandError(f"{path} 第 {number} 行不是 JSON：{error.msg}") from error
    except CommandError as error:
        raise CommandError(f"{path} 第 {number} 行无法读取：{error}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} 第 {number + 1} 行起不是 UTF-8 文本") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CommandError(f"{path} 不是完整的 gzip 文件（读到第 {number} 行）") from error
    if not number:
        raise CommandError(f"{path} 是空文件")
