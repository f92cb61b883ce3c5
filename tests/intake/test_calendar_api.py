"""The working-day calendar over HTTP: seeded once, imported by a registrar, recounting what it touches."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from intake.app import desks_of, seed
from intake.domain.applicant import Filing
from intake.domain.request import CHINA, Arrival
from intake.domain.states import Channel
from intake.handlers.filing import FileRequest, Receipt, take_in
from intake.store.tables import delivery, requests
from shared.events import now
from shared.roles import Role
from tests.intake.conftest import Answer, Service
from tests.intake.sample import FILING

YEAR = 2031  # far enough that no package knows it
NOTICE: dict[str, Any] = {
    "source": "国办发明电〔2030〕1号",
    "holidays": [{"date": f"{YEAR}-01-0{day}", "name": "元旦"} for day in (1, 2, 3)],
    "working_days": [{"date": f"{YEAR}-01-04", "name": "元旦"}],
}


async def filed_in_the_year(service: Service) -> Receipt:
    """A request that arrived late in the year before, entered as if that were today."""
    at = now().astimezone(CHINA).replace(year=YEAR - 1, month=12, day=23)
    arrival = Arrival(Channel.LETTER, at.date(), confirmed=True)
    async with desks_of(service.engine, service.settings)() as desk:
        return await take_in(FileRequest(Filing.model_validate(FILING), arrival, at), desk)


async def test_seeding_again_changes_nothing(service: Service) -> None:
    before = await service.ask("GET", "/api/calendar/2026")
    await asyncio.gather(seed(service.settings), seed(service.settings))
    after = await service.ask("GET", "/api/calendar/2026")
    assert before.body == after.body
    assert before.body["gazetted"] is True
    assert {"date": "2026-02-14", "name": "春节"} in before.body["working_days"]


async def test_an_import_recounts_open_requests_once_and_tells_which(service: Service) -> None:
    receipt = await filed_in_the_year(service)
    registrar = service.staff(Role.REGISTRAR)
    shown = await service.ask("GET", f"/api/calendar/{YEAR}")
    assert (shown.body["gazetted"], receipt.due_provisional) == (False, True)
    path, headers = f"/api/calendar/{YEAR}", {**registrar, **shown.version}
    first = await service.ask("PUT", path, json=NOTICE, headers=headers)
    assert first.status == 200
    assert [change["number"] for change in first.body["changed"]] == [receipt.number]
    stale = await service.ask("PUT", path, json=NOTICE, headers=headers)
    again = await service.ask("PUT", path, json=NOTICE, headers={**registrar, **first.version})
    assert (stale.status, again.status, again.body["changed"]) == (412, 200, [])
    async with service.engine.connect() as connection:
        row = (await connection.execute(select(requests).where(requests.c.number == receipt.number))).one()
        told = select(delivery.outbox.c.routing_key).where(delivery.outbox.c.subject == receipt.number)
        keys = list((await connection.execute(told.order_by(delivery.outbox.c.position))).scalars())
    assert row.version == 2
    assert keys == ["request.received", "request.changed"]


@pytest.mark.parametrize(
    "changes",
    [
        {"source": ""},
        {"holidays": [{"date": "2030-01-01", "name": "元旦"}]},
        {"holidays": [{"date": f"{YEAR}-01-01", "name": "元\x00\ud800"}]},
        {"working_days": [{"date": f"{YEAR}-01-06", "name": "元旦"}]},
        {"holidays": "全年"},
    ],
)
async def test_a_notice_that_cannot_be_right_changes_nothing(service: Service, changes: dict[str, Any]) -> None:
    shown = await service.ask("GET", f"/api/calendar/{YEAR + 1}")
    headers = {**service.staff(Role.REGISTRAR), **shown.version}
    answer = await service.ask("PUT", f"/api/calendar/{YEAR}", json={**NOTICE, **changes}, headers=headers)
    assert answer.status == 422
    assert (await service.ask("GET", f"/api/calendar/{YEAR + 1}")).body == shown.body


async def test_only_a_registrar_changes_the_calendar_and_says_which_version(service: Service) -> None:
    path = f"/api/calendar/{YEAR}"
    version = {"If-Match": '"1"'}
    anonymous = await service.ask("PUT", path, json=NOTICE, headers=version)
    handler = await service.ask("PUT", path, json=NOTICE, headers={**service.staff(Role.HANDLER), **version})
    blind = await service.ask("PUT", path, json=NOTICE, headers=service.staff(Role.REGISTRAR))
    assert (anonymous.status, handler.status, blind.status) == (401, 403, 428)


async def test_filings_while_a_year_is_imported_all_end_under_the_new_calendar(service: Service) -> None:
    shown = await service.ask("GET", f"/api/calendar/{YEAR}")
    headers = {**service.staff(Role.REGISTRAR), **shown.version}
    notice = {**NOTICE, "holidays": [*NOTICE["holidays"], {"date": f"{YEAR}-01-06", "name": "元旦"}]}
    filings = [filed_in_the_year(service) for _ in range(12)]
    imported = service.ask("PUT", f"/api/calendar/{YEAR}", json=notice, headers=headers)
    *receipts, change = await asyncio.gather(*filings[:6], *filings[6:], imported)
    assert isinstance(change, Answer)
    assert change.status == 200
    numbers = [receipt.number for receipt in receipts if isinstance(receipt, Receipt)]
    async with service.engine.connect() as connection:
        query = select(requests.c.due_on).where(requests.c.number.in_(numbers))
        assert len(set((await connection.execute(query)).scalars())) == 1
