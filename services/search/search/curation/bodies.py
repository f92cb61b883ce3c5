"""What callers of the curation API send, and what they are answered."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from search.curation.rules import DEFAULT_WEIGHT, BestBet, CurationRefused, Entry, Expansion
from search.curation.store import Kept
from shared.askers import china_today

EntryPath = Annotated[UUID, Path()]
Text = Annotated[str, Field(max_length=2000)]


class Body(BaseModel):
    """Unknown fields are refused, for a misspelt field would silently do nothing."""

    model_config = ConfigDict(extra="forbid")


class BestBetBody(Body):
    queries: Annotated[list[Text], Field(max_length=100)] = []
    title: Text = ""
    url: Text = ""
    summary: Text = ""
    owner: Text = ""
    expires_on: Text = ""

    def content(self) -> BestBet:
        """The checked entry. Raises CurationRefused."""
        try:
            day = date.fromisoformat(self.expires_on)
        except ValueError as error:
            raise CurationRefused(field="expires_on", message="请填写到期日，例如 2026-12-31") from error
        fields = self.model_dump(exclude={"expires_on"})
        return BestBet(**fields, expires_on=day).checked(china_today())


class ExpansionBody(Body):
    term: Text = ""
    weight: float = DEFAULT_WEIGHT


class EntryBody(Body):
    term: Text = ""
    expansions: Annotated[list[ExpansionBody], Field(max_length=100)] = []
    note: Text = ""

    def content(self) -> Entry:
        """The checked entry. Raises CurationRefused."""
        expansions = tuple(Expansion(term=each.term, weight=each.weight) for each in self.expansions)
        return Entry(term=self.term, expansions=expansions, note=self.note).checked()


class TrialBody(EntryBody):
    """An entry that is not kept, and the query to try it on (the term itself by default)."""

    q: Text = ""


class ClickBody(Body):
    """Which result of a query was opened; the first is at position 1."""

    q: Annotated[str, Field(max_length=200)]
    id: Annotated[str, Field(max_length=100)] = ""
    position: Annotated[int, Field(ge=1, le=1000)]


def kept_view(kept: Kept[Any]) -> dict[str, Any]:
    """What it holds, with its version and who changed it last; of a best bet, how it stands today."""
    view = {
        "id": str(kept.id),
        **kept.content.model_dump(mode="json"),
        "version": kept.version,
        "changed_at": kept.changed_at.isoformat(),
        "changed_by": kept.changed_by,
    }
    if isinstance(kept.content, BestBet):
        view["state"] = standing(kept.content, china_today())
    return view


def standing(bet: BestBet, today: date) -> str:
    """active, due_soon (its last days) or expired."""
    if not bet.shown_on(today):
        return "expired"
    return "due_soon" if bet.expires_soon(today) else "active"
