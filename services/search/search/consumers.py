"""Events to handlers."""

from search.batching import Batcher
from search.freshness import FreshnessSampler
from search.handlers import index_document
from shared.consuming import MessageHandler, of_event
from shared.events import Event

DOCUMENT_QUEUE = "search.document"
# Enough messages in hand to fill both writers' next batches while their present ones are written.
DOCUMENT_PREFETCH = 800


def document_consumer(batcher: Batcher, sampler: FreshnessSampler) -> MessageHandler:
    """Index every version of every document; order and repetition do not matter."""

    async def handle(event: Event) -> None:
        await index_document(event, batcher, sampler)

    return of_event(handle)
