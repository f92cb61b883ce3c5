"""Search: the full text of everything published."""

from datetime import datetime
from typing import Any

from pydantic import Field

from portal.clients.transport import Page, Service, Shape, shaped


class Highlights(Shape):
    """HTML fragments whose only element is `<em>`; the portal sanitises them again."""

    title: list[str] = Field(default_factory=list)
    body: list[str] = Field(default_factory=list)
    attachment: list[str] = Field(default_factory=list)


class HitAttachment(Shape):
    id: str = ""
    name: str = ""
    page: int | None = None


class Hit(Shape):
    id: str
    title: str
    kind: str = "other"
    department: str = ""
    department_name: str = ""
    published_at: datetime | None = None
    url: str = ""
    highlights: Highlights = Highlights()
    attachment: HitAttachment | str | None = None
    validity: str | None = "in_force"


class FacetValue(Shape):
    value: str
    label: str = ""
    count: int = 0


class Found(Shape):
    """One page of results with the facets of the whole."""

    total: int = 0
    items: list[Hit] = Field(default_factory=list)
    facets: dict[str, list[FacetValue]] = Field(default_factory=dict)
    next_cursor: str | None = None
    did_you_mean: str | None = None


class Suggestion(Shape):
    text: str
    url: str = ""


class Search(Service):
    tells_asker = True

    async def search(self, params: dict[str, str | int | None], token: str | None = None) -> Found:
        return shaped(Found, self.name, (await self.get("/api/search", params, token)).body)

    async def suggest(self, text: str) -> list[Suggestion]:
        answer = await self.get("/api/suggest", {"q": text})
        return shaped(Page[Suggestion], self.name, answer.body).items

    async def freshness(self) -> dict[str, Any]:
        """How long publishing takes to become searchable; the service answers 503 while it is late."""
        body = (await self.get("/health/fresh", accept=(503,))).body
        return body if isinstance(body, dict) else {}
