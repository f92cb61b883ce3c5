"""Coverage, counted when asked for."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from catalog.desk import Desks
from catalog.domain.coverage import Grouping
from catalog.handlers.coverage import count_coverage


def coverage_router(opened: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/coverage", tags=["coverage"])

    @router.get("")
    async def coverage_rows(by: Grouping = Grouping.ITEM) -> dict[str, Any]:
        """How many duties are fulfilled, due, overdue, or never met, each with its documents."""
        async with opened() as desk:
            return {"items": [asdict(row) for row in await count_coverage(by, desk)]}

    return router
