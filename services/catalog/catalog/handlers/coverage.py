"""Counting coverage from what the service holds now."""

from catalog.domain.coverage import Catalogue, CoverageRow, Grouping, coverage
from catalog.handlers.ports import Desk


async def count_coverage(by: Grouping, desk: Desk) -> list[CoverageRow]:
    """Coverage rows by item, column or department, today."""
    catalogue = Catalogue(
        items=await desk.items.live(),
        obligations=await desk.obligations.all(),
        columns=await desk.columns.all(),
        by_item=await desk.documents.by_item(),
        by_column=await desk.documents.by_column(),
        departments=await desk.departments.names(),
    )
    return coverage(catalogue, by, desk.today)
