"""The pages anyone may read."""

from fastapi import APIRouter, Depends

from portal.public import home, items, search
from portal.sessions import visitor

routers = [
    APIRouter(include_in_schema=False, dependencies=[Depends(visitor)]),
]
for page in (home, search, items):
    routers[0].include_router(page.router)
