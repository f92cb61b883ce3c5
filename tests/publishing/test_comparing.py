"""What a copy of the record compares itself with: the same facts by sums, by buckets and page by page."""

from shared.digests import bucket_of, fingerprint
from shared.events import new_id
from shared.roles import Role
from tests.publishing.running import Service
from tests.publishing.test_api import publish, step


async def test_what_a_copy_compares_is_what_the_digest_says(service: Service) -> None:
    documents = [await publish(service) for _ in range(3)]
    await step(service, documents[0], "withdraw", service.as_staff("li", Role.APPROVER), 4, "有误")
    reader = service.as_staff("system:search", Role.SERVICE, department="*")
    digest = (await service.call("GET", "/internal/digest", reader, params={"limit": "5000"})).body["items"]
    sums: dict[str, list[int]] = {}
    for item in digest:
        number = fingerprint(item["id"], item["version"], item["status"], item["content_hash"])
        counted = sums.setdefault(bucket_of(item["id"]), [0, 0])
        sums[bucket_of(item["id"])] = [counted[0] + 1, counted[1] + number]
    assert (await service.call("GET", "/internal/buckets", reader)).body["buckets"] == sums
    all_rows = (await service.call("GET", "/internal/compared", reader, params={"limit": "5000"})).body["items"]
    assert [{name: row[name] for name in digest[0]} for row in all_rows] == digest
    bucket = bucket_of(documents[0])
    rows = (await service.call("GET", "/internal/compared", reader, params={"bucket": bucket})).body["items"]
    assert rows == [row for row in all_rows if bucket_of(row["id"]) == bucket]
    states = (await service.call("POST", "/internal/states", reader, json={"ids": [documents[0], new_id().hex]})).body
    assert [item["state"]["status"] for item in states["items"]] == ["withdrawn"]
    for path in ("buckets", "compared", "snapshot"):
        assert (await service.call("GET", f"/internal/{path}", service.as_system())).status == 403
