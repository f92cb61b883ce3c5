"""A finding stands between a document and the public until a second person lets it pass."""

from uuid import UUID

import pytest

from publishing.domain.content import Attachment, StoredFile
from publishing.domain.document import Act, Document
from publishing.domain.rules import AuthorMayNotOverride, FindingStands, ReasonRequired, WrongState
from publishing.domain.states import Action, State
from publishing.handlers.checking import checked
from publishing.handlers.drafting import Desk, override_findings, possible, take_step
from shared.problems import Invalid, NotAllowed
from shared.roles import Role
from tests.publishing.fakes import FakeDocuments, FakeFiles
from tests.publishing.sample import MORNING, act, content, draft
from tests.publishing.test_drafting import desk, form, who

NUMBER = "11010519491231002X"
LEAK = f"<p>拟录用人员王某，身份证号{NUMBER}，现予公示，公示期为七个工作日。</p>"
AUTHOR, REVIEWER, APPROVER = (
    who(Role.AUTHOR, name="wang"),
    who(Role.REVIEWER, name="li"),
    who(Role.APPROVER, name="zhao"),
)


async def held(body_html: str = LEAK) -> tuple[Desk, Document]:
    at_desk, document = desk(), draft("wang", body_html=body_html)
    await at_desk.documents.add(document)
    return at_desk, document


async def ids(document: Document, at_desk: Desk) -> list[str]:
    return [finding.id for finding in await checked(document, at_desk.files)]


async def pass_all(document_id: UUID, at_desk: Desk, reason: str = "公告须列明，已征得本人同意") -> Document:
    document = await at_desk.documents.get(document_id)
    wanted = await ids(document, at_desk)
    return await override_findings(document_id, wanted, reason, document.revision, REVIEWER, MORNING, at_desk)


async def test_submission_is_refused_and_names_the_finding_without_the_number() -> None:
    at_desk, document = await held()
    with pytest.raises(FindingStands, match="居民身份证号码") as refusal:
        await take_step(document.id, Action.SUBMIT, "", 1, AUTHOR, MORNING, at_desk)
    assert refusal.value.facts["field"] == "body"
    assert "11*************02X" in str(refusal.value)
    assert NUMBER not in str(refusal.value) + str(refusal.value.facts)


async def test_after_an_override_the_document_goes_on_its_way_and_the_history_says_why() -> None:
    at_desk, document = await held()
    await pass_all(document.id, at_desk)
    await take_step(document.id, Action.SUBMIT, "", 2, AUTHOR, MORNING, at_desk)
    approved = await take_step(document.id, Action.APPROVE, "", 3, APPROVER, MORNING, at_desk)
    assert approved.state is State.APPROVED
    assert isinstance(at_desk.documents, FakeDocuments)
    entry = at_desk.documents.history[document.id][1]
    assert (entry.action, entry.act.by, entry.act.note) == (Action.OVERRIDE, "li", "公告须列明，已征得本人同意")
    assert entry.after["overridden"]["content_hash"] == document.edition.content_hash
    assert NUMBER not in str(entry)


async def test_approval_is_refused_while_a_finding_stands() -> None:
    at_desk, document = await held()
    document.state = State.IN_REVIEW
    await at_desk.documents.save(document)
    with pytest.raises(FindingStands):
        await take_step(document.id, Action.APPROVE, "", 1, APPROVER, MORNING, at_desk)


async def test_an_edit_voids_the_override_even_one_that_restores_the_content() -> None:
    at_desk, document = await held()
    changed = await pass_all(document.id, at_desk)
    for body_html in (LEAK + "<p>另有改动</p>", LEAK):
        changed.edit(content(body_html=body_html), act("wang", 1))
        await at_desk.documents.save(changed)
    with pytest.raises(FindingStands):
        await take_step(document.id, Action.SUBMIT, "", changed.revision, AUTHOR, MORNING, at_desk)


async def test_an_override_of_one_finding_leaves_the_others() -> None:
    at_desk, document = await held(LEAK + "<p>秘密★</p>")
    first, _ = await ids(document, at_desk)
    await override_findings(document.id, [first], "因", 1, REVIEWER, MORNING, at_desk)
    with pytest.raises(FindingStands, match="国家秘密标志"):
        await take_step(document.id, Action.SUBMIT, "", 2, AUTHOR, MORNING, at_desk)


async def test_nobody_overrides_for_what_they_wrote_nor_without_a_reason_nor_without_the_role() -> None:
    at_desk, document = await held()
    wanted = await ids(document, at_desk)
    both = who(Role.AUTHOR, Role.REVIEWER, name="wang")
    with pytest.raises(AuthorMayNotOverride):
        await override_findings(document.id, wanted, "因", 1, both, MORNING, at_desk)
    with pytest.raises(ReasonRequired, match="放行检查结果须说明理由"):
        await override_findings(document.id, wanted, " ", 1, REVIEWER, MORNING, at_desk)
    with pytest.raises(NotAllowed):
        await override_findings(document.id, wanted, "因", 1, who(Role.AUTHOR, name="chen"), MORNING, at_desk)


@pytest.mark.parametrize("wanted", [[], ["nothing"]])
async def test_only_findings_that_block_can_be_overridden(wanted: list[str]) -> None:
    at_desk, document = await held("<p>手机13812345678，本句写得足够长，以免被当作内容过少。</p>")
    assert len(await ids(document, at_desk)) == 1
    for chosen in (wanted, await ids(document, at_desk)):
        with pytest.raises(Invalid, match="请选择要放行的检查结果"):
            await override_findings(document.id, chosen, "因", 1, REVIEWER, MORNING, at_desk)


async def test_there_is_nothing_to_override_once_a_document_is_approved() -> None:
    _, document = await held()
    document.state = State.APPROVED
    with pytest.raises(WrongState, match="不能放行检查结果"):
        document.override([], Act("li", MORNING, "因"))


async def test_warnings_keep_nobody_from_anything() -> None:
    at_desk, document = await held("<p>手机13812345678</p>")
    await take_step(document.id, Action.SUBMIT, "", 1, AUTHOR, MORNING, at_desk)


async def test_what_attachments_hold_and_are_called_is_looked_at() -> None:
    at_desk = desk()
    assert isinstance(at_desk.files, FakeFiles)
    await at_desk.files.put(StoredFile("a" * 64, 1, "text/plain", f"王某\t{NUMBER}"), "wang")
    await at_desk.files.put(StoredFile("b" * 64, 1, "image/png", "", "failed: 没有文字"), "wang")
    names = (f"王某{NUMBER}.txt", "扫描件.png")
    files = tuple(Attachment(name, sha * 64, 1, "text/plain") for name, sha in zip(names, "ab", strict=True))
    document = draft("wang", attachments=files)
    found = [(finding.field, finding.rule.value) for finding in await checked(document, at_desk.files)]
    assert found == [
        ("attachments.0.name", "identity_number"),
        ("attachments.0.text", "identity_number"),
        ("attachments.1", "unread_attachment"),
    ]
    assert not any(NUMBER in f"{finding}" for finding in await checked(document, at_desk.files))


async def test_links_keywords_and_source_are_looked_at_and_document_numbers_are_not() -> None:
    link = f'<p>{"公示" * 20}<a href="/x" title="{NUMBER}">名单</a></p>'
    numbers = {"document_number": NUMBER, "index_number": NUMBER}
    document = draft("wang", body_html=link, keywords=(NUMBER,), source=f"王某 {NUMBER}", **numbers)
    found = {finding.field for finding in await checked(document, FakeFiles())}
    assert found == {"body.links", "keywords", "source"}


async def test_what_is_possible_says_why_a_step_is_kept_and_who_may_override() -> None:
    at_desk, document = await held()
    standing = await checked(document, at_desk.files)
    actions, blocked = possible(document, AUTHOR, standing)
    assert actions == [Action.EDIT]
    assert "自动检查有 1 项" in blocked["submit"]
    assert possible(document, REVIEWER, standing)[0] == [Action.OVERRIDE]
    assert possible(document, REVIEWER, [])[0] == []


def test_a_draft_may_hold_anything_while_it_is_written() -> None:
    assert form(body=NUMBER).body == NUMBER
