"""Every text of the public site in the language of the page. Message ids are the Chinese sentences as they stand.

`_` translates a sentence, `_n` one with a number in it, `N_` only marks one that is shown later. What other services
hold as data (titles, names, texts) stays Chinese and goes through `zh`; what they say goes through `portal.hearing`.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from markupsafe import Markup

from portal.languages import CHINESE, is_english

CATALOGUE = Path(__file__).parent / "locale" / "en.po"
FOREIGN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")  # Chinese letters and punctuation

Translations = Mapping[str, tuple[str, ...]]


def read_catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def forms(text: object) -> tuple[str, ...]:
    """A message or translation: one form, or singular and plural; an absent one is empty."""
    return tuple(str(form or "") for form in (text if isinstance(text, tuple | list) else (text,)))


@cache
def english() -> Translations:
    """Translations by message: one, or singular and plural."""
    every = ((forms(message.id)[0], forms(message.string)) for message in read_catalogue())
    return {message: texts for message, texts in every if message and all(texts)}


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a sentence that is translated when it is shown."""
    return message


def gettext(message: str) -> str:
    return english().get(message, (message,))[0] if is_english() else message


def ngettext(singular: str, plural: str, n: int) -> str:
    """For the templates' `{% trans %}`; Chinese has one form."""
    if not is_english():
        return singular if n == 1 else plural
    return english().get(singular, (singular,))[0 if n == 1 else -1]


def _(message: str, **values: Any) -> str:
    """A sentence in the page's language, with its values."""
    return gettext(message) % values if values else gettext(message)


def _n(message: str, n: int, **values: Any) -> str:
    """A sentence with a number: `%(n)s` is the number as it is written."""
    return ngettext(message, message, n) % ({"n": f"{n:,}"} | values)


def is_chinese(text: object) -> bool:
    return bool(FOREIGN.search(str(text)))


def zh(text: Any) -> Any:
    """Data in Chinese, marked as such on an English page; what is Markup was seen to already."""
    if not is_english() or isinstance(text, Markup) or not is_chinese(text):
        return text
    return Markup('<span lang="{}">{}</span>').format(CHINESE, text)
