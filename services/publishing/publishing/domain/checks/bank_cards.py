"""Payment cards: 16 to 19 digits whose last one is their check digit."""

import re
from collections.abc import Iterator

from publishing.domain.checks.digits import bare, is_credit_code, passes_luhn
from publishing.domain.checks.findings import Hit, Rule, Severity
from publishing.domain.checks.identity_numbers import looks_like_one
from publishing.domain.checks.masking import masked_card
from publishing.domain.checks.surroundings import before

_LEFT, _RIGHT = r"(?<![0-9A-Za-z])(?<!\d\.)(?<!\d[ -])", r"(?![0-9A-Za-z])(?!\.\d)(?![ -]\d)"
_ONE = r"(?<![0-9A-Za-z])(?<!\d\.)(\d{16,19})(?![0-9A-Za-z])(?!\.\d)"
_GROUPS = rf"{_LEFT}(\d{{4}}(?:[ -]\d{{4}}){{3}}(?:[ -]\d{{1,3}})?|\d{{6}}[ -]\d{{10,13}}){_RIGHT}"
_CARD = re.compile(f"{_ONE}|{_GROUPS}")
_UNIONPAY = "62"
# Issuers from before UnionPay, and foreign ones; many serial numbers begin like these, so words decide.
_OTHER_ISSUERS = re.compile(r"(?:60|4|5[1-5]|9558|9559)")
_IS_CARD = re.compile("卡|银行|账|帐|户")
# Some real cards fail the check (rules B7): one that is called a card asks to be looked at.
_CALLED_CARD = re.compile(
    r"(?:银行卡|储蓄卡|借记卡|信用卡|卡号)[^\n\d]{0,12}?"
    r"(\d{12,19}|\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,3})?)(?![0-9A-Za-z])(?![ -]\d)"
)


def bank_cards(text: str) -> Iterator[Hit]:
    """In straight text. Accounts of offices have no check digit and are not looked for."""
    for match in _CARD.finditer(text):
        start, end = match.span(1) if match[1] else match.span(2)
        severity = _severity(bare(text[start:end]), before(text, start))
        if severity is not None:
            yield _hit(text, start, end, severity, "疑似银行卡号，校验位相符")
    for match in _CALLED_CARD.finditer(text):
        if not passes_luhn(bare(match[1])):
            yield _hit(text, match.start(1), match.end(1), Severity.WARN, "标明为银行卡号，但校验位不符")


def _severity(number: str, words: str) -> Severity | None:
    if not passes_luhn(number) or is_credit_code(number) or looks_like_one(number):
        return None
    if number.startswith(_UNIONPAY):
        return Severity.BLOCK
    if _OTHER_ISSUERS.match(number):
        return Severity.BLOCK if _IS_CARD.search(words) else Severity.WARN
    return None


def _hit(text: str, start: int, end: int, severity: Severity, message: str) -> Hit:
    masked = masked_card(bare(text[start:end]))
    advice = f"请删除，或遮蔽为 {masked}"
    return Hit(Rule.BANK_CARD, severity, start, end, masked, message, advice)
