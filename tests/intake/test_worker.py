"""The worker on the real broker: departments come in, requests' events go out."""

import aio_pika
from sqlalchemy import func, select

from intake.app import worker
from intake.store.tables import calendar_years, delivery, departments
from shared.envelope import decode, encode
from shared.events import CalendarState, DepartmentState, Event
from shared.outbox import EVENTS_EXCHANGE
from shared.publisher import Publisher
from shared.roles import Role
from tests.intake.conftest import Service
from tests.support.infrastructure import Vhost
from tests.support.waiting import until


async def test_a_department_arrives_and_its_first_request_is_told(service: Service, vhost: Vhost) -> None:
    settings = service.settings.model_copy(update={"amqp_url": vhost.amqp_url("intake")})
    event = Event("department.changed", "water", 1, DepartmentState(code="water", name="水利局"))
    headers, body = encode(event, "identity")
    publisher = Publisher(vhost.amqp_url("identity"))
    async with worker(settings).running():
        await publisher.publish(EVENTS_EXCHANGE, event.type, headers, body, str(event.id))

        async def arrived() -> bool:
            async with service.engine.connect() as connection:
                return (
                    await connection.scalar(select(departments.c.code).where(departments.c.code == "water")) == "water"
                )

        await until(arrived)
        receipt = await service.file(department="water")

        async def sent() -> bool:
            query = select(delivery.outbox.c.sent_at).where(delivery.outbox.c.subject == receipt["number"])
            async with service.engine.connect() as connection:
                return await connection.scalar(query) is not None

        await until(sent)
    await publisher.close()
    async with service.engine.connect() as connection:
        years = await connection.scalar(select(func.count()).select_from(calendar_years))
    assert "-水利-" in receipt["number"]
    assert years is not None
    assert years >= 23


async def test_an_imported_year_is_told_to_supervision_with_all_other_years(service: Service, vhost: Vhost) -> None:
    settings = service.settings.model_copy(update={"amqp_url": vhost.amqp_url("intake")})
    shown = await service.ask("GET", "/api/calendar/2033")
    notice = {"source": "国办通知", "holidays": [{"date": "2033-01-03", "name": "元旦"}], "working_days": []}
    headers = {**service.staff(Role.REGISTRAR), **shown.version}
    version = (await service.ask("PUT", "/api/calendar/2033", json=notice, headers=headers)).body["version"]
    connection = await aio_pika.connect(vhost.amqp_url("admin"))
    queue = await (await connection.channel()).get_queue("supervision.calendar", ensure=False)
    told: list[Event] = []

    async def arrived() -> bool:
        while message := await queue.get(no_ack=True, fail=False):
            told.append(decode(message.headers, message.body))
        return any(event.sequence == version for event in told)

    async with worker(settings).running():
        await until(arrived)
    await connection.close()
    newest = max(told, key=lambda event: event.sequence).data
    assert isinstance(newest, CalendarState)
    assert {2004, 2026, 2033} <= set(newest.years)
    assert [day.name for day in newest.days if day.date.year == 2033] == ["元旦"]
