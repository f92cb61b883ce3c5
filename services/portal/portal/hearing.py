"""What other services say, in the language of the page: known sentences are translated, others marked as Chinese."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from portal.languages import CHINESE, is_english
from portal.sayings import SAYINGS
from portal.translations import english, is_chinese, zh
from shared.numerals import number as numeral

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
ARTICLE = re.compile(r"第([一二三四五六七八九十百]+)条((?:第[一二三四五六七八九十]+项、?)*)、?")
ITEM = re.compile(r"第([一二三四五六七八九十]+)项")


def heard(text: Any) -> Any:
    """A sentence for a page. What is Markup, or holds no Chinese, was made for this page and stays."""
    if not is_english() or isinstance(text, Markup) or not is_chinese(text):
        return text
    sentence = str(text)
    if sentence in english():
        return english()[sentence][0]
    if ARTICLE.sub("", sentence) == "":
        return articles(sentence)
    for pattern, message in _patterns():
        match = pattern.fullmatch(sentence)
        if match:
            return _filled(message, match.groupdict())
    return zh(text)


def spoken(text: Any) -> str:
    """The same as plain text, for attributes and options."""
    said = heard(text)
    return said.striptags() if isinstance(said, Markup) and is_english() else str(said)


def lang_of(text: Any) -> Markup:
    """The `lang` attribute of an element that can hold no other element, such as an option."""
    foreign = is_english() and is_chinese(spoken(text))
    return Markup(' lang="{}"').format(CHINESE) if foreign else Markup("")


def articles(text: str) -> str:
    """第三十六条第一项、第二项 as `article 36 (1) and (2)`."""
    found = []
    for article, items in ARTICLE.findall(text):
        numbers = " and ".join(f"({numeral(item)})" for item in ITEM.findall(items))
        found.append(f"{numeral(article)} {numbers}".strip())
    return f"{'article' if len(found) == 1 else 'articles'} {' and '.join(found)}"


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Sentences that hold values, those with most words of their own first."""
    held = [message for message in SAYINGS if PLACEHOLDER.search(message) and message in english()]
    held.sort(key=lambda message: -len(PLACEHOLDER.sub("", message)))
    return [(re.compile(_expression(message), re.DOTALL), message) for message in held]


def _expression(message: str) -> str:
    """Words of the message as they stand, and a group of its name for each value."""
    words = PLACEHOLDER.split(message)
    return "".join(f"(?P<{word}>.+?)" if place % 2 else re.escape(word) for place, word in enumerate(words))


def _filled(message: str, values: Mapping[str, str]) -> Markup:
    said = escape(english()[message][0])
    return said % {name: heard(value) for name, value in values.items()}
