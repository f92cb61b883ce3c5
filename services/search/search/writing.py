"""The one way documents get into the index, from events, from a rebuild and from a repair.

Every bulk asks which indices there are now, so no worker needs to be told that a rebuild has begun or that
another index went live: what it writes reaches the live index by its alias, and `next` and `previous` at its side.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import orjson
import structlog
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import NotFoundError

from search.index import Names, Refusal, outages, write_to
from shared.consuming import DependencyAway

log = structlog.get_logger(__name__)

Document = dict[str, Any]
Write = Callable[[Sequence[Document]], Awaitable[list[Refusal | None]]]


class Flagging(Protocol):
    """What a document's flags say of others, such as that a newer version of it was published."""

    async def write(self, write: Write, alias: str, documents: Sequence[Document]) -> list[Refusal | None]:
        """Write the documents with their flags, and mend the flags of those in the index that they concern."""
        ...

    async def settle(self, alias: str) -> int:
        """Mend every flag in the index; how many were wrong."""
        ...


class NoFlags:
    """Documents that say nothing of one another, in any index."""

    async def write(self, write: Write, alias: str, documents: Sequence[Document]) -> list[Refusal | None]:  # noqa: ARG002
        return await write(documents)

    async def settle(self, alias: str) -> int:  # noqa: ARG002
        return 0


class IndexWriter:
    """Writes documents to the live index, and to those that will be or were live."""

    def __init__(self, client: AsyncOpenSearch, names: Names, flagging: Flagging | None = None) -> None:
        self.client = client
        self.names = names
        self.flagging: Flagging = flagging or NoFlags()

    async def write(self, documents: Sequence[Document]) -> list[Refusal | None]:
        """Write to the live index; its outcomes, one a document. Raises DependencyAway.

        What goes wrong at the side holds nobody up: a rebuild and a rollback compare everything before they
        make another index live.
        """
        sides = await self._sides()
        written = [self.fill(self.names.write, documents), *(self._aside(side, documents) for side in sides)]
        live, *aside = await asyncio.gather(*written, return_exceptions=True)
        for side, outcome in zip(sides, aside, strict=True):
            if isinstance(outcome, BaseException):
                log.error("index.side_failed", alias=side, error=repr(outcome), exc_info=outcome)
        if isinstance(live, BaseException):
            raise live
        return live or []

    async def fill(self, alias: str, documents: Sequence[Document]) -> list[Refusal | None]:
        """Write to one index alone. Raises DependencyAway."""

        async def write(flagged: Sequence[Document]) -> list[Refusal | None]:
            return await write_to(self.client, alias, flagged)

        return await self.flagging.write(write, alias, documents)

    async def rewrite(self, alias: str, documents: Sequence[Document], force: bool = False) -> list[Refusal | None]:
        """Write to one index over whatever it holds of the same version (see `write_to`). Raises DependencyAway."""

        async def write(flagged: Sequence[Document]) -> list[Refusal | None]:
            return await write_to(self.client, alias, flagged, "external_gte", force)

        return await self.flagging.write(write, alias, documents)

    async def remove(self, alias: str, documents: Sequence[str]) -> None:
        """Delete what the public record does not know. Raises DependencyAway."""
        if not documents:
            return
        with outages():
            actions = b"".join(orjson.dumps({"delete": {"_id": document}}) + b"\n" for document in documents)
            await self.client.bulk(body=actions, index=alias, params={"filter_path": "errors"})

    async def _sides(self) -> list[str]:
        """Those of `next` and `previous` that there are; the engine's 404 lists what is there beside what is not."""
        names = self.names
        with outages():
            try:
                found = await self.client.indices.get_alias(name=f"{names.next},{names.previous}")
            except NotFoundError as error:
                found = error.info if isinstance(error.info, dict) else {}
        there = {alias for index in found.values() if isinstance(index, dict) for alias in index.get("aliases", {})}
        return [alias for alias in (names.next, names.previous) if alias in there]

    async def _aside(self, alias: str, documents: Sequence[Document]) -> None:
        try:
            refusals = await self.fill(alias, documents)
        except DependencyAway as error:
            log.warning("index.side_away", alias=alias, error=str(error))
            return
        for document, refusal in zip(documents, refusals, strict=True):
            if refusal:
                log.warning("index.side_refused", alias=alias, document=document["id"], reason=refusal.reason)
