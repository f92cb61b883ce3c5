"""The passage that is shown of a hit, on the real engine: chosen among the nearest, at no change of the ranking."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from opensearchpy import AsyncOpenSearch

from search.documents import item_document
from search.domain import Search, read_words
from search.handlers import understood
from search.index import Names, ensure_index, write_items
from search.matching import CANDIDATES
from search.query import search_body
from search.results import read_page
from search.vocabulary import shipped
from tests.support.events import document_event

BODY = """第一条 为了规范渡口管理，制定本办法。
第二条 渡口渡船由渡口管理机构登记，渡口渡船应当在渡口停靠，渡口渡船不得在渡口以外停靠。
第三条 渡船每六个月检验一次。
第四条 渡船船员应当持证。
第五条 违反本办法使用渡船的，处二千元以下罚款。
第六条 渡口渡船的安全由渡口渡船经营人负责，渡口渡船经营人应当维护渡口渡船。"""


async def test_the_article_that_answers_is_shown_and_linked(client: AsyncOpenSearch, index_prefix: str) -> None:
    names = await published(client, f"{index_prefix}shown", BODY)
    assert await shown(client, names, "渡口渡船检验要多久一次") == "/items/渡口#a3"
    assert await shown(client, names, "渡口渡船违反规定罚多少") == "/items/渡口#a5"
    assert await shown(client, names, "渡口渡船归谁负责") in {"/items/渡口#a2", "/items/渡口#a6"}


async def test_what_may_be_shown_changes_neither_scores_nor_how_much_is_sent(
    client: AsyncOpenSearch, index_prefix: str
) -> None:
    names = await published(client, f"{index_prefix}same", BODY, BODY.replace("渡船", "渡轮"))
    body = search_body(understood(Search(read_words("渡船检验多久一次")), shipped()))
    plain = deepcopy(body)
    del plain["post_filter"]
    hits, unshown = await found(client, names, body), await found(client, names, plain)
    assert [(hit["_id"], hit["_score"]) for hit in hits] == [(hit["_id"], hit["_score"]) for hit in unshown]
    assert all(0 < len(hit["inner_hits"]["passages"]["hits"]["hits"]) <= CANDIDATES for hit in hits)


async def published(client: AsyncOpenSearch, prefix: str, *bodies: str) -> Names:
    names = Names(prefix)
    await ensure_index(client, names)
    ids = ["渡口", *(f"渡口{number}" for number in range(1, len(bodies)))]
    events = [
        document_event(1, identity, title="渡口管理办法", body=body) for identity, body in zip(ids, bodies, strict=True)
    ]
    await write_items(client, names, [item_document(event) for event in events])
    await client.indices.refresh(index=names.write)
    return names


async def found(client: AsyncOpenSearch, names: Names, body: dict[str, Any]) -> Sequence[dict[str, Any]]:
    hits: list[dict[str, Any]] = (await client.search(index=names.read, body=body))["hits"]["hits"]
    return hits


async def shown(client: AsyncOpenSearch, names: Names, question: str) -> str:
    search = understood(Search(read_words(question)), shipped())
    page = read_page(await client.search(index=names.read, body=search_body(search)), search.question)
    return str(page.items[0]["passage"]["url"])
