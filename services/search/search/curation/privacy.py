"""Which queries may be remembered, and in what form; pure functions.

The log keeps words, never people: what looks like personal data (个人信息保护法 art. 4) is not stored at all,
a long text neither, for it tells a story and is asked once. Who asked is never known here, only whether there
were several (see `shared.askers`).
"""

import re

from search.segmentation import simplified

LONGEST_KEPT = 40

_JOINED = re.compile(r"(?<=[\d零〇一二三四五六七八九幺])[\s\-.·_]+(?=[\d零〇一二三四五六七八九幺])")
_PERSONAL = (
    re.compile(r"[^\s@]+\s*@\s*[^\s@]+"),  # e-mail, however spaced; also an account name
    re.compile(r"\d{7,}"),  # telephone, ID card, bank card, QQ: no document number is as long
    re.compile(r"[零〇一二三四五六七八九幺]{7,}"),
    re.compile(r"(?<![a-z0-9])[a-z]{1,2}\d{6,8}(?!\d)"),  # passport, travel permit
    re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z]·?[a-z0-9]{5,6}(?![a-z0-9])"),
    re.compile(r"\d+\s*(号楼|幢|栋|单元|室)"),  # a home
    re.compile(r"(身份证|手机|电话|微信|银行卡|护照)号?码?\s*[:是为]?\s*[a-z0-9]{4,}"),
)
_WORDS = re.compile(r"\s+")


def query_form(query: str) -> str:
    """A query as it is compared and counted: narrow, lower case, simplified, single spaces."""
    shown = "".join(letter if letter.isprintable() else " " for letter in simplified(query))
    return _WORDS.sub(" ", shown).strip(" ,.;:!?，。；：！？、")


def is_personal(form: str) -> bool:
    """Whether a query in its form looks like it names or reaches a person."""
    joined = _JOINED.sub("", form)
    return any(pattern.search(text) for pattern in _PERSONAL for text in (form, joined))


def loggable(query: str) -> str | None:
    """The form in which a query may be remembered, or None when it may not."""
    form = query_form(query)
    if not 2 <= len(form) <= LONGEST_KEPT or is_personal(form):
        return None
    return form
