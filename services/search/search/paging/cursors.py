"""Places in the answer to a question, and the cursors that carry them.

A cursor is signed and names the question it belongs to, so that it can be neither made up nor used elsewhere. It
carries the snapshot (point in time) it reads, what the first page showed, and the position after the last item.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any

import orjson

from search.domain import MAX_DEPTH, Search
from shared.rules import DomainError

_SIGNATURE = 12  # bytes; a guess is one request


@dataclass(frozen=True)
class Place:
    """Where a later page begins.

    `seen` are the ids the first page showed, which was read from the living index; every later page reads
    `snapshot`, opened at or after `began` (Unix time of the first page), from its top without those. So nothing is
    shown twice and nothing is left out. `shown` counts all items shown so far.
    """

    seen: tuple[str, ...]
    shown: int
    began: float = 0.0
    snapshot: str = ""
    after: tuple[Any, ...] = ()

    def size(self, limit: int) -> int:
        """How many items may still be shown on one page."""
        return max(0, min(limit, MAX_DEPTH - self.shown))

    def next(self, found: int, position: list[Any]) -> "Place":
        """The place after a page of this one."""
        return replace(self, shown=self.shown + found, after=tuple(position))


class CursorInvalid(DomainError):
    """翻页标记无效，请从第一页重新开始"""

    status, problem_type, title = 422, "cursor-invalid", "翻页标记无效"


class CursorOfAnother(DomainError):
    """翻页标记属于另一次检索：检索词、筛选或排序改变后，请从第一页重新开始"""

    status, problem_type, title = 422, "cursor-of-another-search", "翻页标记与检索条件不符"


class CursorExpired(DomainError):
    """结果已超过 {minutes} 分钟未翻页，请从第一页重新开始"""

    status, problem_type, title = 410, "cursor-expired", "翻页标记已过期"


class Cursors:
    """Writes and reads cursors with one installation's key."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), person=b"search-cursor").digest()

    def write(self, search: Search, place: Place) -> str:
        """The place as a cursor of this question."""
        facts = (_question(search), place.seen, place.shown, place.began, place.snapshot, place.after)
        body = orjson.dumps(facts)
        return base64.urlsafe_b64encode(self._sign(body) + body).decode().rstrip("=")

    def read(self, search: Search, cursor: str) -> Place:
        """The place a cursor stands for.

        Raises:
            CursorInvalid: not a cursor of this installation.
            CursorOfAnother: a cursor of another question; only the size of a page may change.
        """
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError as error:
            raise CursorInvalid(field="cursor") from error
        signature, body = sealed[:_SIGNATURE], sealed[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._sign(body)):
            raise CursorInvalid(field="cursor")
        question, seen, shown, began, snapshot, after = orjson.loads(body)
        if question != _question(search):
            raise CursorOfAnother(field="cursor")
        return Place(tuple(seen), shown, began, snapshot, tuple(after))

    def _sign(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._key, digest_size=_SIGNATURE).digest()


def _question(search: Search) -> str:
    same = replace(search, limit=1, facets=True)
    return hashlib.blake2b(repr(same).encode(), digest_size=9).hexdigest()
