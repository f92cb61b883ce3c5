"""Foreign HTML on its way into a page: highlights may hold `<em>` only, bodies a short list of elements."""

import re

import nh3
from markupsafe import Markup

from portal.languages import CHINESE, ENGLISH, is_english
from portal.translations import _

BODY_TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption",
    "figure", "h2", "h3", "h4", "h5", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small",
    "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
BODY_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
TABLE_REGION = '<div class="scroll-region" role="group" tabindex="0"{lang} aria-label="{label}"><table{inside}'


def _own_pictures(element: str, attribute: str, value: str) -> str | None:
    """Pictures come from this site; any other address would tell a third party who reads."""
    if element == "img" and attribute == "src" and (not value.startswith("/") or value.startswith("//")):
        return None
    return value


def without_opening(fragments: list[str], headings: list[str]) -> list[str]:
    """Fragments of a passage that do not begin with its heading, which stands beside them already."""
    for heading in filter(None, headings):
        letters = r"(?:</?em>|\s)*".join(re.escape(letter) for letter in heading if not letter.isspace())
        opening = re.compile(rf"(?:<em>|\s)*{letters}(?:\s|</em>)*")
        fragments = [opening.sub("", part, count=1) if opening.match(part) else part for part in fragments]
    return fragments


def highlight(fragments: list[str]) -> Markup:
    """Highlighted fragments joined by an ellipsis; every element but `<em>` is removed."""
    clean = (nh3.clean(part, tags={"em"}, attributes={}) for part in fragments)
    marked = Markup(" … ").join(Markup(part) for part in clean)  # noqa: S704 - sanitised above
    return Markup('<span lang="{}">{}</span>').format(CHINESE, marked) if is_english() else marked


def body(html: str, text: str = "") -> Markup:
    """A document's body; plain text becomes paragraphs, tables get a region that scrolls by keyboard."""
    if not html.strip():
        return _paragraphs(text)
    clean = nh3.clean(
        html,
        tags=BODY_TAGS,
        attributes=BODY_ATTRIBUTES,
        attribute_filter=_own_pictures,
        url_schemes={"http", "https", "mailto"},
    )
    framed = clean.replace("<table", _region()).replace("</table>", "</table></div>")
    return Markup(framed)  # noqa: S704 - sanitised above


def _region() -> str:
    """Our own words around a table, in the language of the page; the table stays in that of the document."""
    lang, inside = (f' lang="{ENGLISH}"', f' lang="{CHINESE}"') if is_english() else ("", "")
    return TABLE_REGION.format(lang=lang, label=_("表格，可左右滚动"), inside=inside)


def _paragraphs(text: str) -> Markup:
    """One paragraph a line, as official documents are written."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
