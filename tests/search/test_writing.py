"""What goes wrong beside the live index holds nobody up, and is told."""

from collections.abc import Sequence
from typing import Any

from opensearchpy import AsyncOpenSearch
from structlog.testing import capture_logs

from search.documents import item_document
from search.index import Names, Refusal, create_index
from search.writing import IndexWriter, NoFlags, Write
from tests.support.events import document_event


class BrokenBeside(NoFlags):
    """Flags that an unforeseen error keeps from one index."""

    def __init__(self, alias: str) -> None:
        self._alias = alias

    async def write(self, write: Write, alias: str, documents: Sequence[dict[str, Any]]) -> list[Refusal | None]:
        if alias == self._alias:
            raise RuntimeError("unforeseen")
        return await write(documents)


async def test_an_unforeseen_error_at_the_side_is_logged_and_the_live_index_written(
    client: AsyncOpenSearch, names: Names
) -> None:
    await create_index(client, names, names.physical("beside"), {names.next: {}})
    writer = IndexWriter(client, names, BrokenBeside(names.next))
    event = document_event()
    with capture_logs() as logged:
        assert await writer.write([item_document(event)]) == [None]
    assert (await client.get(index=names.write, id=event.subject))["found"]
    [told] = [line for line in logged if line["event"] == "index.side_failed"]
    assert (told["alias"], told["log_level"]) == (names.next, "error")
