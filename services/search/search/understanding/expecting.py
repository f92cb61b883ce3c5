"""What an answer to a question holds: a time, a sum, another number, a penalty, a body.

Read from the whole text of a question, since the words that ask (多久, 谁, 多少) are no part of its subject.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Of a number the last sign is looked for: that is found far faster than a whole number.
_SIGNS = r"\d零〇一二两三四五六七八九十百千万半"
_UNIT = "个名人次分只级类种部辆台处户层岁倍元日天年月米克升"  # not 条: such a number names an article


@dataclass(frozen=True, slots=True)
class Expected:
    """A kind of answer: `asked` finds it in a question, `given` in a passage, and `weight` is what it counts."""

    asked: re.Pattern[str]
    given: re.Pattern[str]
    weight: float


def _kind(asked: str, given: str, weight: float) -> Expected:
    return Expected(re.compile(asked), re.compile(given), weight)


TIME = _kind(
    r"多久|多长|什么时候|啥时|何[时日]|期限?|时效|时间|[几多]少?个?(?:工作日|小时|钟头|星期|[天日年月周点])",
    # no dates: neither 2021年 nor 6月1日 says how long
    rf"[{_SIGNS}]个?(?:工作日|自然日|周(?!岁)|小时|星期|学年|分钟|天|(?<!月.)(?<!月..)日(?!起施行)|月(?!\d)|(?<!\d{{4}})年)",
    0.7,
)
MONEY = _kind(
    r"[罚赔给交收拿付扣补免退].{0,4}多少|多少[钱元块万]|几[块倍成万]|多少倍|赔|钱|费|补[偿贴]|利[息率]|税率|起征点|比例|怎么算",
    rf"元(?<=[{_SIGNS}万亿余]元)|倍(?<=[{_SIGNS}]倍)|[百千万]分之|[%％‰]|费用",
    0.5,
)
NUMBER = _kind(
    r"几|多少|多[大高]|年龄|最[多高低少大长]", rf"[{_SIGNS}](?:[{_UNIT}]|周岁|公[里斤]|平方|毫升|以[上下])", 0.3
)
PENALTY = _kind(
    r"罚|判|坐牢|后果|拘留|犯罪|犯法|违法|刑|蹲",
    r"罚款|罚金|拘留|拘役|有期徒刑|吊销|没收|责令|警告|处分|刑事责任|滞纳金",
    0.5,
)
BODY = _kind(
    r"谁|哪里|哪儿|归.{0,3}管|[哪什]么?个?(?:部门|单位)|[找向去]哪",
    r"由[^，。；]{2,30}(?:支付|清偿|管理|责令|受理|认定|鉴定|诊断|作出|决定|依法)|负责|承担",
    0.3,
)
KINDS = (TIME, MONEY, NUMBER, PENALTY, BODY)


@lru_cache(4096)
def expected(question: str) -> Sequence[Expected]:
    """What an answer to a question may hold, of which there may be several kinds or none."""
    return tuple(kind for kind in KINDS if kind.asked.search(question))
