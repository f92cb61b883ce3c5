"""Every page type by name, as addresses of the invented county."""

REQUEST_CODE = "SUN-7421"

PUBLIC_PAGES = {
    "home": "/",
    "search": "/search?q=预算",
    "search-nothing": "/search?q=不存在的词 另一个",
    "item": "/items/d01",
    "item-repealed": "/items/d10",
    "tombstone": "/items/d99",
    "missing": "/nowhere",
    "columns": "/columns",
    "column": "/columns/policy",
    "column-parent": "/columns/disclosure",
    "catalogue": "/catalogue",
    "catalogue-item": "/catalogue/items/c03",
    "request-form": "/requests/new?description=审计整改",
    "receipt-gone": "/requests/receipt",
    "progress-form": "/requests/progress",
    "supervision": "/supervision",
    "sign-in": "/sign-in",
    "about": "/about",
    "accessibility": "/accessibility",
    "styleguide": "/styleguide",
}
CONSOLE_PAGES: dict[str, str] = {}
