"""What this site is, and how well everyone can use it."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from portal.clients.services import Services
from portal.pages import Pages, pages_of
from portal.reach import if_there, services_of

router = APIRouter()


@router.get("/about")
async def about(
    request: Request, pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    departments = await if_there(services.identity.departments(), [])
    return pages.render(request, "public/about.html", departments=[d for d in departments if d.active])


@router.get("/accessibility")
async def accessibility(request: Request, pages: Pages = Depends(pages_of)) -> HTMLResponse:
    return pages.render(request, "public/accessibility.html")
