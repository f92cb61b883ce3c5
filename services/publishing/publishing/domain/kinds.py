"""What each kind of document (体裁) must state, and the Chinese names of the fields."""

from shared.kinds import DocumentKind

FIELD_LABELS = {
    "title": "标题",
    "body": "正文",
    "column": "栏目",
    "document_number": "文号",
    "index_number": "索引号",
    "issued_on": "成文日期",
    "keywords": "关键词",
    "attachments": "附件",
    "reason": "撤回理由",
    "external_id": "部门文件编号",
    "sequence": "序号",
    "kind": "体裁",
    "source": "来源",
    "validity": "有效性",
    "catalogue_items": "目录事项",
    "department": "部门",
}

# A normative document is cited by number and date; a report belongs to a year (条例 art. 50).
REQUIRED_FIELDS: dict[DocumentKind, tuple[str, ...]] = {
    DocumentKind.NORMATIVE_DOCUMENT: ("document_number", "issued_on"),
    DocumentKind.ANNUAL_REPORT: ("issued_on",),
    DocumentKind.BUDGET: ("issued_on",),
}
