"""What the search service does with an event."""

from typing import Any, Protocol

from search.documents import item_document
from search.index import Refusal
from shared.consuming import Refused
from shared.events import Event


class Writer(Protocol):
    """Writes one indexed document and says what became of it."""

    async def submit(self, document: dict[str, Any]) -> Refusal | None: ...


class Sampler(Protocol):
    def offer(self, event: Event) -> None: ...


async def index_document(event: Event, writer: Writer, sampler: Sampler) -> None:
    """Bring the index to this event's version of the document, unless it holds a newer one.

    Raises:
        Refused: the engine will never take this document.
        DependencyAway: the engine is away; the event must be delivered again.
    """
    refusal = await writer.submit(item_document(event))
    if refusal is not None:
        raise Refused(refusal.reason)
    sampler.offer(event)
