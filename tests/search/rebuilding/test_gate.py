"""A new index goes live only when people find in it what they find now."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from search.documents import item_document
from search.index import write_to
from search.rebuilding.aliases import Indices
from search.rebuilding.domain import Rebuild, Step
from search.rebuilding.gate import Questions, no_questions
from search.rebuilding.running import Rebuilder
from search.rebuilding.work import begin_rebuild
from tests.search.rebuilding.following import latest, running
from tests.search.rebuilding.standing import Standing

WORDLESS = "（无内容）"


@pytest.fixture
def indices(stand: Standing) -> Indices:
    return Indices(stand.client, stand.names)


async def make_worse(stand: Standing, documents: Sequence[str]) -> None:
    """The same documents, versions and counts, but nothing in them that anybody would look for."""
    events = await stand.record.states(documents)
    emptied = [replace(event, data=event.data.model_copy(update={"title": WORDLESS, "body": ""})) for event in events]
    worse = [item_document(event) for event in emptied]
    assert await write_to(stand.client, stand.names.next, worse, "external_gte") == [None] * len(worse)
    await stand.client.indices.refresh(index=stand.names.next)


async def judged(stand: Standing, indices: Indices, harmed: Sequence[str], questions: Questions) -> Rebuild:
    """A rebuild whose new index answers worse for these documents by the time it is judged."""
    await stand.fill()
    await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
    rebuilder = Rebuilder(stand.database, stand.writer, stand.record, questions)
    while (found := await running(stand)) and found.step is not Step.JUDGE:
        await rebuilder.advance()
    if harmed:
        await make_worse(stand, harmed)
    while await rebuilder.advance():
        pass
    return await latest(stand)


async def test_an_index_that_holds_everything_and_finds_less_does_not_go_live(
    stand: Standing, indices: Indices
) -> None:
    ids = await stand.publish(60, "worse")
    await stand.fill()
    live = await indices.behind(stand.names.write)
    done = await judged(stand, indices, ids[:12], no_questions)
    assert (done.step, done.written) == (Step.FAILED, 60)
    assert "个标题中有" in done.error
    assert done.figures["judge"]["known_lost"] > 0
    assert await indices.behind(stand.names.write) == live
    assert await indices.behind(stand.names.next) is None


async def test_what_people_ask_is_asked_of_both(stand: Standing, indices: Indices) -> None:
    await stand.publish(1, "asked")

    async def asked_most() -> Sequence[str]:
        return ("供水", "道路", "没有这样的词汇")

    done = await judged(stand, indices, (), asked_most)
    assert done.step is Step.DONE
    judgement = done.figures["judge"]
    assert judgement["questions"] == judgement["known"] + 3
    assert judgement["unanswered_before"] == judgement["unanswered_after"]
    assert (judgement["overlap"], judgement["known_lost"]) == (1.0, 0)
