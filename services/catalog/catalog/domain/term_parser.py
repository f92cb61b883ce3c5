"""Reading a term's Chinese words as a rule, or saying why that cannot be done.

Forms come from the national table of basic catalogues, from 国办发〔2017〕94号, from the budget law and
from the 2018 plan. A form is read only when the whole text fits it: a guessed term would be worse than none.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from catalog.domain.deadline_rule import DisclosureDeadlineRule, Trigger, Unit
from shared.numerals import number

Fields = dict[str, object]


@dataclass(frozen=True, slots=True)
class Term:
    """A term's words and what they mean: a rule, or the Chinese reason why there is none."""

    raw_text: str
    rule: DisclosureDeadlineRule | None
    reason: str = ""


DIGIT = "[一二两三四五六七八九]"
TENS = f"{DIGIT}?十{DIGIT}?"
NUMBER = rf"(?P<n>\d{{1,4}}|{DIGIT}百(?:零{DIGIT}|{DIGIT}十{DIGIT}?)?|{TENS}|{DIGIT})"
TRIGGERS = (
    (Trigger.YEAR_END, r"(?:每)?(?:年度终了|年度结束|年终|年末)"),
    (Trigger.FORMED, r"(?:形成|制作|产生|生成|获取)(?:(?:或|或者|、|和)(?:变更|获取|更新)|\(变更\))?"),
    (Trigger.CHANGED, r"(?:变更|变动|变化|更新)"),
    (Trigger.APPROVED, r"(?:(?![未不])[\u4e00-\u9fff]){0,16}?(?:批准|批复|审批|审议|审定)(?:通过)?"),
    (Trigger.DECIDED, r"(?:作出(?:行政)?(?:许可|处罚)?(?:决定)?|决定|决定作出)"),
)
SUBJECT = r"(?:自|从|在)?(?:该|有关|相关|政府|行政)*(?:信息|决定书|文件|预算|决算)?"
HAPPENING = "|".join(f"(?P<{trigger}>{words})" for trigger, words in TRIGGERS)
START = rf"(?:{SUBJECT}(?:{HAPPENING})(?:之日起|之日|之后|后|起)?(?:的)?)?"
ENDING = r"(?:予以|向社会|主动|依法|及时)*(?:公开|公布|更新|发布)?"
YEAR = r"(?:(?P<year>\d{4})年|(?:每|次)年(?:度)?)"

COUNTED = re.compile(rf"{START}{NUMBER}(?:(?P<working>个?工作日)|个?自然日|个?日历日|日|天)(?:内|之内|以内){ENDING}")
BARE_WORKING = re.compile(rf"{START}{NUMBER}(?P<working>个?工作日){ENDING}")
BY_MONTH = re.compile(
    rf"{YEAR}(?P<month>\d{{1,2}})月(?:(?P<day>\d{{1,2}})[日号]|(?P<part>底|末|上旬|中旬|下旬))"
    rf"(?:之?前|以前)?{ENDING}"
)
YEAR_END = re.compile(rf"{YEAR}(?:年?(?:底|末|终)|内|度|度内)?(?:之?前|以前)?{ENDING}")
HALF_YEAR = re.compile(rf"{YEAR}上半年(?:内|底前|前)?{ENDING}")
REALTIME = re.compile(rf"(?:实时|即时){ENDING}")
PROMPTLY = re.compile(
    r"(?:(?:根据|按照|视|随)?(?:工作|实际|办理|项目)*(?:进展|进度|变化)?(?:情况)?[，,]?)?"
    rf"(?:及时|随时|尽快|第一时间|动态){ENDING}"
)
LONG_TERM = re.compile(rf"(?:永久|长期|常年|持续|长久)(?:性|坚持|有效|保持|执行|推进)*{ENDING}")
OTHER_LAW = re.compile(r"[(,;。]*(?:法律|法规|国家|上级)[^。]{0,40}另有规定[^。]{0,20}从其规定[)。]*$")
AMBIGUOUS_MONTH = re.compile(rf"{YEAR}\d{{1,2}}月(?:之?前|以前|份|内)?{ENDING}")
PERIODIC = re.compile(r".*(?:每|逐|按)(?:个)?(?:季|月|周|半年|日|旬).*")
BY_RULE = re.compile(r".*(?:按|依|根据).{0,12}(?:规定|要求|有关).*")
HOURS = re.compile(r".*(?:小时|分钟).*")
DAYS = re.compile(rf"{NUMBER}(?:个?工作日|个?自然日|日|天)")
SEPARATORS = re.compile(r"[，,；;、。/\n]")

REASONS = (
    (HOURS, "按小时计算的时限不能换算成日期"),
    (AMBIGUOUS_MONTH, "只写了月份，看不出是月初还是月底"),
    (PERIODIC, "按周期公开的时限没有写明每期的最后一天"),
    (BY_RULE, "只写了按规定办理，没有写出期限本身"),
)


def parse_term(raw_text: str) -> Term:
    """Read a term. Never raises; a text that fits no form, or more than one, has no rule but a reason."""
    words = OTHER_LAW.sub("", _plain(raw_text))
    if not words:
        return Term(raw_text, None, "没有写明时限")
    fields = _first(words)
    if fields is None:
        return Term(raw_text, None, _why_not(words))
    try:
        return Term(raw_text, DisclosureDeadlineRule.model_validate({**fields, "raw_text": raw_text}))
    except ValidationError as error:
        return Term(raw_text, None, str(error.errors()[0].get("ctx", {}).get("error", "数字超出范围")))


def _plain(raw_text: str) -> str:
    """Full-width digits and letters become plain, and all white space goes: it means nothing in Chinese."""
    return "".join(unicodedata.normalize("NFKC", raw_text).split()).rstrip("。;；")


def _first(words: str) -> Fields | None:
    for pattern, read in FORMS:
        found = pattern.fullmatch(words)
        if found is not None:
            return read(found)
    return None


def _why_not(words: str) -> str:
    parts = [part for part in SEPARATORS.split(words) if part]
    if sum(_first(part) is not None for part in parts) > 1 or len(DAYS.findall(words)) > 1:
        return "写了不止一个时限，请拆成几个事项"
    known = (reason for pattern, reason in REASONS if pattern.fullmatch(words))
    return next(known, f"没有认出这种写法：{words[:40]}")


def _counted(found: re.Match[str]) -> Fields:
    groups = found.groupdict()
    trigger = next((trigger for trigger, _ in TRIGGERS if groups[trigger]), None)
    unit = Unit.WORKING_DAYS if groups["working"] else Unit.CALENDAR_DAYS
    return {"unit": unit, "n": number(groups["n"]), "trigger": trigger}


def _by_month(found: re.Match[str]) -> Fields:
    part = found["part"]
    day = {"上旬": 10, "中旬": 20}.get(part) if part else int(found["day"])
    return {"unit": Unit.BY_DATE, "year": _year(found), "month": int(found["month"]), "day": day}


def _year_end(found: re.Match[str]) -> Fields:
    return {"unit": Unit.BY_DATE, "trigger": Trigger.YEAR_END, "year": _year(found), "month": 12}


def _half_year(found: re.Match[str]) -> Fields:
    return {"unit": Unit.BY_DATE, "year": _year(found), "month": 6}


def _open(unit: Unit) -> Callable[[re.Match[str]], Fields]:
    return lambda _: {"unit": unit}


def _year(found: re.Match[str]) -> int | None:
    return int(found["year"]) if found["year"] else None


FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Fields]], ...] = (
    (REALTIME, _open(Unit.REALTIME)),
    (LONG_TERM, _open(Unit.LONG_TERM)),
    (PROMPTLY, _open(Unit.PROMPTLY)),
    (COUNTED, _counted),
    (BARE_WORKING, _counted),
    (BY_MONTH, _by_month),
    (HALF_YEAR, _half_year),
    (YEAR_END, _year_end),
)
