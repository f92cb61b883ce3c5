"""The pages anyone may read."""

from fastapi import APIRouter, Depends

from portal.public import about, alerts, catalogue, columns, home, items, requests, search, sign_in, supervision
from portal.sessions import visitor

PAGES = (home, search, alerts, items, columns, catalogue, requests, supervision, sign_in, about)


def _router() -> APIRouter:
    every = APIRouter(include_in_schema=False, dependencies=[Depends(visitor)])
    for page in PAGES:
        every.include_router(page.router)
    return every


routers = [_router()]
