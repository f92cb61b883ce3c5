"""Columns, items, editions, obligations and documents for tests: what matters is said, the rest is filled in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from catalog.domain.columns import Column, ColumnKind
from catalog.domain.editions import CatalogueItem
from catalog.domain.obligations import Obligation
from catalog.handlers.editions import DraftContent, draft_edition, publish_edition
from catalog.handlers.ports import Desk
from shared.events import DepartmentState, DocumentStatus, Event
from tests.support.events import document_event

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample"
TODAY = date(2026, 11, 23)


def sample(name: str) -> Any:
    return yaml.safe_load((SAMPLE / f"{name}.yaml").read_text("utf-8"))


def a_column(code: str = "news", **fields: Any) -> Column:
    given = {"name": f"栏目{code}", "kind": ColumnKind.NEWS, "department": "audit", **fields}
    return Column(code=code, **given)


def an_item(item: str = "audit-01", **fields: Any) -> CatalogueItem:
    given = {
        "name": f"事项{item}",
        "level1": "机构概况",
        "legal_basis": "条例第二十条",
        "raw_deadline": "信息形成或者变更之日起20个工作日内",
        "disclosing_body": "县审计局",
        **fields,
    }
    return CatalogueItem(id=item, **given)


def an_obligation(obligation: str = "task-1", **fields: Any) -> Obligation:
    given = {"title": "做一件事", "source": "实施方案", "department": "audit", "responsible": ("办公室",), **fields}
    return Obligation(id=obligation, **given)


def content(*items: CatalogueItem, department: str = "audit", **fields: Any) -> DraftContent:
    return DraftContent(fields.pop("title", "基本目录"), department, items, **fields)


async def publish(desk: Desk, *items: CatalogueItem, **fields: Any) -> int:
    """Draft and publish an edition; its number."""
    draft = await draft_edition(content(*items, **fields), "", "editor", desk)
    return (await publish_edition(draft.number, draft.version, "editor", desk)).number


def published(document: str, sequence: int = 1, *, on: date = TODAY, items: tuple[str, ...] = (), **more: Any) -> Event:
    moment = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    return document_event(sequence, document, catalogue_items=items, published_at=moment, **more)


def withdrawn(document: str, sequence: int = 2) -> Event:
    return document_event(sequence, document, status=DocumentStatus.WITHDRAWN)


def department_changed(code: str, name: str, sequence: int) -> Event:
    return Event("department.changed", code, sequence, DepartmentState(code=code, name=name))


def on(desk: Desk, day: date) -> Desk:
    """The same desk on another day."""
    return replace(desk, today=day)
