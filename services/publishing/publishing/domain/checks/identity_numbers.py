"""居民身份证号码: 18 characters with a check digit, and the 15 digits of the first generation."""

import re
from collections.abc import Iterator
from datetime import date

from publishing.domain.checks.digits import bare, is_credit_code, is_identity_number
from publishing.domain.checks.findings import Hit, Rule, Severity
from publishing.domain.checks.masking import masked_identity
from publishing.domain.checks.surroundings import before

# 11 to 82 are provinces (GB/T 2260), 83 Taiwan residents, 9x foreigners with permanent residence.
_PROVINCE = ("1[1-5]", "2[1-3]", "3[1-7]", "4[1-6]", "5[0-4]", "6[1-5]", "71", "8[1-3]", r"9\d")
_GAP = "[ -]{0,2}"
_LEFT, _RIGHT = r"(?<![0-9A-Za-z])(?<!\d\.)", r"(?![0-9A-Za-z])(?!\.\d)"


def _spread(pattern: str) -> str:
    """The pattern's characters with gaps allowed between them."""
    return _GAP.join(re.findall(r"\[[^]]*\]|\\d|\d", pattern))


def _either(*patterns: str) -> str:
    return f"(?:{'|'.join(_spread(pattern) for pattern in patterns)})"


_MONTH_DAY = _GAP.join((_either("0[1-9]", "1[0-2]"), _either("0[1-9]", r"[12]\d", "3[01]")))
_CENTURY, _REST = _either("18", "19", "20"), _spread(r"\d\d\d[0-9Xx]")
_LONG = _GAP.join((_either(*_PROVINCE), _spread(r"\d\d\d\d"), _CENTURY, _spread(r"\d\d"), _MONTH_DAY, _REST))
# Within a lookahead, so that every start is tried: a serial number may stand before the number in a list.
_LONG_NUMBER = re.compile(rf"{_LEFT}(?=({_LONG}){_RIGHT})")
# Without a check digit only the usual groups are believed.
_SHORT_NUMBER = re.compile(
    rf"{_LEFT}((?:{'|'.join(_PROVINCE)})\d{{4}}[ -]?(\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[ -]?\d{{3}}){_RIGHT}"
)
_IS_IDENTITY = re.compile("身份|证件|居民|公民")
# Permits are numbered by region, date and serial, so one in eleven looks like a person (施工许可证 371327201808080101).
_IS_OTHER = re.compile(r"(?:许可|编号|证号|代码|单号|案号|登记号|注册号|备案号|受理号|流水号|合同|订单)[^0-9A-Za-z]*$")
_IS_CREDIT = re.compile(r"(?:信用代码|机构代码|税号|识别号)[^0-9A-Za-z]*$")


def identity_numbers(text: str) -> Iterator[Hit]:
    """In straight text. A number that says it is something else only warns."""
    for match in _LONG_NUMBER.finditer(text):
        number = bare(match[1])
        if is_identity_number(number) and _is_day(number[6:14]) and not _is_credit_code(number, text, match.start()):
            doubtful = _is_called_otherwise(text, match.start())
            severity = Severity.WARN if doubtful else Severity.BLOCK
            yield _hit(match, severity, "疑似居民身份证号码，校验码相符")
    for match in _SHORT_NUMBER.finditer(text):
        if _is_day(f"19{match[2]}") and not _is_called_otherwise(text, match.start()):
            certain = _IS_IDENTITY.search(before(text, match.start()))
            severity = Severity.BLOCK if certain else Severity.WARN
            yield _hit(match, severity, "疑似 15 位居民身份证号码")


def looks_like_one(number: str) -> bool:
    """Whether 18 digits have a province and a day where an identity number has them."""
    return _LONG_NUMBER.match(number) is not None


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


def _is_credit_code(number: str, text: str, start: int) -> bool:
    """A few numbers pass both checks: firms' begin with 9, others are believed when they are called so."""
    if not is_credit_code(number.upper()):
        return False
    return number.startswith("9") or _IS_CREDIT.search(before(text, start)) is not None


def _is_called_otherwise(text: str, start: int) -> bool:
    words = before(text, start)
    return _IS_OTHER.search(words) is not None and _IS_IDENTITY.search(words) is None


def _hit(match: re.Match[str], severity: Severity, message: str) -> Hit:
    masked = masked_identity(bare(match[1]))
    advice = f"请删除，或遮蔽为 {masked}"
    return Hit(Rule.IDENTITY_NUMBER, severity, match.start(1), match.end(1), masked, message, advice)
