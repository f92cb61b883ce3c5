"""The states of a document's working edition, and which action leads from which to which."""

from enum import StrEnum


class State(StrEnum):
    """Where the working edition stands; an earlier edition stays public while a new one is prepared."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    CREATE = "create"
    EDIT = "edit"
    RECEIVE = "receive"
    SUBMIT = "submit"
    OVERRIDE = "override"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    CALL_OFF = "call_off"
    HALT = "halt"
    REVISE = "revise"
    WITHDRAW = "withdraw"


STATE_LABELS = {
    State.DRAFT: "草稿",
    State.IN_REVIEW: "审核中",
    State.RETURNED: "已退回",
    State.APPROVED: "已签发",
    State.SCHEDULED: "定时发布",
    State.PUBLISHED: "已发布",
    State.WITHDRAWN: "已撤回",
}

ACTION_LABELS = {
    Action.CREATE: "起草",
    Action.EDIT: "修改",
    Action.RECEIVE: "接收部门报送",
    Action.SUBMIT: "提交审核",
    Action.OVERRIDE: "放行检查结果",
    Action.RETURN: "退回",
    Action.APPROVE: "签发",
    Action.PUBLISH: "发布",
    Action.SCHEDULE: "定时发布",
    Action.CALL_OFF: "取消定时发布",
    Action.HALT: "中止定时发布",
    Action.REVISE: "修订",
    Action.WITHDRAW: "撤回",
}

SIGNED = (State.APPROVED, State.SCHEDULED)

# An edit in review or after approval takes the document back to its draft: what is approved is what was read.
# HALT is no one's: a planned publication that its own check stops at the planned time.
# RECEIVE is a new edition from a department's system, whatever has become of the previous one.
TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.CREATE): State.DRAFT,
    (State.DRAFT, Action.EDIT): State.DRAFT,
    (State.RETURNED, Action.EDIT): State.RETURNED,
    (State.IN_REVIEW, Action.EDIT): State.DRAFT,
    (State.APPROVED, Action.EDIT): State.DRAFT,
    (State.SCHEDULED, Action.EDIT): State.DRAFT,
    (State.DRAFT, Action.SUBMIT): State.IN_REVIEW,
    (State.RETURNED, Action.SUBMIT): State.IN_REVIEW,
    **{(state, Action.OVERRIDE): state for state in (State.DRAFT, State.RETURNED, State.IN_REVIEW)},
    (State.IN_REVIEW, Action.RETURN): State.RETURNED,
    (State.APPROVED, Action.RETURN): State.RETURNED,
    (State.SCHEDULED, Action.RETURN): State.RETURNED,
    (State.IN_REVIEW, Action.APPROVE): State.APPROVED,
    (State.APPROVED, Action.PUBLISH): State.PUBLISHED,
    (State.APPROVED, Action.SCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Action.SCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Action.CALL_OFF): State.APPROVED,
    (State.SCHEDULED, Action.HALT): State.APPROVED,
    (State.SCHEDULED, Action.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Action.REVISE): State.DRAFT,
    (State.WITHDRAWN, Action.REVISE): State.DRAFT,
    **{(state, Action.RECEIVE): State.IN_REVIEW for state in State},
    **{(state, Action.WITHDRAW): State.WITHDRAWN for state in State if state is not State.WITHDRAWN},
}
