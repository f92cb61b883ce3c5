"""How a request can end: the 21 leaf rows of the annual report's part three, one outcome per request.

Rows and labels: 国办公开办函〔2021〕30号; legal basis: 政府信息公开条例 (2019).
"""

from dataclasses import dataclass

from shared.rules import DomainError


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is the annual report's row; `group` its heading; `basis` the articles the reply cites."""

    code: str
    label: str
    group: str
    basis: str

    @property
    def review_first(self) -> bool:
        """Whether the applicant must ask for review before suing (行政复议法 2023 art. 23(1)(4))."""
        return self.code == "R3.2" or self.code.startswith("R3.3.")


WITHHELD, UNABLE, REFUSED, OTHERWISE = "不予公开", "无法提供", "不予处理", "其他处理"

_ROWS = (
    ("R3.1", "予以公开", "予以公开", "第三十六条第一项、第二项"),
    ("R3.2", "部分公开", "部分公开", "第三十七条"),
    ("R3.3.1", "属于国家秘密", WITHHELD, "第十四条"),
    ("R3.3.2", "其他法律行政法规禁止公开", WITHHELD, "第十四条"),
    ("R3.3.3", "危及“三安全一稳定”", WITHHELD, "第十四条"),
    ("R3.3.4", "保护第三方合法权益", WITHHELD, "第十五条、第三十二条"),
    ("R3.3.5", "属于三类内部事务信息", WITHHELD, "第十六条"),
    ("R3.3.6", "属于四类过程性信息", WITHHELD, "第十六条"),
    ("R3.3.7", "属于行政执法案卷", WITHHELD, "第十六条"),
    ("R3.3.8", "属于行政查询事项", WITHHELD, "第三十六条第七项"),
    ("R3.4.1", "本机关不掌握相关政府信息", UNABLE, "第三十六条第四项、第五项"),
    ("R3.4.2", "没有现成信息需要另行制作", UNABLE, "第三十八条"),
    ("R3.4.3", "补正后申请内容仍不明确", UNABLE, "第三十条"),
    ("R3.5.1", "信访举报投诉类申请", REFUSED, "第三十九条"),
    ("R3.5.2", "重复申请", REFUSED, "第三十六条第六项"),
    ("R3.5.3", "要求提供公开出版物", REFUSED, "第三十九条"),
    ("R3.5.4", "无正当理由大量反复申请", REFUSED, "第三十五条"),
    ("R3.5.5", "要求行政机关确认或重新出具已获取信息", REFUSED, "第三十八条"),
    ("R3.6.1", "申请人无正当理由逾期不补正，行政机关不再处理其政府信息公开申请", OTHERWISE, "第三十条"),
    (
        "R3.6.2",
        "申请人逾期未按收费通知要求缴纳费用，行政机关不再处理其政府信息公开申请",
        OTHERWISE,
        "第四十二条",
    ),
    ("R3.6.3", "其他", OTHERWISE, "申请人撤回等情形"),
)
OUTCOMES = {row[0]: Outcome(*row) for row in _ROWS}
UNCLEAR_AFTER_CORRECTION = OUTCOMES["R3.4.3"]
NOT_CORRECTED = OUTCOMES["R3.6.1"]
OTHER = OUTCOMES["R3.6.3"]

REVIEW_FIRST = (
    "如不服本答复，可自收到之日起60日内依法申请行政复议；依照《行政复议法》第二十三条，"
    "对不予公开政府信息的答复应当先申请行政复议，对复议决定不服的，可再依法提起行政诉讼。"
)
REVIEW_OR_SUIT = "如不服本答复，可自收到之日起60日内依法申请行政复议，或者6个月内依法提起行政诉讼。"


class OutcomeUnknown(DomainError):
    """{code} 不是年度报告中的办理结果；可选：R3.1 予以公开、R3.2 部分公开、R3.3.1 … R3.6.3。"""

    status = 422


class OutcomeWithoutGround(DomainError):
    """办理结果“{label}”{why}。"""


def outcome_of(code: str) -> Outcome:
    """The outcome of an annual-report row. Raises OutcomeUnknown."""
    if code not in OUTCOMES:
        raise OutcomeUnknown(code=code, field="outcome")
    return OUTCOMES[code]


def check_ground(outcome: Outcome, corrected: bool) -> None:
    """Refuse an outcome whose facts are missing. Raises OutcomeWithoutGround."""
    if outcome is UNCLEAR_AFTER_CORRECTION and not corrected:
        raise OutcomeWithoutGround(label=outcome.label, why="须先通知补正并收到补正")
    if outcome is NOT_CORRECTED:
        raise OutcomeWithoutGround(label=outcome.label, why="只能在补正期限届满后以“视为放弃”办结")


def remedies(outcome: Outcome) -> str:
    """What the reply must say about review and suit.

    When information is withheld, the duty to seek review first must be told with the decision
    (行政复议法 2023 art. 23(2)); terms: 行政复议法 art. 20, 行政诉讼法 art. 46.
    """
    return REVIEW_FIRST if outcome.review_first else REVIEW_OR_SUIT
