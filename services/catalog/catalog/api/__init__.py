"""HTTP to handlers: columns, catalogue, obligations, coverage."""

from fastapi import APIRouter

from catalog.api.catalogue import catalogue_router
from catalog.api.columns import columns_router
from catalog.api.coverage import coverage_router
from catalog.api.obligations import obligations_router
from catalog.desk import Desks


def routers(opened: Desks) -> list[APIRouter]:
    return [
        columns_router(opened),
        catalogue_router(opened),
        obligations_router(opened),
        coverage_router(opened),
    ]
