"""Reads of the public alias by the feed and the export, and its errors as ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from opensearchpy.exceptions import OpenSearchException, RequestError

from search.engine import AnswerAway
from shared.problems import Invalid


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Raises AnswerAway when the index does not answer, Invalid when the question is too much for it."""
    try:
        yield
    except RequestError as error:
        raise Invalid("检索词过于复杂，请减少后再试", field="q") from error
    except (OpenSearchException, aiohttp.ClientError, TimeoutError) as error:
        raise AnswerAway("索引没有应答") from error


def hits_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    hits: list[dict[str, Any]] = answer["hits"]["hits"]
    return hits
