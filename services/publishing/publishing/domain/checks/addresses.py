"""Where people live, as far as a pattern can tell: warned of, never blocked."""

import re
from collections.abc import Iterator

from publishing.domain.checks.findings import Hit, Rule, Severity
from publishing.domain.checks.masking import masked_address
from publishing.domain.checks.surroundings import before

_PLACE = r"[\u4e00-\u9fff0-9A-Za-z-]"
_HOME = re.compile(rf"{_PLACE}{{2,30}}?\d{{1,4}}(?:号楼|号院|栋|幢|座) ?\d{{1,2}}单元 ?\d{{2,4}}(?:室|号|户)?")
_LABELLED = re.compile(
    r"(?:家庭住址|家庭地址|现住址|住址|户籍地址|户籍所在地|常住地址)[ :为是]{1,4}"
    rf"({_PLACE}{{2,40}}?\d{{1,5}}(?:号|室|组|栋|幢|户){_PLACE}{{0,20}})"
)
# Where an office sits is for everyone to know.
_PUBLIC = "办公|单位|联系|邮寄|通信|通讯|报名|受理|现场|项目|建设|经营|注册|公司|机构|中心|施工"
_OFFICE = re.compile(f"(?:{_PUBLIC})(?:地址|地点|场所)")


def private_addresses(text: str) -> Iterator[Hit]:
    """In straight text: a home down to its door, or what calls itself one."""
    for match in _LABELLED.finditer(text):
        yield _hit(match[1], match.start(1))
    for match in _HOME.finditer(text):
        if not _OFFICE.search(before(text, match.start()) + match[0]):
            yield _hit(match[0], match.start())


def _hit(address: str, start: int) -> Hit:
    masked = masked_address(address)
    advice = "如为个人住址，请只保留到乡镇、街道一级"
    return Hit(Rule.PRIVATE_ADDRESS, Severity.WARN, start, start + len(address), masked, "疑似个人住址", advice)
