"""The catalogue of what must be disclosed, and whether it was."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from portal.clients.catalog import CatalogueItem
from portal.clients.services import Services
from portal.pages import Pages, pages_of
from portal.reach import if_there, names_of, services_of
from portal.refusals import Missing
from portal.translations import _, zh

router = APIRouter()


@router.get("/catalogue")
async def catalogue(
    request: Request,
    level1: str = "",
    key_area: str = "",
    pages: Pages = Depends(pages_of),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """The edition in force; narrowed to a first level or to the key areas when asked."""
    try:
        edition = await services.catalog.catalogue()
    except Missing:
        return pages.render(request, "public/catalogue.html", edition=None)
    rows = [item for item in edition.rows if not item.retired]
    shown = [i for i in rows if level1 in ("", i.level1 or i.name) and (not key_area or i.key_area)]
    return pages.render(
        request,
        "public/catalogue.html",
        edition=edition,
        groups=grouped(shown),
        levels=list(dict.fromkeys(item.level1 or item.name for item in rows)),
        params={"level1": level1, "key_area": key_area},
        shown=len(shown),
    )


def grouped(items: list[CatalogueItem]) -> dict[str, list[CatalogueItem]]:
    """Items below their first level, in the catalogue's order."""
    groups: dict[str, list[CatalogueItem]] = {}
    for item in items:
        groups.setdefault(item.level1 or item.name, []).append(item)
    return groups


@router.get("/catalogue/items/{item_id}")
async def catalogue_item(
    request: Request,
    item_id: str,
    pages: Pages = Depends(pages_of),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    item = await services.catalog.item(item_id)
    _departments, columns = await names_of(services)
    documents = [
        document
        for key in item.document_ids[:20]
        if (document := await if_there(services.publishing.document(key), None))
    ]
    facts = [
        (_("序号"), item.number),
        (_("一级事项"), zh(item.level1)),
        (_("二级事项"), zh(item.level2)),
        (_("公开主体"), zh(item.disclosing_body)),
        (_("公开时限"), zh(item.raw_deadline)),
        (_("重点领域"), _("是") if item.key_area else ""),
    ]
    return pages.render(
        request,
        "public/catalogue_item.html",
        item=item,
        facts=facts,
        documents=documents,
        column=(item.column, columns[item.column]) if item.column in columns else None,
    )
