"""Addresses and parameters that are wrong."""

from shared.events import new_id
from shared.roles import Role
from tests.publishing.running import Service


async def test_what_is_wrong_with_an_address_is_no_bug(service: Service) -> None:
    author, unknown = service.as_staff("wang", Role.AUTHOR), new_id()
    answers = [
        await service.call("GET", "/api/documents/nonsense"),
        await service.call("GET", f"/api/documents/{unknown}"),
        await service.call("GET", f"/api/documents/{unknown}/draft", author),
        await service.call("GET", f"/api/documents/{unknown}/attachments/x"),
        await service.call("GET", "/api/documents", params={"limit": "1000"}),
        await service.call("GET", "/api/documents", params={"kind": "a\x00b"}),
    ]
    assert [answer.status for answer in answers] == [422, 404, 404, 404, 422, 422]
