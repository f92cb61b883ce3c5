"""The last look: what the databases and the index hold, read from themselves and not through the services."""

from typing import Any

import aiohttp

from tests.chaos.documents import text_sha256
from tests.chaos.history import History
from tests.chaos.installation import Target, connect

SERVICES_WITH_OUTBOX = ("identity", "catalog", "publishing", "intake", "search", "supervision")
PAGE = 500
STORED = """
select coalesce(d.department, s.department) || '/' || coalesce(d.external_id, s.external_id) as key,
       case when d.id is null or s.document_id = d.id then s.sequence else 0 end as sequence,
       coalesce(d.id::text, '') as id, coalesce(d.version, 0) as version, d.content_hash,
       d.public_edition is not null and d.withdrawn_at is null as public, d.title, e.body_html
from document d
full join submission s on s.department = d.department and s.external_id = d.external_id
left join edition e on e.document_id = d.id and e.number = d.edition
where coalesce(d.department, s.department) = any($1)
"""
COMMITTED = """
select h.document_id::text as id, h.version from history h join document d on d.id = h.document_id
where d.department = any($1) and h.version is not null
"""
CATALOG = "select id, sequence as version, status from documents where department = any($1)"
SUPERVISION = """
select id, sequence as version, case when withdrawn then 'withdrawn' else 'published' end as status
from documents where department = any($1)
"""
EFFECTS = """
select i.event_id::text as event from inbox i join documents d on d.id = i.subject
where i.consumer = 'supervision.document' and d.department = any($1)
"""
UNSENT = """
select id::text, exchange || ' ' || routing_key as what from outbox
where sent_at is null and created_at > now() - make_interval(secs => $1)
"""
PARKED = "select queue, reason from parked where state = 'parked' and parked_at > now() - make_interval(secs => $1)"


async def look(target: Target, history: History, departments: list[str], run_seconds: float) -> None:
    """Tell the history what is stored, committed, unsent, parked, in effect and in view, everywhere."""
    await _look_at_publishing(target, history, departments)
    for service in SERVICES_WITH_OUTBOX:
        database = await connect(target.database_url(service))
        try:
            for row in await database.fetch(UNSENT, run_seconds):
                history.see(service, "unsent", subject=row["id"], status=row["what"])
            for row in await database.fetch(PARKED, run_seconds):
                history.see(service, "parked", row["queue"], status=row["reason"])
        finally:
            await database.close()
    await _look_at_views(target, history, departments)
    await _look_at_index(target, history, departments)


async def _look_at_publishing(target: Target, history: History, departments: list[str]) -> None:
    database = await connect(target.database_url("publishing"))
    try:
        for row in await database.fetch(STORED, departments):
            _stored(history, row)
        for row in await database.fetch(COMMITTED, departments):
            history.see("publishing", "committed", row["id"], version=row["version"])
    finally:
        await database.close()


def _stored(history: History, row: Any) -> None:
    status = "published" if row["public"] else "withdrawn"
    value = text_sha256(row["title"], row["body_html"]) if row["id"] else ""
    seen = {"version": row["sequence"] or 0, "value_sha256": value, "subject": row["id"], "status": status}
    history.see("publishing", "stored", row["key"], **seen)
    if row["version"]:
        seen = {"version": row["version"], "value_sha256": row["content_hash"], "status": status}
        history.see("publishing", "state", row["id"], **seen)


async def _look_at_views(target: Target, history: History, departments: list[str]) -> None:
    history.see("supervision.document", "consumes")
    for service, query in (("catalog", CATALOG), ("supervision", SUPERVISION)):
        history.see(service, "follows")
        database = await connect(target.database_url(service))
        try:
            for row in await database.fetch(query, departments):
                history.see(service, "state", row["id"], version=row["version"], status=row["status"])
            if service == "supervision":
                for row in await database.fetch(EFFECTS, departments):
                    history.see("supervision.document", "effect", row["event"])
        finally:
            await database.close()


async def _look_at_index(target: Target, history: History, departments: list[str]) -> None:
    history.see("search", "follows")
    url = f"http://{target.stack.addresses.opensearch}/sunlight-items-write"
    after: list[Any] = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        async with session.post(f"{url}/_refresh") as answer:
            answer.raise_for_status()
        while True:
            body = {"size": PAGE, "sort": [{"id": "asc"}], "query": {"terms": {"department": departments}}}
            fields = ["version", "content_hash", "status"]
            asked = {**body, "_source": fields, **({"search_after": after} if after else {})}
            async with session.post(f"{url}/_search", json=asked) as answer:
                hits = (await answer.json())["hits"]["hits"]
            for hit in hits:
                found = hit["_source"]
                seen = {"version": found["version"], "status": found["status"], "value_sha256": found["content_hash"]}
                history.see("search", "state", hit["_id"], **seen)
            if len(hits) < PAGE:
                return
            after = hits[-1]["sort"]
