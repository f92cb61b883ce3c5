"""The kinds of document a department publishes, with their Chinese labels."""

from enum import StrEnum


class DocumentKind(StrEnum):
    NOTICE = "notice"
    NEWS = "news"
    NORMATIVE_DOCUMENT = "normative_document"
    POLICY_INTERPRETATION = "policy_interpretation"
    PROPOSAL_REPLY = "proposal_reply"
    BUDGET = "budget"
    MAJOR_PROJECT = "major_project"
    ENTERPRISE_DISCLOSURE = "enterprise_disclosure"
    PUBLIC_RESPONSE = "public_response"
    DISCLOSURE_GUIDE = "disclosure_guide"
    ANNUAL_REPORT = "annual_report"
    CATALOGUE_EDITION = "catalogue_edition"
    REQUEST_REPLY = "request_reply"
    AUDIT_RESULT = "audit_result"
    REGULATION = "regulation"
    PLAN = "plan"
    OTHER = "other"


KIND_LABELS: dict[str, str] = {
    DocumentKind.NOTICE: "通知公告",
    DocumentKind.NEWS: "工作动态",
    DocumentKind.NORMATIVE_DOCUMENT: "规范性文件",
    DocumentKind.POLICY_INTERPRETATION: "政策解读",
    DocumentKind.PROPOSAL_REPLY: "建议提案办理",
    DocumentKind.BUDGET: "预算决算",
    DocumentKind.MAJOR_PROJECT: "重大建设项目",
    DocumentKind.ENTERPRISE_DISCLOSURE: "公共企事业单位信息",
    DocumentKind.PUBLIC_RESPONSE: "回应关切",
    DocumentKind.DISCLOSURE_GUIDE: "信息公开指南",
    DocumentKind.ANNUAL_REPORT: "信息公开年报",
    DocumentKind.CATALOGUE_EDITION: "公开目录",
    DocumentKind.REQUEST_REPLY: "依申请公开答复",
    DocumentKind.AUDIT_RESULT: "审计结果",
    DocumentKind.REGULATION: "法律法规",
    DocumentKind.PLAN: "规划计划",
    DocumentKind.OTHER: "其他",
}


def kind_label(kind: str) -> str:
    """The Chinese name of a kind; an unknown kind is shown by its code."""
    return KIND_LABELS.get(kind, kind)
