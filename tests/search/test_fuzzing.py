"""Whatever is asked: no failure, an answer in time, and nothing but what is published."""

import os
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.asking import PARAMETERS
from search.documents import item_document
from search.index import shape
from shared.events import DocumentStatus, new_id
from tests.search.running import Service
from tests.support.events import document_event

EXAMPLES = int(os.environ.get("SUNLIGHT_FUZZ_EXAMPLES", "60"))
SECRET = "绝密"
RELAXED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def planted(service: Service, index_prefix: str) -> AsyncIterator[Service]:
    """A public document, a withdrawn one, one under embargo by its status, and another index beside it."""
    foreign = f"{index_prefix}foreign"
    await service.client.indices.create(index=foreign, body=shape())
    hidden = document_event(title=f"{SECRET}审计公告", body=f"{SECRET}审计公告", keywords=(SECRET,))
    await service.client.index(index=foreign, id=hidden.subject, body=item_document(hidden), params={"refresh": "true"})
    withdrawn = document_event(2, title=f"{SECRET}审计公告", status=DocumentStatus.WITHDRAWN)
    await service.index(document_event(title="审计公告", body="审计公告正文"), withdrawn)
    waiting = {**item_document(document_event(title=f"{SECRET}审计公告")), "status": "embargoed"}
    await service.client.index(index=service.names.write, id=waiting["id"], body=waiting, params={"refresh": "true"})
    yield service


SAYS_THE_QUESTION = ("help", "reading")  # what was typed, and what its words mean
letters = st.one_of(
    st.text(max_size=60),
    st.text("审计公告绝密 \"'-+|&!(){}[]^~*?:\\/〔〕标题文号部门索引号_", max_size=60),
    st.text(st.characters(min_codepoint=0, max_codepoint=0x2FFFF, exclude_categories=["Cs"]), max_size=230),
)
queries = st.one_of(
    letters,
    st.sampled_from(
        [
            "*",
            "_index:*",
            "status:withdrawn",
            "status:(withdrawn OR published)",
            '{"query":{"match_all":{}}}',
            "审计) OR (status:withdrawn",
            "_exists_:id",
            "../../_search",
            "/.*/",
            "标题:* 文号:* 部门:* 索引号:*",
        ]
    ),
)


async def asked(service: Service, path: str, **params: Any) -> None:
    began = time.monotonic()
    answer = await service.get(path, **params)
    assert answer.status < 500, (path, params, answer.body)
    assert time.monotonic() - began < 10  # the engine's limit is 2 s; other programs share this machine
    if answer.status == 200:
        assert SECRET not in str({name: part for name, part in answer.body.items() if name not in SAYS_THE_QUESTION})
    else:
        assert answer.headers["Content-Type"] == "application/problem+json"


@RELAXED
@given(q=queries, sort=st.sampled_from(["relevance", "newest", "oldest"]))
async def test_no_words_bring_a_failure_or_what_is_not_public(planted: Service, q: str, sort: str) -> None:
    await asked(planted, "/api/search", q=q, sort=sort, limit=50)


@RELAXED
@given(st.dictionaries(st.sampled_from([*PARAMETERS, "cursor", "explain", "index", "_source"]), letters, max_size=5))
async def test_no_parameters_bring_a_failure(planted: Service, params: dict[str, str]) -> None:
    params = {f"{name}_" if name == "from" else name: value for name, value in params.items()}
    await asked(planted, "/api/search", q="审计", **params)


@RELAXED
@given(q=queries)
async def test_no_beginning_of_a_word_brings_a_failure(planted: Service, q: str) -> None:
    await asked(planted, "/api/suggest", q=q)


@RELAXED
@given(document=st.one_of(st.text(min_size=1, max_size=700), st.sampled_from(["*", "_search", "..", "%2e%2e", "_all"])))
async def test_no_id_brings_a_failure(planted: Service, document: str) -> None:
    for path in (f"/api/items/{quote(document, safe='')}", f"/api/items/{quote(document, safe='')}/related"):
        await asked(planted, path)


async def test_facets_and_totals_count_only_what_is_public(planted: Service) -> None:
    body = await planted.search(q="审计公告")
    assert body["total"] == 1
    assert all(value["count"] == 1 for facet in body["facets"].values() for value in facet)
    pages = await planted.pages(q="", limit=1)
    assert len([one for page in pages for one in page]) == (await planted.search())["total"]


async def test_a_snapshot_shows_only_what_is_public(planted: Service) -> None:
    word = f"赤铁矿{new_id().hex[-12:]}"
    gone = document_event(2, title=f"{word}{SECRET}", status=DocumentStatus.WITHDRAWN)
    await planted.index(*(document_event(title=f"{word}{number}") for number in range(3)), gone)
    first = await planted.search(q=word, limit=1)
    second = await planted.search(q=word, limit=50, cursor=first["next_cursor"])
    assert (second["total"], len(second["items"])) == (first["total"], first["total"] - 1)
    assert SECRET not in str(second)
