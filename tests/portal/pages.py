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
    "styleguide": "/styleguide",
}
CONSOLE_PAGES: dict[str, str] = {}
