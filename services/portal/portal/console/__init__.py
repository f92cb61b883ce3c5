"""The pages of the staff: each needs a session, each change its form token, each section its roles."""

from fastapi import APIRouter

from portal.console import (
    catalogue,
    curating,
    desk,
    directory,
    documents,
    inbox,
    review,
    scheduling,
    searching,
    watching,
)

PAGES = (inbox, documents, scheduling, review, desk, catalogue, watching, searching, curating, directory)


def _router() -> APIRouter:
    every = APIRouter(include_in_schema=False)
    for page in PAGES:
        every.include_router(page.router, prefix="/console")
    return every


routers = [_router()]
