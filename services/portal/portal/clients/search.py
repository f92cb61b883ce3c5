"""Search: the full text of everything published.

Only `id` and `title` of a hit are needed to show it: whatever else search does not say, yet or any more, is left
out of the page.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import structlog
from pydantic import BeforeValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from portal.clients.transport import Page, Params, Service, Shape, segment, shaped

log = structlog.get_logger(__name__)


def _or(nothing: Callable[[], Any]) -> WrapValidator:
    """For what a page can do without: a part that is absent, or of a shape we do not know, is `nothing`."""

    def read(value: Any, known: ValidatorFunctionWrapHandler) -> Any:
        if value is None:
            return nothing()
        try:
            return known(value)
        except ValidationError as error:
            log.warning("client.part_shape", error=str(error))
            return nothing()

    return WrapValidator(read)


def _none() -> None:
    return None


def _by_id(value: Any) -> Any:
    """An item may be named by its id alone."""
    return {"id": value} if isinstance(value, str) else value


def local(url: str) -> str:
    """The address when it is one of this site, else nothing."""
    return url if url.startswith("/") and not url.startswith(("//", "/\\")) else ""


class Highlights(Shape):
    """HTML fragments whose only element is `<em>`; the portal sanitises them again."""

    title: list[str] = Field(default_factory=list)
    body: list[str] = Field(default_factory=list)
    attachment: list[str] = Field(default_factory=list)


class HitAttachment(Shape):
    id: str = ""
    name: str = ""
    page: int | None = None


class HitPassage(Shape):
    """The passage that answers: its place in the item, and its text as HTML whose only element is `<em>`."""

    anchor: str = ""
    label: str = ""
    heading: str = ""
    text: str = ""
    url: str = ""


class Version(Shape):
    """Another item of the same chain of versions."""

    id: str
    title: str = ""
    issued_on: date | None = None
    validity: str | None = None

    @property
    def href(self) -> str:
        return f"/items/{self.id}"


class Match(Shape):
    """What one field gave to a score: its name in words, the words that matched, and how much."""

    field: str = ""
    words: list[str] = Field(default_factory=list)
    score: float | None = None


class Why(Shape):
    """Why a hit stands where it stands; `named` are the clauses of the query that matched."""

    score: float | None = None
    matched: list[Match] = Field(default_factory=list)
    named: list[str] = Field(default_factory=list)


class Hit(Shape):
    id: str
    title: str
    kind: str = "other"
    department: str = ""
    department_name: str = ""
    published_at: datetime | None = None
    issued_on: date | None = None
    document_number: str | None = None
    url: str = ""
    highlights: Highlights = Highlights()
    passage: Annotated[HitPassage | None, _or(_none)] = None
    attachment: HitAttachment | str | None = None
    validity: str | None = "in_force"
    superseded_by: Annotated[Version | None, BeforeValidator(_by_id), _or(_none)] = None
    versions: Annotated[list[Version], _or(list)] = Field(default_factory=list)
    why: Annotated[Why | None, _or(_none)] = None

    @property
    def href(self) -> str:
        """The item's page, which is always on this site."""
        return local(self.url) or f"/items/{self.id}"

    @property
    def answer_href(self) -> str:
        """The place in the item that answers."""
        if self.passage is None:
            return self.href
        return local(self.passage.url) or f"/items/{self.id}#{self.passage.anchor}".removesuffix("#")


class FacetValue(Shape):
    value: str
    label: str = ""
    count: int = 0


Facets = dict[str, list[FacetValue]]


class BestBet(Shape):
    """A page that an editor put first for this query; `owner` answers for it."""

    title: str
    url: str
    summary: str = ""
    owner: str = ""
    owner_name: str = ""

    @property
    def href(self) -> str:
        """Here or elsewhere on the web; empty for an address that is neither."""
        return local(self.url) or (self.url if self.url.startswith(("https://", "http://")) else "")


class Reading(Shape):
    """How the query was understood: words left out, words also looked for, and a correction already made."""

    dropped: list[str] = Field(default_factory=list)
    expanded: dict[str, list[str]] = Field(default_factory=dict)
    corrected: str | None = None

    def __bool__(self) -> bool:
        return bool(self.dropped or self.expanded or self.corrected)


class Try(Shape):
    """A query that would find something."""

    q: str
    total: int = 0


class Help(Shape):
    """What to do when nothing was found; `without_filters` is what the words alone would find."""

    queries: list[Try] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)
    without_filters: int = 0


class Found(Shape):
    """One page of results; facets of the whole come with the first.

    `partial`: a part of the index did not answer in time. `truncated`: there are more results than pages.
    """

    total: int = 0
    items: list[Hit] = Field(default_factory=list)
    facets: Annotated[Facets, _or(dict)] = Field(default_factory=dict)
    next_cursor: str | None = None
    did_you_mean: str | None = None
    best_bets: Annotated[list[BestBet], _or(list)] = Field(default_factory=list)
    reading: Annotated[Reading, _or(Reading)] = Reading()
    help: Annotated[Help, _or(Help)] = Help()
    partial: bool = False
    truncated: bool = False


class Suggestion(Shape):
    """`type` is title, number, department, column or popular; one without an address is a query to send."""

    text: str
    url: str = ""
    type: str = "title"

    @property
    def href(self) -> str:
        return local(self.url)


class Search(Service):
    tells_asker = True

    async def search(self, params: Params, token: str | None = None) -> Found:
        """Raises Unacceptable when a parameter makes no sense; `field` names it."""
        return shaped(Found, self.name, (await self.get("/api/search", params, token)).body)

    async def item(self, item_id: str) -> Hit:
        """An item as it is indexed, with its chain of versions."""
        return shaped(Hit, self.name, (await self.get(f"/api/items/{segment(item_id)}")).body)

    async def related(self, item_id: str) -> list[Hit]:
        answer = await self.get(f"/api/items/{segment(item_id)}/related")
        return shaped(Page[Hit], self.name, answer.body).items

    async def suggest(self, text: str) -> list[Suggestion]:
        answer = await self.get("/api/suggest", {"q": text})
        return shaped(Page[Suggestion], self.name, answer.body).items

    async def freshness(self) -> dict[str, Any]:
        """How long publishing takes to become searchable; the service answers 503 while it is late."""
        body = (await self.get("/health/fresh", accept=(503,))).body
        return body if isinstance(body, dict) else {}
