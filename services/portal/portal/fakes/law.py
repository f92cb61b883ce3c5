"""A long regulation with two earlier versions, invented, so that articles, chapters and chains can be seen."""

from typing import Any

CHAPTERS = ["总则", "规划和建设", "养护和管理", "服务和保障", "监督检查", "法律责任", "附则"]
SUBJECTS = ["乡镇人民政府", "交通运输主管部门", "养护单位", "村民委员会", "财政部门", "建设单位"]
DUTIES = [
    "应当按照职责分工，做好农村公路的巡查和记录，并于每月末报送上一级机关。",
    "负责编制年度养护计划，经县级人民政府批准后向社会公布。",
    "应当将养护经费列入年度支出计划，专款专用，并接受监督检查。",
    "可以采取以奖代补的方式，鼓励沿线群众参与日常保洁。",
    "发现路面塌陷、桥梁损毁等情形的，应当立即设置警示标志，并在二十四小时内报告。",
    "应当建立信用评价制度，评价结果作为招标投标的依据。",
]
DIGITS = "零一二三四五六七八九"
TITLE = "莒南县农村公路管理办法"
LENGTH = 96
ANSWER = "养护经费由县级财政统筹，其中人员经费不得高于总额的百分之十五。"


def numeral(number: int) -> str:
    """12 → 十二, 120 → 一百二十; up to 999."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += f"{DIGITS[tens]}十"
    elif hundreds and ones:
        words += "零"
    words += DIGITS[ones] if ones else ""
    return words.removeprefix("一") if 10 <= number < 20 else words


def article(number: int) -> str:
    if number == 70:
        return f"第七十条　{ANSWER}"
    subject, duty = SUBJECTS[number % len(SUBJECTS)], DUTIES[number % len(DUTIES)]
    return f"第{numeral(number)}条　{subject}{duty}"


def law_lines(length: int = LENGTH) -> list[str]:
    """A line per chapter, article and paragraph, as departments send them."""
    lines = ["（2026年3月1日县人民政府第12次常务会议通过）"]
    for number in range(1, length + 1):
        chapter, first = divmod((number - 1) * len(CHAPTERS), length)
        if first < len(CHAPTERS):
            lines.append(f"第{numeral(chapter + 1)}章　{CHAPTERS[chapter]}")
        lines.append(article(number))
        if number % 5 == 0:
            lines.append("前款规定的具体办法，由县交通运输主管部门另行制定。")
    return lines


def law_html(length: int = LENGTH) -> str:
    return "\n".join(f"<p>{line}</p>" for line in law_lines(length))


VERSIONS: list[dict[str, Any]] = [
    {"id": "d21", "title": TITLE, "issued_on": "2026-03-01", "validity": "in_force"},
    {"id": "d22", "title": f"{TITLE}（2021年修订）", "issued_on": "2021-06-18", "validity": "amended"},
    {"id": "d23", "title": f"{TITLE}（试行）", "issued_on": "2016-11-02", "validity": "repealed"},
]


def law_documents(base: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The chain as published documents: what `base` has, with the law's own words."""
    made = {}
    for place, version in enumerate(VERSIONS):
        length = LENGTH - place * 20
        year = version["issued_on"][:4]
        made[version["id"]] = base | version | {
            "kind": "normative_document",
            "column": "policy",
            "document_number": f"莒政发〔{year}〕12号",
            "published_at": f"{version['issued_on']}T01:00:00+00:00",
            "body": "\n".join(law_lines(length)),
            "body_html": law_html(length),
            "keywords": ["农村公路", "养护"],
            "attachments": [],
        }  # fmt: skip
    return made
