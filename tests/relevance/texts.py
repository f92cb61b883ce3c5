"""The two collections that are searched: the regulations corpus and the sample, as published documents."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from launcher.layout import REPOSITORY
from publishing.files.readers import read_text
from publishing.files.types import DOCX, PDF, XLSX
from publishing.rendering import plain_text, render
from shared.events import AttachmentState, Event
from sunlight.reading import Submission, read_file, read_regulations
from tests.bench.stack import CORPUS
from tests.support.events import document_event

SAMPLE = REPOSITORY / "deploy" / "sample"
PUBLISHED = datetime(2026, 3, 5, 1, tzinfo=UTC)
MEDIA_TYPES = {".pdf": PDF, ".docx": DOCX, ".xlsx": XLSX}
_ARTICLE = re.compile(r"^\s*(?:\*\*)?(第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)", re.MULTILINE)


@dataclass(frozen=True)
class Text:
    """One document: `event` is what the product indexes, the rest is what peers and judgements need."""

    id: str
    title: str
    body: str
    issued_on: str
    articles: frozenset[str]
    event: Event


def _text(submission: Submission, identity: str, department: str, name: str, **more: Any) -> Text:
    data, html = submission.body, render(submission.body["body"])
    issued_on, body = data.get("issued_on"), plain_text(html)
    event = document_event(
        1,
        identity,
        title=data["title"],
        kind=data["kind"],
        department=department,
        department_name=name,
        body=body,
        body_html=html,
        issued_on=date.fromisoformat(issued_on) if issued_on else None,
        keywords=tuple(data.get("keywords", ())),
        published_at=PUBLISHED,
        **more,
    )
    return Text(identity, data["title"], body, issued_on or "", frozenset(_ARTICLE.findall(body)), event)


@lru_cache
def corpus() -> tuple[Text, ...]:
    """The regulations as `sunlight import` and publishing would make them; their ids are the corpus's own."""
    submissions = read_regulations(CORPUS)
    return tuple(_text(submission, submission.external_id, "regulations", "法规库") for submission in submissions)


@lru_cache
def sample() -> tuple[Text, ...]:
    """The sample's documents with the text of their attachments; their ids are their external ids."""
    entries = yaml.safe_load((SAMPLE / "departments.yaml").read_text())["departments"]
    names = {entry["code"]: entry["name"] for entry in entries}
    return tuple(_sample_text(path, names) for path in sorted((SAMPLE / "documents").glob("*.md")))


def _sample_text(path: Path, names: dict[str, str]) -> Text:
    submission = read_file(path, None, None)
    data = submission.body
    return _text(
        submission,
        submission.external_id,
        data["department"],
        names[data["department"]],
        document_number=data.get("document_number"),
        index_number=data.get("index_number"),
        catalogue_items=tuple(data.get("catalogue_items", ())),
        column=data["column"],
        attachments=tuple(_attachment(file["name"]) for file in data["attachments"]),
    )


def _attachment(name: str) -> AttachmentState:
    path = SAMPLE / "documents" / "attachments" / name
    media_type = MEDIA_TYPES[path.suffix]
    return AttachmentState(
        id=path.stem,
        name=name,
        media_type=media_type,
        size=path.stat().st_size,
        sha256="0" * 64,
        text=read_text(path, media_type),
    )
