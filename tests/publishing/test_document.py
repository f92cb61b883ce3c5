"""From draft to the public record: the rules, without any framework."""

import pytest

from publishing.domain.content import Attachment, content_hash
from publishing.domain.document import PUBLISHED, REVISED, WITHDRAWN, Document
from publishing.domain.rules import (
    ApprovalVoid,
    ContentIncomplete,
    ReasonRequired,
    TwoPersonRuleBroken,
    WrongState,
)
from publishing.domain.states import TRANSITIONS, Action, State
from shared.events import new_id
from shared.kinds import DocumentKind
from tests.publishing.sample import act, approved, at, content, draft, published


def test_a_document_goes_from_draft_through_review_to_the_public() -> None:
    document = approved()
    assert document.publish(act("li", 3)) == PUBLISHED
    assert (document.state, document.version, document.published_at) == (State.PUBLISHED, 1, at(3))
    assert [entry.action for entry in document.entries] == ["create", "submit", "approve", "publish"]
    assert [entry.version for entry in document.entries] == [None, None, None, 1]


def test_nobody_approves_what_they_wrote() -> None:
    document = draft("wang")
    document.submit(act("wang"))
    with pytest.raises(TwoPersonRuleBroken, match="撰稿人不得"):
        document.approve(act("wang"))


def test_someone_who_only_corrected_a_word_is_an_author_too() -> None:
    document = draft("wang")
    document.edit(content("改过的标题"), act("li"))
    document.submit(act("wang"))
    with pytest.raises(TwoPersonRuleBroken):
        document.approve(act("li"))


def test_an_edit_voids_the_approval() -> None:
    document = approved()
    document.edit(content("签发后改动"), act("wang", 3))
    assert (document.state, document.edition.approval) == (State.DRAFT, None)
    with pytest.raises(WrongState, match="草稿"):
        document.publish(act("li", 4))


def test_content_changed_behind_the_back_of_the_approval_is_not_published() -> None:
    document = approved()
    object.__setattr__(document.edition, "content", content("偷换的内容"))
    with pytest.raises(ApprovalVoid):
        document.publish(act("li", 3))


def test_a_returned_document_says_why_and_can_be_submitted_again() -> None:
    document = draft()
    document.submit(act("wang", 1))
    with pytest.raises(ReasonRequired, match="退回须说明理由"):
        document.send_back(act("li", 2, " "))
    document.send_back(act("li", 2, "请补充依据"))
    document.submit(act("wang", 3))
    assert document.state is State.IN_REVIEW


def test_a_kind_that_needs_a_number_is_not_submitted_without_it() -> None:
    document = draft(kind=DocumentKind.NORMATIVE_DOCUMENT)
    with pytest.raises(ContentIncomplete, match="此体裁必须填写文号") as broken:
        document.submit(act("wang"))
    assert broken.value.facts["field"] == "document_number"


def test_a_revision_keeps_the_published_edition_public_until_it_is_published_itself() -> None:
    document = published()
    document.revise(act("wang", 5))
    document.edit(content("修订稿"), act("wang", 6))
    assert (document.is_public, document.face.title, document.version) == (True, "关于样例的通知", 1)
    document.submit(act("wang", 7))
    document.approve(act("li", 8))
    assert document.publish(act("li", 9)) == REVISED
    assert (document.face.title, document.version, document.published_at) == ("修订稿", 2, at(3))


def test_a_withdrawal_needs_a_reason() -> None:
    with pytest.raises(ReasonRequired, match="撤回须说明理由"):
        published().withdraw(act("li", 4))


def test_a_withdrawn_document_keeps_the_title_the_public_knew() -> None:
    document = published()
    document.revise(act("wang", 5))
    document.edit(content("未经审核的标题"), act("wang", 6))
    assert document.withdraw(act("li", 7, "内容有误")) == WITHDRAWN
    assert (document.version, document.is_public, document.face.title) == (2, False, "关于样例的通知")


def test_withdrawing_what_was_never_public_tells_nobody() -> None:
    document = draft()
    assert document.withdraw(act("li", 1, "不再需要")) is None
    assert (document.state, document.version) == (State.WITHDRAWN, 0)


def test_dropping_a_draft_after_a_withdrawal_leaves_the_tombstone_as_it_was() -> None:
    document = published()
    document.withdraw(act("li", 4, "内容有误"))
    tombstone = (document.face, document.version)
    document.revise(act("wang", 5))
    assert document.withdraw(act("li", 6, "不再修订")) is None
    assert (document.face, document.version) == tombstone
    assert (document.withdrawal_reason, document.withdrawn_at) == ("内容有误", at(4))


def test_a_document_published_again_after_a_withdrawal_is_dated_anew() -> None:
    document = published()
    document.withdraw(act("li", 4, "内容有误"))
    assert document.publish_received(content("更正"), act("dept", 9)) == PUBLISHED
    assert (document.version, document.published_at, document.withdrawal_reason) == (3, at(9), None)


def test_the_history_says_what_changed_and_not_the_body() -> None:
    document = draft()
    document.edit(content("新标题", body_html="<p>新正文</p>"), act("zhang", 2))
    entry = document.entries[-1]
    assert (entry.act.by, entry.before["title"], entry.after["title"]) == ("zhang", "关于样例的通知", "新标题")
    assert entry.before["content_hash"] != entry.after["content_hash"]
    assert "正文" not in str(entry)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", [Action.SUBMIT, Action.RETURN, Action.APPROVE, Action.PUBLISH, Action.REVISE])
def test_only_the_table_of_transitions_moves_a_document(state: State, action: Action) -> None:
    document = draft()
    document.state = state
    steps = {
        Action.SUBMIT: Document.submit,
        Action.RETURN: Document.send_back,
        Action.APPROVE: Document.approve,
        Action.PUBLISH: Document.publish,
        Action.REVISE: Document.revise,
    }
    try:
        steps[action](document, act("li", 1, "因"))
    except (WrongState, ApprovalVoid):
        assert (state, action) not in TRANSITIONS or action is Action.PUBLISH
        assert document.state is state
    else:
        assert document.state is TRANSITIONS[state, action]


def test_the_content_hash_is_that_of_canonical_json() -> None:
    """Computed by hand from RFC 8785 and sha256sum, so that it never changes unnoticed."""
    attachment = Attachment("附件.pdf", "0" * 64, 10, "application/pdf")
    given = content("标题", keywords=("审计",), attachments=(attachment,))
    assert content_hash("audit", given) == "0ccdc8fe63185a18249bbc28ed79141486e3bf1aa9b1452092b5522433b33917"


def test_the_same_file_twice_under_one_name_is_one_attachment() -> None:
    attachment = Attachment("附件.pdf", "0" * 64, 10, "application/pdf")
    document = Document.draft(new_id(), "audit", content(attachments=(attachment, attachment)), act("wang"))
    assert document.edition.content.attachments == (attachment,)
