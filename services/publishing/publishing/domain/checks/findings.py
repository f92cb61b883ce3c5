"""What checks look at, and what they say about it."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """A block keeps a document from the public until someone else overrides it; a warning only asks to look."""

    BLOCK = "block"
    WARN = "warn"


class Rule(StrEnum):
    IDENTITY_NUMBER = "identity_number"
    BANK_CARD = "bank_card"
    MOBILE_NUMBER = "mobile_number"
    PRIVATE_ADDRESS = "private_address"
    CLASSIFICATION_MARK = "classification_mark"
    THIN_CONTENT = "thin_content"
    UNREAD_ATTACHMENT = "unread_attachment"


RULE_LABELS = {
    Rule.IDENTITY_NUMBER: "居民身份证号码",
    Rule.BANK_CARD: "银行卡号",
    Rule.MOBILE_NUMBER: "个人手机号码",
    Rule.PRIVATE_ADDRESS: "个人住址",
    Rule.CLASSIFICATION_MARK: "国家秘密标志",
    Rule.THIN_CONTENT: "内容过少",
    Rule.UNREAD_ATTACHMENT: "附件未能检查",
}
SEVERITY_LABELS = {Severity.BLOCK: "不得公开", Severity.WARN: "请核对"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a document: `field` names it as errors name fields, `where` says it to people."""

    field: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in one text, from `start` to before `end`; `masked` is what may be shown instead of it."""

    rule: Rule
    severity: Severity
    start: int
    end: int
    masked: str
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found in one place. `excerpt` is the place with all numbers masked (rules B7).

    `offset` counts characters of the field's text. `count` is over 1 where one finding speaks for the rest of
    a long list.
    """

    field: str
    where: str
    offset: int
    rule: Rule
    severity: Severity
    excerpt: str
    message: str
    suggestion: str
    count: int = 1

    @property
    def id(self) -> str:
        """Names the finding within one content. Made of the place: a number's hash could be tried until known."""
        place = f"{self.rule}/{self.field}/{self.offset}/{self.count}"
        return hashlib.sha256(place.encode()).hexdigest()[:16]
