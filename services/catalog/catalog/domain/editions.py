"""主动公开基本目录: numbered editions, draft → published → superseded, immutable once published."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from catalog.domain.words import Code, Line, Name, Passage
from shared.events import CatalogueEditionState, CatalogueItemState, Event
from shared.rules import DomainError


class EditionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


EDITION_STATUS_LABELS = {
    EditionStatus.DRAFT: "草稿",
    EditionStatus.PUBLISHED: "现行",
    EditionStatus.SUPERSEDED: "已被新版取代",
}


class ItemWithoutDisclosingBody(DomainError):
    """第{row}行“{name}”没有公开主体"""

    status = 422


class ItemWithoutBasis(DomainError):
    """第{row}行“{name}”没有公开依据"""

    status = 422


class ItemWithoutTerm(DomainError):
    """第{row}行“{name}”没有公开时限"""

    status = 422


class ItemTwice(DomainError):
    """第{row}行的编号“{item}”在本目录中已经用过"""

    status = 422


class ItemBelongsElsewhere(DomainError):
    """编号“{item}”属于部门“{department}”的目录，请换一个编号"""

    status = 409


class EditionIsFixed(DomainError):
    """目录第{edition}版已经公布，不能再改；请新建一版"""

    status = 409


class EditionIsEmpty(DomainError):
    """目录第{edition}版没有事项，不能公布"""

    status = 409


class UnresolvedRowErrors(DomainError):
    """目录第{edition}版还有没有改正的行，不能公布：{errors}"""

    status = 409


class RetiredWithoutReason(DomainError):
    """事项“{name}”还有没有完成的任务（{obligations}），取消它要写明理由"""

    status = 409


class CatalogueItem(BaseModel):
    """One row of the national table (国办发〔2019〕54号) with the departments that carry it.

    `raw_deadline` keeps the words of the 公开时限; `column` is where its documents stand.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Code
    number: Line = ""
    name: Name
    level1: Name
    level2: Line = ""
    level3: Line = ""
    content_elements: Passage = ""
    legal_basis: Passage = ""
    raw_deadline: Line = ""
    disclosing_body: Line = ""
    channels: tuple[Line, ...] = ()
    audience: Line = "全社会"
    mode: Line = "主动"
    admin_level: Line = ""
    responsible: tuple[Name, ...] = ()
    lead: tuple[Name, ...] = ()
    supporting: tuple[Name, ...] = ()
    column: Code | None = None
    key_area: bool = False
    index_prefix: Line = ""

    def state(self, edition: int, retired: bool = False) -> CatalogueItemState:
        known = self.model_dump(include=set(CatalogueItemState.model_fields))
        return CatalogueItemState(**known, edition=edition, retired=retired)


@dataclass(frozen=True, slots=True)
class RowError:
    """What must be put right in one row before its edition can be published."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True)
class LiveItem:
    """An item as the newest published edition of its department left it; `version` counts its changes."""

    item: CatalogueItem
    department: str
    edition: int
    retired: bool = False
    version: int = 1

    def event(self, by: str) -> Event:
        kind = "catalog.item_retired" if self.retired else "catalog.item_published"
        return Event(kind, self.item.id, self.version, self.item.state(self.edition, self.retired), actor=by)


@dataclass(frozen=True)
class Edition:
    """One edition of a department's catalogue. `retirements` gives the reason for each item it drops."""

    number: int
    department: str
    title: str
    items: tuple[CatalogueItem, ...]
    retirements: Mapping[str, str] = field(default_factory=dict)
    status: EditionStatus = EditionStatus.DRAFT
    published_on: date | None = None
    version: int = 1

    def revise(self, title: str, items: tuple[CatalogueItem, ...], retirements: Mapping[str, str]) -> "Edition":
        """The draft with new content. Raises EditionIsFixed once it is published."""
        self.require_draft()
        check_items(items)
        return replace(self, title=title, items=items, retirements=retirements, version=self.version + 1)

    def publish(self, on: date, errors: Collection[RowError]) -> "Edition":
        """The edition as published. Raises EditionIsFixed, EditionIsEmpty or UnresolvedRowErrors."""
        self.require_draft()
        if not self.items:
            raise EditionIsEmpty(edition=self.number)
        if errors:
            told = "；".join(f"第{error.row}行 {error.reason}" for error in errors)
            raise UnresolvedRowErrors(edition=self.number, errors=told)
        return replace(self, status=EditionStatus.PUBLISHED, published_on=on, version=self.version + 1)

    def supersede(self) -> "Edition":
        """The edition once a newer one of the same department is published."""
        return replace(self, status=EditionStatus.SUPERSEDED, version=self.version + 1)

    def published(self, by: str) -> Event:
        """The fact that this edition is now the current one."""
        assert self.published_on is not None  # noqa: S101 - only `publish` leads here
        state = CatalogueEditionState(
            edition=self.number,
            department=self.department,
            title=self.title,
            published_on=self.published_on,
            items=len(self.items),
        )
        return Event("catalog.edition_published", f"edition-{self.number}", self.version, state, actor=by)

    def require_draft(self) -> None:
        """Raise EditionIsFixed once the edition is published."""
        if self.status != EditionStatus.DRAFT:
            raise EditionIsFixed(edition=self.number)


def check_items(items: Iterable[CatalogueItem]) -> None:
    """Refuse an item that does not say who discloses it, on what basis and by when, or stands twice."""
    seen: set[str] = set()
    for row, item in enumerate(items, start=1):
        place = {"row": row, "name": item.name, "item": item.id}
        if not item.disclosing_body.strip():
            raise ItemWithoutDisclosingBody(**place, field=f"items.{row - 1}.disclosing_body")
        if not item.legal_basis.strip():
            raise ItemWithoutBasis(**place, field=f"items.{row - 1}.legal_basis")
        if not item.raw_deadline.strip():
            raise ItemWithoutTerm(**place, field=f"items.{row - 1}.raw_deadline")
        if item.id in seen:
            raise ItemTwice(**place, field=f"items.{row - 1}.id")
        seen.add(item.id)


def row_errors(items: Iterable[CatalogueItem], columns: Collection[str]) -> list[RowError]:
    """What keeps a draft from being published; `columns` are the codes of the active columns."""
    errors: list[RowError] = []
    numbers: dict[str, int] = {}
    for row, item in enumerate(items, start=1):
        if item.column is not None and item.column not in columns:
            errors.append(RowError(row, "column", f"栏目“{item.column}”不存在或已停用"))
        first = numbers.setdefault(item.number, row) if item.number else row
        if first != row:
            errors.append(RowError(row, "number", f"序号“{item.number}”与第{first}行重复"))
    return errors
