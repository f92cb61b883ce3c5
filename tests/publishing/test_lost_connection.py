"""The departments' client when the broker falls and comes back."""

from urllib.parse import urlsplit

from shared.events import new_id
from sunlight_department_client import DepartmentClient
from tests.publishing.running import PASSWORD, Service
from tests.support.cutting import line_to


async def test_the_client_sends_and_hears_again_after_its_connection_was_lost(service: Service) -> None:
    direct = urlsplit(service.vhost.amqp_url("dept_finance", PASSWORD))
    assert direct.hostname
    assert direct.port
    async with line_to(direct.hostname, direct.port) as line:
        url = direct._replace(netloc=f"dept_finance:{PASSWORD}@127.0.0.1:{line.port}").geturl()
        async with DepartmentClient(url, "finance", "dept_finance", patience=10) as client:
            await client.submit(str(new_id()), 1, kind="notice", title="之前", body="文")
            line.cut()
            sent = await client.submit(str(new_id()), 1, kind="notice", title="之后", body="文")
            assert (await service.answer(sent))["status"] == "accepted"
