"""What handlers may rely on, asked alike of the fakes and of the real stores."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from publishing.domain.content import StoredFile
from publishing.domain.document import Document
from publishing.handlers.submissions import Intake
from publishing.store.documents import DocumentStore
from publishing.store.files import FileStore
from publishing.store.reading import Reading
from publishing.store.submissions import SubmissionStore
from publishing.store.tables import delivery, metadata
from shared.events import new_id
from shared.migrations import schema_differences
from shared.outbox import Outbox
from shared.problems import NotFound
from tests.publishing.fakes import fake_intake
from tests.publishing.sample import act, approved, content, draft, published


def stored_intake(connection: AsyncConnection) -> Intake:
    return Intake(
        SubmissionStore(connection),
        DocumentStore(connection),
        FileStore(connection),
        Outbox(connection, delivery.outbox, "publishing"),
    )


@pytest_asyncio.fixture(params=["fake", "stored"], loop_scope="session")
async def intake(request: pytest.FixtureRequest, engine: AsyncEngine) -> AsyncIterator[Intake]:
    if request.param == "fake":
        yield fake_intake()
        return
    async with engine.connect() as connection:
        yield stored_intake(connection)
        await connection.rollback()


def same(found: Document, expected: Document) -> bool:
    names = [name for name in Document.__slots__ if name != "entries"]
    return all(getattr(found, name) == getattr(expected, name) for name in names)


@pytest.mark.parametrize("make", [draft, approved, published])
async def test_a_document_comes_back_as_it_was_kept(intake: Intake, make: type) -> None:
    document = make()
    await intake.documents.add(document)
    assert document.entries == []
    assert same(await intake.documents.get(document.id), document)


async def test_what_is_changed_and_saved_comes_back_changed(intake: Intake) -> None:
    document = published()
    await intake.documents.add(document)
    document.revise(act("wang", 5))
    document.edit(content("修订稿", keywords=("审计", "公开")), act("zhang", 6))
    await intake.documents.save(document)
    assert same(await intake.documents.get(document.id), document)
    document.withdraw(act("li", 7, "内容有误"))
    await intake.documents.save(document)
    assert same(await intake.documents.get(document.id), document)


async def test_several_documents_are_added_together(intake: Intake) -> None:
    documents = [draft(title=str(number)) for number in range(3)]
    await intake.documents.add(*documents)
    assert [(await intake.documents.get(each.id)).face.title for each in documents] == ["0", "1", "2"]


async def test_an_unknown_document_is_not_found(intake: Intake) -> None:
    with pytest.raises(NotFound):
        await intake.documents.get(new_id())


async def test_only_a_higher_sequence_is_claimed_and_the_document_stays_the_first(intake: Intake) -> None:
    first, second = new_id(), new_id()
    claims = intake.submissions
    assert await claims.claim("audit", "a", 3, first) == (True, first)
    assert await claims.claim("audit", "a", 3, second) == (False, None)
    assert await claims.claim("audit", "a", 2, second) == (False, None)
    assert await claims.claim("audit", "a", 4, second) == (True, first)
    assert await claims.claim("finance", "a", 1, second) == (True, second)


async def test_a_claim_without_a_document_waits_for_one(intake: Intake) -> None:
    document_id = new_id()
    assert await intake.submissions.claim("audit", "b", 2, None) == (True, None)
    assert await intake.submissions.claim("audit", "b", 3, document_id) == (True, document_id)


async def test_new_external_ids_are_claimed_and_known_ones_left(intake: Intake) -> None:
    ids = [new_id() for _ in range(3)]
    await intake.submissions.claim("audit", "known", 1, ids[0])
    keys = [("audit", "known", 9, ids[1]), ("audit", "new", 1, ids[2]), ("audit", "new", 2, new_id())]
    assert await intake.submissions.claim_new(keys) == {ids[2]}  # type: ignore[attr-defined] # beyond the Protocol
    assert await intake.submissions.standing("audit", "known") == (ids[0], None)


async def test_what_stands_is_the_document_and_its_version(intake: Intake) -> None:
    document = published()
    await intake.documents.add(document)
    await intake.submissions.claim("audit", "c", 1, document.id)
    assert await intake.submissions.standing("audit", "c") == (document.id, 1)
    assert await intake.submissions.standing("audit", "nothing") == (None, None)


async def test_the_first_upload_of_a_file_stands(intake: Intake) -> None:
    first = StoredFile("a" * 64, 3, "text/plain", "字")
    await intake.files.put(first, "wang")  # type: ignore[attr-defined]
    await intake.files.put(StoredFile("a" * 64, 3, "text/csv", ""), "li")  # type: ignore[attr-defined]
    assert await intake.files.find(["a" * 64, "b" * 64]) == {"a" * 64: first}
    assert await intake.files.find([]) == {}


async def test_of_two_workers_one_claims_and_the_other_sees_it(engine: AsyncEngine) -> None:
    """The second waits for the first to commit, then is told that it is late."""
    async with engine.connect() as first, engine.connect() as second:
        assert (await SubmissionStore(first).claim("audit", "race", 1, new_id()))[0]
        waiting = asyncio.create_task(SubmissionStore(second).claim("audit", "race", 1, new_id()))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        await first.commit()
        assert await waiting == (False, None)
        await second.rollback()


async def test_batches_of_two_workers_in_opposite_order_do_not_block_each_other(engine: AsyncEngine) -> None:
    async def claim(names: list[str]) -> int:
        async with engine.begin() as connection:
            keys = [("audit", name, 1, new_id()) for name in names]
            return len(await SubmissionStore(connection).claim_new(keys))

    names = [f"opposite-{number}" for number in range(200)]
    assert sum(await asyncio.gather(claim(names), claim(names[::-1]), claim(names))) == 200


async def test_the_history_cannot_be_rewritten(engine: AsyncEngine) -> None:
    document = published()
    async with engine.begin() as connection:
        await DocumentStore(connection).add(document)
    async with engine.connect() as connection:
        rows = await Reading(connection).history(document.id)
        assert [(row["action"], row["actor_name"]) for row in rows][-1] == ("publish", "Li")
        with pytest.raises(DBAPIError, match="only added to"):
            await connection.execute(text("UPDATE history SET actor = 'nobody'"))


async def test_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    assert await schema_differences(metadata, database_url) == []
