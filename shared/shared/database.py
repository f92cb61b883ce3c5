"""PostgreSQL: one engine a process, one transaction a request or message, opened by the caller."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """An empty set of tables whose constraints get predictable names, so that migrations can name them."""
    return MetaData(naming_convention=NAMING)


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def create_engine(url: str, pool_size: int = 10) -> AsyncEngine:
    """An engine that checks a pooled connection before lending it, so a restarted server is survived.

    Its errors do not tell the values of a statement, which would bring drafts and applicants into logs and reasons.
    """
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={"timeout": 5, "command_timeout": 30},
    )


def database_check(engine: AsyncEngine) -> Callable[[], Awaitable[None]]:
    """A readiness check: the database answers."""

    async def check() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    return check
