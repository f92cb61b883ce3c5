"""The words of the state machine: where a request can be, what can be done to it, and by whom."""

from intake.domain.labels import Labelled


class Status(Labelled):
    SUBMITTED = "submitted", "已提交"
    RECEIVED = "received", "已收到"
    REGISTERED = "registered", "已登记"
    PROCESSING = "processing", "办理中"
    AWAITING_CORRECTION = "awaiting_correction", "待补正"
    CONSULTING_THIRD_PARTY = "consulting_third_party", "征求第三方意见"
    CONSULTING_AGENCY = "consulting_agency", "征求机关意见"
    DRAFTING = "drafting", "起草答复"
    IN_APPROVAL = "in_approval", "待签发"
    DECIDED = "decided", "已签发"
    SERVED = "served", "已送达"
    CLOSED = "closed", "已归档"
    LAPSED = "lapsed", "视为放弃"
    WITHDRAWN = "withdrawn", "已撤回"


# The office still owes the applicant a reply; only these can be due soon or overdue.
OWED = frozenset(
    {
        Status.SUBMITTED,
        Status.RECEIVED,
        Status.REGISTERED,
        Status.PROCESSING,
        Status.AWAITING_CORRECTION,
        Status.CONSULTING_THIRD_PARTY,
        Status.CONSULTING_AGENCY,
        Status.DRAFTING,
        Status.IN_APPROVAL,
        Status.DECIDED,
    }
)
UNDECIDED = OWED - {Status.DECIDED}


class Action(Labelled):
    RECEIVE = "receive", "确认收到"
    REGISTER = "register", "登记"
    ACCEPT = "accept", "受理"
    REQUEST_CORRECTION = "request-correction", "通知补正"
    CORRECT = "correct", "收到补正"
    LAPSE = "lapse", "逾期不补正，视为放弃"
    CONSULT_THIRD_PARTY = "consult-third-party", "征求第三方意见"
    CONSULT_AGENCY = "consult-agency", "征求机关意见"
    END_CONSULTATION = "end-consultation", "征求意见结束"
    EXTEND = "extend", "延长答复期限"
    DRAFT = "draft", "起草答复"
    REPLY = "reply", "提交签发"
    RETURN = "return", "退回修改"
    APPROVE = "approve", "签发"
    SERVE = "serve", "送达"
    CLOSE = "close", "归档"
    WITHDRAW = "withdraw", "撤回申请"


class Part(Labelled):
    """Who may act; the values of the offices are those of the sign-in roles."""

    APPLICANT = "applicant", "申请人"
    REGISTRAR = "registrar", "登记人"
    HANDLER = "handler", "承办人"
    APPROVER = "approver", "签发人"


class Channel(Labelled):
    """How a request arrived; it fixes the day of receipt (条例 art. 31)."""

    WEB = "web", "网上提交"
    LETTER = "letter", "邮寄"
    IN_PERSON = "in_person", "当面提交"
    FAX = "fax", "传真"
    ORAL = "oral", "口头申请"
