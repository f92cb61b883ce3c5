"""What the invented county has published, planned and received."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.fakes.law import law_documents

DEPARTMENTS = {
    "audit": "审计局",
    "finance": "财政局",
    "government_office": "政府办公室",
    "natural_resources": "自然资源局",
    "education": "教育和体育局",
}
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)

_COLUMNS = [
    ("disclosure", "政府信息公开", "section", "法定主动公开内容", None),
    ("policy", "政策文件", "policy_documents", "规范性文件及其解读", "disclosure"),
    ("budget", "预算决算", "budget", "部门预算、决算与三公经费", "disclosure"),
    ("audit-results", "审计结果", "other", "审计结果公告与整改情况", "disclosure"),
    ("projects", "重大建设项目", "major_projects", "从批准服务到竣工的八类信息", "disclosure"),
    ("notices", "通知公告", "notices", "面向社会的通知与公示", None),
    ("proposals", "建议提案办理", "other", "人大代表建议和政协提案的答复全文", None),
    ("news", "工作动态", "news", "各部门工作进展", None),
]
COLUMNS: list[dict[str, Any]] = [
    {"code": code, "name": name, "kind": kind, "purpose": purpose, "parent": parent}
    for code, name, kind, purpose, parent in _COLUMNS
]

AUDIT_TITLE = "关于2025年度县本级预算执行和其他财政收支的审计结果公告"
_DOCUMENTS = [
    ("d01", AUDIT_TITLE, "audit_result", "audit", "audit-results", "莒审公告〔2026〕3号"),
    ("d02", "2026年部门预算公开", "budget", "finance", "budget", None),
    ("d03", "关于进一步加强政务公开栏目管理的通知", "notice", "government_office", "notices", "莒政办字〔2026〕18号"),
    ("d04", "农村饮水安全工程（二期）中标结果公示", "major_project", "natural_resources", "projects", None),
    ("d05", "《莒南县政府投资项目审计监督办法》", "normative_document", "audit", "policy", "莒政发〔2026〕7号"),
    ("d06", "《莒南县政府投资项目审计监督办法》政策解读", "policy_interpretation", "audit", "policy", None),
    ("d07", "对县十八届人大五次会议第42号建议的答复", "proposal_reply", "education", "proposals", "莒教函〔2026〕42号"),
    ("d08", "2025年度政府信息公开工作年度报告", "annual_report", "government_office", "disclosure", None),
    ("d09", "审计局开展村居“两委”干部经济责任审计", "news", "audit", "news", None),
    ("d10", "政府投资项目审计监督暂行办法（2018年）", "normative_document", "audit", "policy", "莒政发〔2018〕11号"),
    ("d11", "2025年度部门决算公开", "budget", "audit", "budget", None),
    ("d12", "义务教育招生入学工作公告", "notice", "education", "notices", "莒教字〔2026〕9号"),
]

BRIEF = "本期刊登各审计组的进度和整改情况。"
BODY = """<h2>一、总体情况</h2>
<p>根据《中华人民共和国审计法》和县委审计委员会批准的年度计划，县审计局于2026年3月至6月，对2025年度县本级预算执行和其他财政收支情况进行了审计。
审计结果表明，2025年县本级一般公共预算收入完成18.62亿元，为调整预算的101.3%；支出46.05亿元，为调整预算的97.4%。</p>
<p>各部门认真执行县人大批准的预算，财政收支总体平稳，民生支出占比稳定在八成以上。</p>
<h2>二、发现的主要问题</h2>
<ol><li>部分专项资金分配下达不及时，涉及3个部门、金额1,240万元。</li><li>个别单位固定资产账实不符。</li><li>两个项目未按合同约定的进度支付工程款。</li></ol>
<table><caption>审计发现问题分类</caption>
<thead><tr><th scope="col">类别</th><th scope="col">个数</th><th scope="col">金额（万元）</th></tr></thead>
<tbody><tr><td>预算管理</td><td>6</td><td>1,240</td></tr>
<tr><td>资产管理</td><td>4</td><td>315</td></tr><tr><td>项目建设</td><td>2</td><td>880</td></tr></tbody></table>
<h2>三、整改要求</h2>
<p>有关单位应当自收到审计报告之日起九十日内完成整改，并将结果书面报告审计局，同时向社会公布。</p>"""


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _document(place: int, row: tuple[str, str, str, str, str, str | None]) -> dict[str, Any]:
    key, title, kind, department, column, number = row
    published = NOW - timedelta(days=place * 9, hours=place * 3)
    return {
        "id": key,
        "status": "published",
        "kind": kind,
        "title": title,
        "department": department,
        "department_name": DEPARTMENTS[department],
        "column": column,
        "body": "",
        "body_html": BODY,
        "document_number": number,
        "index_number": f"11371327MB2857/2026-{place + 1:05d}",
        "issued_on": (published.date() - timedelta(days=4)).isoformat(),
        "published_at": published.isoformat(),
        "validity": "repealed" if key == "d10" else "in_force",
        "keywords": ["审计", "预算执行"] if department == "audit" else ["公开"],
        "catalogue_items": ["c03"] if kind == "budget" else [],
        "attachments": _attachments(key),
        "source": f"县{DEPARTMENTS[department]}",
        "content_hash": digest(title),
        "version": 2 if key == "d01" else 1,
        "history": _history(key, published),
    }


def _attachments(key: str) -> list[dict[str, Any]]:
    if key not in ("d01", "d02"):
        return []
    name = f"附件：{key} 明细表.csv"
    content = attachment_content(key)
    return [
        {
            "id": "f1",
            "name": name,
            "media_type": "text/csv",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    ]


def attachment_content(key: str) -> bytes:
    return "\n".join(f"{key},第{line}行,{line * 100}" for line in range(1, 40)).encode()


def _history(key: str, published: datetime) -> list[dict[str, Any]]:
    first = {"version": 1, "action": "publish", "at": published.isoformat(), "note": None}
    if key != "d01":
        return [first]
    again = (published + timedelta(days=2)).isoformat()
    return [first, {"version": 2, "action": "publish", "at": again, "note": "更正附表第三行金额"}]


def documents() -> dict[str, dict[str, Any]]:
    """The published documents by id: twelve of all kinds, newest first, a chain of versions, a long series."""
    held = {row[0]: _document(place, row) for place, row in enumerate(_DOCUMENTS)}
    rows = [(f"e{n:02}", f"审计工作简报第{n}期", "news", "audit", "news", None) for n in range(45, 0, -1)]
    series = {row[0]: _document(place, row) | {"body": BRIEF} for place, row in enumerate(rows, 12)}
    return held | law_documents(held["d12"]) | series


WITHDRAWN = {
    "id": "d99",
    "title": "关于某项目中标结果的公示",
    "withdrawal_reason": "公示内容有误，更正后重新发布",
    "withdrawn_at": "2026-10-09T02:00:00Z",
}
