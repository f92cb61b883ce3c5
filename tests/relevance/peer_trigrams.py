"""PostgreSQL's pg_trgm: documents by the word similarity of title and of body to the query."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from tests.relevance.metrics import DEPTH

SEARCH = """
    select id from texts
    where $1 <% title or $1 <% body
    order by 3 * word_similarity($1, title) + word_similarity($1, body) desc, id
    limit $2
"""
LOCALE = "locale_provider libc locale 'C.UTF-8'"  # in the default C no Chinese character is a letter
LEAD = 300  # characters of the body: similarity is computed for every candidate, and whole bodies take seconds
THRESHOLD = 0.15  # the default 0.6 finds almost no question


class Trigrams:
    """A database of its own with a trigram index on title and body."""

    name = "PostgreSQL pg_trgm"

    def __init__(self, connection: "asyncpg.Connection") -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def filled(cls, url: str, rows: Sequence[tuple[str, str, str]]) -> AsyncIterator["Trigrams"]:
        """The database with every document, dropped afterwards."""
        admin = await asyncpg.connect(url)
        name = f"relevance_{secrets.token_hex(4)}"
        await admin.execute(f"create database {name} template template0 {LOCALE}")
        try:
            connection = await asyncpg.connect(url, database=name)
            await connection.execute("create extension pg_trgm")
            await connection.execute("create table texts (id text primary key, title text, body text)")
            await connection.copy_records_to_table(
                "texts", records=[(identity, title, body[:LEAD]) for identity, title, body in rows]
            )
            await connection.execute("create index on texts using gin (title gin_trgm_ops, body gin_trgm_ops)")
            await connection.execute(f"set pg_trgm.word_similarity_threshold = {THRESHOLD}")
            yield cls(connection)
            await connection.close()
        finally:
            await admin.execute(f"drop database {name} with (force)")
            await admin.close()

    async def ask(self, text: str) -> list[str]:
        return [row["id"] for row in await self._connection.fetch(SEARCH, text, DEPTH)]
