"""The first page, found in two steps, is the page that one step would find."""

import random
from dataclasses import replace
from typing import Any

from opensearchpy import AsyncOpenSearch

from search.documents import item_document
from search.domain import Search, read_words
from search.index import Names, ensure_index, write_items
from search.query import order_of, question_of, search_body, whole_query
from tests.support.events import document_event

WORDS = ["审计", "公开", "预算", "整改", "投资", "项目", "报告", "资金", "管理", "监督", "某县", "二〇一八年度"]
DOCUMENTS = 300  # more than are refined
PAGE = 20


async def test_the_first_page_has_the_scores_of_the_whole_query(client: AsyncOpenSearch, index_prefix: str) -> None:
    names, dice = Names(f"{index_prefix}refined"), random.Random(5)
    await ensure_index(client, names)
    texts = ["".join(dice.choices(WORDS, k=dice.randint(5, 60))) for _ in range(DOCUMENTS)]
    events = [document_event(1, title=text[:12], body=f"{text}。") for text in texts]
    await write_items(client, names, [item_document(event) for event in events])
    await client.indices.refresh(index=names.write)
    for question in ("审计整改报告", "预算资金怎么管理", "某县投资项目监督"):
        asked = Search(read_words(question), limit=PAGE)
        search = replace(asked, question=question_of(asked))
        whole = {"query": whole_query(search), "sort": order_of(search), "size": PAGE}
        expected = await scores(client, names, whole)
        assert len(set(expected)) > PAGE // 2
        assert await scores(client, names, search_body(search)) == expected


async def scores(client: AsyncOpenSearch, names: Names, body: dict[str, Any]) -> list[float]:
    answer = await client.search(index=names.read, body=body)
    return [round(hit["_score"], 3) for hit in answer["hits"]["hits"]]
