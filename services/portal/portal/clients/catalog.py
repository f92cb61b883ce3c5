"""Catalogue: site columns, the disclosure catalogue, obligations, coverage."""

from datetime import date
from typing import Any

from pydantic import Field

from portal.clients.transport import Page, Params, Service, Shape, segment, shaped


class Column(Shape):
    code: str
    name: str
    kind: str = "other"
    department: str = ""
    parent: str | None = None
    purpose: str = ""
    kind_label: str = ""
    department_name: str | None = None
    max_silence_days: int | None = None
    silence_source: str | None = None
    active: bool = True
    version: int | None = None


class CatalogueItem(Shape):
    """A row of the disclosure catalogue; `documents` are the published ids that fulfil it."""

    id: str
    edition: int = 0
    number: str = ""
    name: str
    level1: str = ""
    level2: str = ""
    content_elements: str = ""
    legal_basis: str = ""
    disclosing_body: str = ""
    raw_deadline: str = ""
    term_explained: str = ""
    column: str | None = None
    key_area: bool = False
    retired: bool = False
    documents: list[Any] = Field(default_factory=list)

    @property
    def document_ids(self) -> list[str]:
        return [str(d["id"]) if isinstance(d, dict) else str(d) for d in self.documents]


class RowError(Shape):
    """Why a row keeps a draft edition from being published."""

    item: str = ""
    field: str = ""
    message: str = ""


class Edition(Shape):
    edition: int
    title: str = ""
    department: str = ""
    published_on: date | None = None
    status: str = "published"
    status_label: str = ""
    version: int | None = None
    items: list[CatalogueItem] | int = Field(default_factory=list)
    errors: list[RowError] = Field(default_factory=list)

    @property
    def count(self) -> int:
        return self.items if isinstance(self.items, int) else len(self.items)

    @property
    def rows(self) -> list[CatalogueItem]:
        return self.items if isinstance(self.items, list) else []


class Defect(Shape):
    code: str = ""
    message: str = ""


class Obligation(Shape):
    """What someone must do by when; `term_explained` says how the term was read."""

    id: str
    title: str
    source: str = ""
    department: str = ""
    clause: str = ""
    triggered_on: date | None = None
    responsible: list[str] = Field(default_factory=list)
    lead: list[str] = Field(default_factory=list)
    supporting: list[str] = Field(default_factory=list)
    raw_term: str = ""
    recurring: bool = False
    due_on: date | None = None
    evidence: str = ""
    column: str | None = None
    catalogue_item: str | None = None
    fulfilled_by: list[str] = Field(default_factory=list)
    active: bool = True
    state: str = ""
    state_label: str = ""
    rule: Any = None
    term_explained: str = ""
    derived: bool = False
    defects: list[Defect] = Field(default_factory=list)
    version: int | None = None


class CoverageRow(Shape):
    key: str
    name: str = ""
    fulfilled: int = 0
    due: int = 0
    overdue: int = 0
    never: int = 0


class Catalog(Service):
    async def columns(self) -> list[Column]:
        return shaped(Page[Column], self.name, (await self.get("/api/columns")).body).items

    async def put_column(self, code: str, body: dict[str, Any], token: str, version: int | None) -> None:
        await self.change("PUT", f"/api/columns/{segment(code)}", body, token, version)

    async def catalogue(self) -> Edition:
        """The edition in force. Raises Missing before the first is published."""
        return shaped(Edition, self.name, (await self.get("/api/catalogue")).body)

    async def editions(self, token: str | None = None) -> list[Edition]:
        """Newest first; drafts only for those who may edit them."""
        answer = await self.get("/api/catalogue/editions", token=token)
        return shaped(Page[Edition], self.name, answer.body).items

    async def edition(self, number: int, token: str | None = None) -> Edition:
        answer = await self.get(f"/api/catalogue/editions/{segment(number)}", token=token)
        return shaped(Edition, self.name, answer.body)

    async def item(self, item_id: str) -> CatalogueItem:
        answer = await self.get(f"/api/catalogue/items/{segment(item_id)}")
        return shaped(CatalogueItem, self.name, answer.body)

    async def publish_edition(self, number: int, token: str, version: int) -> None:
        await self.change("POST", f"/api/catalogue/editions/{segment(number)}/publish", None, token, version)

    async def obligations(self, state: str = "", department: str = "", cursor: str | None = None) -> Page[Obligation]:
        params: Params = {"state": state, "department": department, "limit": 100, "cursor": cursor}
        return shaped(Page[Obligation], self.name, (await self.get("/api/obligations", params)).body)

    async def obligation(self, obligation_id: str) -> Obligation:
        return shaped(Obligation, self.name, (await self.get(f"/api/obligations/{segment(obligation_id)}")).body)

    async def put_obligation(self, obligation_id: str, body: dict[str, Any], token: str, version: int | None) -> None:
        await self.change("PUT", f"/api/obligations/{segment(obligation_id)}", body, token, version)

    async def coverage(self, by: str) -> list[CoverageRow]:
        answer = await self.get("/api/coverage", {"by": by})
        return shaped(Page[CoverageRow], self.name, answer.body).items
