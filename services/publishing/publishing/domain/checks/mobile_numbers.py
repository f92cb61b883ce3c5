"""Mobile numbers of people, as far as they are told from those an office is reached by."""

import re
from collections.abc import Iterator

from publishing.domain.checks.digits import bare
from publishing.domain.checks.findings import Hit, Rule, Severity
from publishing.domain.checks.masking import masked_mobile
from publishing.domain.checks.surroundings import before

# In groups only where no other group stands beside it: rows of a table are full of such groups.
_GROUPS = r"1[3-9]\d(?:[ -]\d{4}[ -]\d{4}|[ -]\d{3}[ -]\d{5})(?! \d)"
_MOBILE = re.compile(
    r"(?<![0-9A-Za-z])(?<!\d[.,-])(?:(?:\+?86|0086)[ -]?)?"
    rf"(?:(1[3-9]\d{{9}})|(?:(?<=86[ -])|(?<!\d ))({_GROUPS}))(?![0-9A-Za-z])(?![.,-]\d)"
)
CONTACT_REACH = 40
# An office must say how it is reached (条例 art. 20(2)), and in a county that is often a mobile. So a number
# in a line that names its purpose is left alone; a column of a table has its words elsewhere and is not.
_PURPOSE = "联系|咨询|监督|举报|投诉|服务|值班|受理|报名|办公|经办|业务|查询|预约|维权|报警|救援|抢修|客服|技术支持"
_OFFICE = re.compile(rf"(?:{_PURPOSE})(?:人|方式)?(?:及|和|、)?(?:手机|电话|热线|号码|方式|人)|热线")
# A person's line stays one, whatever it is called: 申请人联系电话.
_PERSON = re.compile("(?:申请|当事|投诉|举报|信访|监护|受助)人|家长|户主|本人|家庭|个人|身份证|患者|学生|低保|伤者")


def mobile_numbers(text: str) -> Iterator[Hit]:
    """In straight text."""
    for match in _MOBILE.finditer(text):
        words = before(text, match.start(), CONTACT_REACH)
        if _PERSON.search(words) or not _OFFICE.search(words):
            start, end = match.span(match.lastindex or 0)
            masked = masked_mobile(bare(text[start:end]))
            advice = f"如为个人号码，请删除或遮蔽为 {masked}；如为对外联系电话，请注明“联系电话”“咨询电话”等用途"
            yield Hit(Rule.MOBILE_NUMBER, Severity.WARN, start, end, masked, "疑似个人手机号码", advice)
