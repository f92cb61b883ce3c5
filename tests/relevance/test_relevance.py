"""The gate: no group of judged queries may become worse than recorded.

What is not found: `make relevance ARGS="--quick --failures GROUP"`.
"""

from collections.abc import AsyncIterator, Sequence

import pytest
from opensearchpy import AsyncOpenSearch

from search.index import connect
from tests.bench.stack import CORPUS
from tests.relevance import baseline
from tests.relevance.judging import Library, Misjudged, judged
from tests.relevance.measuring import by_group, measure
from tests.relevance.ours import Ours
from tests.relevance.texts import Text, corpus, sample

# aiohttp would rather stream a bulk beyond a megabyte; the whole corpus holds documents that are one by themselves.
pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")

needs_corpus = [
    pytest.mark.corpus,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CORPUS.is_file(), reason=f"the regulations corpus is not at {CORPUS}"),
]


@pytest.fixture
async def client(opensearch_url: str) -> AsyncIterator[AsyncOpenSearch]:
    made = connect(opensearch_url)
    yield made
    await made.close()


async def worse(client: AsyncOpenSearch, collection: str, texts: Sequence[Text]) -> list[str]:
    """What has dropped against the baseline."""
    system = await Ours.of(client, collection, texts)
    outcomes = await measure(system, judged(collection, texts))
    recorded = baseline.load(collection)
    assert recorded, f"no baseline of the {collection}: make relevance ARGS='--quick --record'"
    return baseline.drops(recorded, by_group(outcomes))


async def test_the_sample_is_found_as_well_as_before(client: AsyncOpenSearch) -> None:
    assert await worse(client, "sample", sample()) == []


@pytest.mark.parametrize("name", [pytest.param("corpus", marks=needs_corpus)])
async def test_the_regulations_are_found_as_well_as_before(client: AsyncOpenSearch, name: str) -> None:
    assert await worse(client, name, corpus()) == []


@pytest.mark.parametrize("name", [pytest.param("corpus", marks=needs_corpus)])
def test_there_are_queries_enough_and_none_twice(name: str) -> None:
    queries = judged(name, corpus())
    people = [query for query in queries if query.group.startswith("people")]
    asked = [(query.group, query.query) for query in queries]
    assert len(queries) >= 300
    assert len(people) >= 120
    assert len(set(asked)) == len(asked)
    assert all(query.answers for query in queries)


def test_there_are_queries_enough_on_the_sample() -> None:
    assert len(judged("sample", sample())) >= 60


@pytest.mark.parametrize("selector", ["没有的文件", "sample-guide@1999", "sample-normative-project-audit#第九十九条"])
def test_a_judgement_of_what_is_not_there_is_refused(selector: str) -> None:
    with pytest.raises(Misjudged):
        Library(sample()).find(selector)


def test_an_article_is_found_in_its_document() -> None:
    assert Library(sample()).find("政府投资项目竣工决算审计实施办法#第三条") == (
        frozenset({"sample-normative-project-audit"}),
        "第三条",
    )
