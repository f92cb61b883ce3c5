"""Popular queries, and the report of what was asked: readings of the query log."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from search.curation.query_log import MIN_ASKERS
from search.curation.tables import queries, query_clicks
from shared.askers import china_today

POPULAR_DAYS = 14
POPULAR_COUNT = 5
MOST_POPULAR = 50
REPORT_ROWS = 30


async def popular(connection: AsyncConnection) -> list[str]:
    """What several people ask and what is found: the most asked first (primary key of queries by day)."""
    count = func.sum(queries.c.searches)
    query = (
        select(queries.c.query)
        .where(queries.c.day > china_today() - timedelta(days=POPULAR_DAYS))
        .group_by(queries.c.query)
        .having(count >= POPULAR_COUNT, func.max(queries.c.askers) >= MIN_ASKERS, func.sum(queries.c.zero) * 2 < count)
        .order_by(count.desc(), queries.c.query)
        .limit(MOST_POPULAR)
    )
    return list((await connection.execute(query)).scalars())


async def read_report(connection: AsyncConnection, days: int) -> dict[str, Any]:
    """What was asked in the last days: totals, the most asked, those without a hit, and clicks by position."""
    since = china_today() - timedelta(days=days - 1)
    asked = queries.c.day >= since
    totals = select(
        func.coalesce(func.sum(queries.c.searches), 0),
        func.coalesce(func.sum(queries.c.zero), 0),
        func.count(queries.c.query.distinct()),
    ).where(asked)
    searches, zero, distinct = (await connection.execute(totals)).one()
    positions = (
        select(query_clicks.c.position, func.sum(query_clicks.c.clicks))
        .where(query_clicks.c.day >= since)
        .group_by(query_clicks.c.position)
        .order_by(query_clicks.c.position)
    )
    clicks = [{"position": place, "count": count} for place, count in await connection.execute(positions)]
    return {
        "days": days,
        "searches": searches,
        "zero": zero,
        "queries": distinct,
        "clicks": clicks,
        "top": await _rows(connection, days, queries.c.searches),
        "without_hits": await _rows(connection, days, queries.c.zero),
    }


async def _rows(connection: AsyncConnection, days: int, by: Any) -> list[dict[str, Any]]:
    """Queries in order of one of their counts, with where people clicked and how often they did not."""
    since = china_today() - timedelta(days=days - 1)
    clicks = (
        select(
            query_clicks.c.query,
            func.sum(query_clicks.c.clicks).label("clicks"),
            cast(func.sum(query_clicks.c.clicks * query_clicks.c.position), Float).label("places"),
        )
        .where(query_clicks.c.day >= since)
        .group_by(query_clicks.c.query)
        .subquery()
    )
    searches, zero = func.sum(queries.c.searches).label("searches"), func.sum(queries.c.zero).label("zero")
    clicked = func.coalesce(func.max(clicks.c.clicks), 0).label("clicks")
    place = (func.max(clicks.c.places) / func.nullif(func.max(clicks.c.clicks), 0)).label("position")
    query = (
        select(queries.c.query, searches, zero, clicked, place)
        .select_from(queries.outerjoin(clicks, clicks.c.query == queries.c.query))
        .where(queries.c.day >= since)
        .group_by(queries.c.query)
        .having(func.sum(by) > 0)
        .order_by(func.sum(by).desc(), queries.c.query)
        .limit(REPORT_ROWS)
    )
    return [_row(row) for row in await connection.execute(query)]


def _row(row: Any) -> dict[str, Any]:
    """`abandoned` is the share of searches with results after which nothing was clicked (of those that report)."""
    with_results = row.searches - row.zero
    abandoned = round(max(0.0, 1 - row.clicks / with_results), 3) if with_results else None
    return {
        "q": row.query,
        "count": row.searches,
        "zero": row.zero,
        "clicks": row.clicks,
        "position": round(row.position, 1) if row.position is not None else None,
        "abandoned": abandoned,
    }
