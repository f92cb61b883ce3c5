"""Alerts over HTTP: for the public, and counts for staff."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from search.alerts import subscribing
from search.alerts.domain import Frequency, Subscription
from search.alerts.secrets import Secrets
from search.alerts.store import Subscriptions, count_all
from search.curation.api import READERS
from search.lists.listing import Listing, read_listing
from shared.auth import Principal, principal
from shared.events import now
from shared.problems import Unavailable

LONGEST_TOKEN = 100
Describe = Callable[[Listing], Awaitable[str]]


class Wanted(BaseModel):
    """What the form sends: an address, how often, and the parameters of the search."""

    model_config = ConfigDict(extra="ignore")

    email: str = Field(max_length=1000)
    frequency: Frequency = Frequency.INSTANT
    params: list[tuple[str, str]] = Field(default_factory=list, max_length=100)


class Token(BaseModel):
    token: str = Field(max_length=LONGEST_TOKEN)


def _shown(subscription: Subscription) -> dict[str, Any]:
    """What the holder of a link may see: their question, never the address."""
    return {
        "state": subscription.state,
        "description": subscription.description,
        "frequency": subscription.frequency,
        "frequency_label": subscription.frequency.label,
        "params": Listing.kept(subscription.params).pairs(),
    }


@dataclass(frozen=True)
class Desk:
    """What the routes need. Without `secrets` nothing could be sealed, so every answer is 503."""

    engine: AsyncEngine
    secrets: Secrets | None
    describe: Describe
    public_url: str

    def sealing(self) -> Secrets:
        if self.secrets is None:
            raise Unavailable("本站没有开通新文件通知")
        return self.secrets

    @asynccontextmanager
    async def book(self) -> AsyncIterator[Subscriptions]:
        """The subscriptions in one transaction, committed when left."""
        async with self.engine.begin() as connection:
            yield Subscriptions(connection)


def alerts_router(desk: Desk) -> APIRouter:
    """Everything alerts answer."""
    router = APIRouter(tags=["alerts"])
    for part in (_asking(desk), _stopping(desk), _counting(desk)):
        router.include_router(part)
    return router


def _asking(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.post("/api/alerts", status_code=202)
    async def subscribe(wanted: Wanted) -> dict[str, str]:
        """Write a confirmation mail. The answer is the same whether or not the address is known."""
        listing, secrets = read_listing(wanted.params), desk.sealing()
        address = subscribing.check(listing, wanted.email)
        description = await desk.describe(listing)
        async with desk.book() as book:
            await subscribing.subscribe(listing, address, wanted.frequency, description, now(), book, secrets)
        return {"status": "accepted"}

    @router.get("/api/alerts/preview")
    async def preview(request: Request) -> dict[str, Any]:
        """What an alert with these parameters would be about, before anybody gives an address."""
        listing = read_listing(request.query_params.multi_items())
        frequencies = [(each, each.label) for each in Frequency]
        return {"description": await desk.describe(listing), "params": listing.pairs(), "frequencies": frequencies}

    @router.get("/api/alerts/confirm")
    async def look(token: str) -> dict[str, Any]:
        """What a confirmation link is about; changes nothing."""
        async with desk.book() as book:
            return _shown(await subscribing.to_confirm(token, now(), book, desk.sealing()))

    @router.post("/api/alerts/confirm")
    async def confirm(given: Token) -> dict[str, Any]:
        """Begin to write to the address; `state` is what it was before."""
        async with desk.book() as book:
            return _shown(await subscribing.confirm(given.token, now(), book, desk.sealing()))

    return router


def _stopping(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.get("/api/alerts/subscription")
    async def mine(token: str) -> dict[str, Any]:
        """What a stop link is about; `stopped` when it is no more."""
        async with desk.book() as book:
            found = await subscribing.to_stop(token, book, desk.sealing())
        return {"stopped": False, **_shown(found)} if found else {"stopped": True}

    @router.get("/api/alerts/stop")
    async def ask_to_stop(token: str) -> Response:
        """A mail program that only opens the address gets the page with the button: a GET stops nothing."""
        return RedirectResponse(f"{desk.public_url.rstrip('/')}/alerts/stop?{urlencode({'token': token})}", 303)

    @router.post("/api/alerts/stop")
    async def stop(token: str) -> dict[str, bool]:
        """One-click stop (RFC 8058): the body says nothing that the address does not. Again is harmless."""
        async with desk.book() as book:
            await subscribing.stop(token, book, desk.sealing())
        return {"stopped": True}

    return router


def _counting(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.get("/internal/alerts")
    async def counts(who: Principal = Depends(principal)) -> dict[str, Any]:
        """How many alerts and mails there are, and whether any may be asked for; staff see no more than that."""
        who.require(*READERS)
        async with desk.engine.connect() as connection:
            return {"offered": desk.secrets is not None, **(await count_all(connection))._asdict()}

    return router
