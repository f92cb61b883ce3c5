"""Every client method against services over real HTTP.

The invented services answer here; point `addresses` at real ones and the same tests tell whether they still
agree with what the portal reads.
"""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import structlog

from portal.clients.operations import parked_message, parked_messages, settle_parked
from portal.clients.services import Services
from portal.fakes.county import county, served
from portal.refusals import Contradicted, Gone, Missing, NotPermitted, Outdated, ServiceAway, SessionEnded, Unacceptable
from shared.settings import Settings
from tests.support.serving import serving

ADMIN, AUTHOR, REVIEWER, REGISTRAR, NOBODY = (
    f"token-{name}" for name in ("admin", "author", "reviewer", "registrar", "nobody")
)


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    async with served(county(), serving) as addresses:
        reached = Services.of(Settings.model_validate({"service": "portal", **addresses}))
        async with reached.network:
            yield reached


async def test_identity(services: Services) -> None:
    opened = await services.identity.sign_in("author", "sunlight")
    current = await services.identity.current(opened.session)
    assert current.principal.grants == [("author", "audit")]
    await services.identity.sign_out(opened.session)
    with pytest.raises(SessionEnded):
        await services.identity.current(opened.session)
    with pytest.raises(SessionEnded):
        await services.identity.sign_in("author", "wrong")
    assert (await services.identity.departments())[0].name == "审计局"
    await services.identity.put_department("audit", "审计局（新）", True, ADMIN, 1)
    assert (await services.identity.department("audit")).name == "审计局（新）"
    secrets = await services.identity.add_system("finance", "财务系统", False, ADMIN, "key")
    await services.identity.put_system("finance", secrets.client_id, True, True, ADMIN, 1)
    assert [s.trusted for s in await services.identity.systems("finance", ADMIN)] == [True]
    assert (await services.identity.rotate_system("finance", secrets.client_id, ADMIN)).client_secret
    body = {"name": "新人", "grants": [("author", "audit")], "active": True}
    await services.identity.put_staff("newcomer", body, ADMIN, None)
    assert "newcomer" in {person.username for person in await services.identity.staff(ADMIN)}
    with pytest.raises(NotPermitted):
        await services.identity.staff(NOBODY)


async def test_catalog(services: Services) -> None:
    columns = {column.code: column for column in await services.catalog.columns()}
    assert columns["policy"].parent == "disclosure"
    with pytest.raises(Outdated):
        await services.catalog.put_column("news", {"name": "动态"}, ADMIN, 9)
    await services.catalog.put_column("news", {"name": "动态"}, ADMIN, 1)
    assert (await services.catalog.catalogue()).rows[0].number == "1-1"
    editions = await services.catalog.editions(ADMIN)
    assert [edition.status for edition in editions] == ["draft", "published"]
    await services.catalog.publish_edition(3, ADMIN, 1)
    assert (await services.catalog.edition(2)).count == 8
    assert (await services.catalog.item("c03")).document_ids == ["d02", "d11"]
    assert {o.id for o in (await services.catalog.obligations(state="overdue")).items} == {"o5"}
    await services.catalog.put_obligation("o4", {"responsible": ["审计局"]}, ADMIN, 1)
    assert (await services.catalog.obligation("o4")).responsible == ["审计局"]
    assert (await services.catalog.coverage("department"))[0].name == "审计局"
    with pytest.raises(Missing):
        await services.catalog.item("none")


async def test_publishing(services: Services) -> None:
    first = await services.publishing.documents(limit=5)
    second = await services.publishing.documents(limit=5, cursor=first.next_cursor)
    assert not {d.id for d in first.items} & {d.id for d in second.items}
    assert (await services.publishing.document("d01")).history[-1].note
    with pytest.raises(Gone) as gone:
        await services.publishing.document("d99")
    assert gone.value.document["withdrawal_reason"]
    async with services.publishing.attachment("d01", "f1") as file:
        assert (await file.content.read()).startswith(b"d01")
    with pytest.raises(Missing):
        async with services.publishing.attachment("d01", "f2"):
            pass


async def test_drafts(services: Services) -> None:
    kept = await services.publishing.keep_file("名单 “终”.txt", "text/plain", b"text", AUTHOR)
    assert kept.name == "名单 “终”.txt"
    with pytest.raises(Unacceptable):
        await services.publishing.keep_file("bundle.zip", "application/zip", b"PK", AUTHOR)
    fields = {"title": "新文件", "kind": "notice", "department": "audit", "body": "正文", "body_html": None}
    made = await services.publishing.create(fields, AUTHOR, "key-1")
    assert (await services.publishing.create(fields, AUTHOR, "key-1")).id == made.id
    await services.publishing.save(made.id, fields | {"title": "改过"}, AUTHOR, made.version)
    draft = await services.publishing.draft(made.id, AUTHOR)
    assert (draft.title, draft.version) == ("改过", made.version + 1)
    with pytest.raises(Outdated):
        await services.publishing.act(made.id, "submit", "", AUTHOR, 1)
    await services.publishing.act(made.id, "submit", "", AUTHOR, draft.version)
    assert made.id in {waiting.id for waiting in (await services.publishing.queue(REVIEWER)).items}
    with pytest.raises(Contradicted):
        await services.publishing.act(made.id, "publish", "", REVIEWER, draft.version + 1)
    assert (await services.publishing.history(made.id, AUTHOR))[0].action == "create"
    found = (await services.publishing.draft("k01", REVIEWER)).findings or []
    await services.publishing.override("k01", [found[0].id], "因", REVIEWER, 1)
    passed = (await services.publishing.draft("k01", REVIEWER)).findings or []
    assert passed[0].override is not None
    with pytest.raises(Outdated):
        await services.publishing.override("k01", [found[0].id], "因", REVIEWER, 1)


async def test_intake(services: Services) -> None:
    filing = {"department": "audit", "applicant": {"id_number": "1"}, "description": "x"}
    receipt = await services.intake.file(filing, "key")
    assert (await services.intake.file(filing, "key")).number == receipt.number
    progress = await services.intake.progress(receipt.number, receipt.code)
    assert sum(day.counted for day in progress.explanation) == 20
    with pytest.raises(Unacceptable) as refused:
        await services.intake.file(filing | {"applicant": {"id_number": "000"}}, "other")
    assert "applicant.id_number" in refused.value.fields
    rows = await services.intake.requests(REGISTRAR, overdue=True)
    assert [row.number for row in rows.items] == ["2026-audit-00003"]
    case = await services.intake.case("2026-audit-00007", "核对", REGISTRAR)
    assert case.texts["applicant.name"] == "陈某"
    await services.intake.act(case.number, "draft", {"text": "答复"}, REGISTRAR, case.version)
    assert (await services.intake.deadline(date(2026, 11, 2), 20)).days


async def test_search_and_supervision(services: Services) -> None:
    found = await services.search.search({"q": "预算", "limit": 2})
    assert found.facets["kind"][0].label
    assert (await services.search.search({"q": "预算", "limit": 2, "cursor": found.next_cursor})).items
    assert (await services.search.suggest("部门"))[0].url == "/items/d02"
    assert (await services.search.freshness())["fresh"]
    assert (await services.supervision.summary()).departments[0].name == "审计局"
    assert (await services.supervision.obligations(ADMIN, "overdue")).counts["overdue"] == 1
    assert (await services.supervision.columns(ADMIN)).items[0].silent_days == 41
    assert (await services.supervision.requests(ADMIN)).items[0].days_late == 32


async def test_parked_messages(services: Services) -> None:
    message = (await parked_messages(services.search, ADMIN))[0]
    assert (await parked_message(services.search, message.id, ADMIN)).body
    await settle_parked(services.search, message.id, "replay", ADMIN)
    with pytest.raises(Contradicted):
        await settle_parked(services.search, message.id, "discard", ADMIN)


async def test_a_service_that_does_not_answer_is_away() -> None:
    reached = Services.of(Settings.model_validate({"service": "portal", "search_url": "http://127.0.0.1:9"}))
    async with reached.network:
        with pytest.raises(ServiceAway):
            await reached.search.search({"q": "x"})


async def test_an_outage_is_noted_without_the_secret_of_a_link_or_the_question_of_a_reader() -> None:
    reached = Services.of(Settings.model_validate({"service": "portal", "search_url": "http://127.0.0.1:9"}))
    async with reached.network:
        with structlog.testing.capture_logs() as noted:
            with pytest.raises(ServiceAway):
                await reached.alerts.stop("the-secret")
            with pytest.raises(ServiceAway):
                await reached.alerts.preview([("q", "the-question")])
    assert [entry["path"] for entry in noted] == ["/api/alerts/stop", "/api/alerts/preview"]
    assert "the-" not in repr(noted)
