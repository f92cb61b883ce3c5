"""Names for the codes in a question: departments as what is published names them, columns as announced."""

from typing import Any

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

from search.asking import MOST_VALUES
from search.curation.names import ColumnNames
from search.index import Names
from search.lists.listing import Listing


class Naming:
    """Describes questions in people's words; a code that nothing published names stays as it is."""

    def __init__(self, client: AsyncOpenSearch, names: Names, columns: ColumnNames) -> None:
        self._client = client
        self._names = names
        self._columns = columns

    async def describe(self, listing: Listing) -> str:
        """Codes stay codes while the index is away: an alert can be asked for all the same."""
        try:
            departments = await self._departments(listing)
        except (OpenSearchException, TimeoutError):
            departments = {}
        return listing.described(departments, self._columns())

    async def _departments(self, listing: Listing) -> dict[str, str]:
        if not listing.search.departments:
            return {}
        newest: dict[str, Any] = {"size": 1, "sort": [{"published_at": "desc"}], "_source": ["department_name"]}
        terms = {"terms": {"field": "department", "size": MOST_VALUES}, "aggs": {"newest": {"top_hits": newest}}}
        body = {
            "size": 0,
            "query": {"terms": {"department": list(listing.search.departments)}},
            "aggs": {"departments": terms},
        }
        answer = await self._client.search(index=self._names.read, body=body)
        return {
            bucket["key"]: bucket["newest"]["hits"]["hits"][0]["_source"]["department_name"]
            for bucket in answer["aggregations"]["departments"]["buckets"]
        }
