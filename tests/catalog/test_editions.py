"""Editions: what a draft must say, what publishing tells, and that a published edition never changes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.edition_changes import changed_items, diff
from catalog.domain.editions import (
    CatalogueItem,
    Edition,
    EditionIsEmpty,
    EditionIsFixed,
    EditionStatus,
    ItemBelongsElsewhere,
    ItemTwice,
    ItemWithoutBasis,
    ItemWithoutDisclosingBody,
    ItemWithoutTerm,
    LiveItem,
    RetiredWithoutReason,
    UnresolvedRowErrors,
    check_items,
)
from catalog.handlers.columns import put_column
from catalog.handlers.editions import KeyUsedOtherwise, draft_edition, publish_edition, revise_edition
from catalog.handlers.obligations import put_obligation
from shared.problems import NotFound, StaleVersion
from tests.catalog.conftest import Office
from tests.catalog.making import TODAY, a_column, an_item, an_obligation, content, publish

ONE, TWO = an_item("audit-01"), an_item("audit-02")


@pytest.mark.parametrize(
    ("field", "refusal", "words"),
    [
        ("disclosing_body", ItemWithoutDisclosingBody, "第2行“事项audit-02”没有公开主体"),
        ("legal_basis", ItemWithoutBasis, "第2行“事项audit-02”没有公开依据"),
        ("raw_deadline", ItemWithoutTerm, "第2行“事项audit-02”没有公开时限"),
    ],
)
def test_an_item_must_say_who_on_what_basis_and_by_when(field: str, refusal: type[Exception], words: str) -> None:
    with pytest.raises(refusal, match=words) as caught:
        check_items([ONE, an_item("audit-02", **{field: " "})])
    assert caught.value.facts["field"] == f"items.1.{field}"  # type: ignore[attr-defined]


def test_an_item_cannot_stand_twice_in_one_edition() -> None:
    with pytest.raises(ItemTwice, match="第2行的编号“audit-01”"):
        check_items([ONE, ONE])


def test_a_diff_shows_what_was_added_changed_and_retired_and_why() -> None:
    older = Edition(1, "audit", "第一版", (ONE, TWO))
    renamed = an_item("audit-01", name="机构职能")
    newer = Edition(2, "audit", "第二版", (renamed, an_item("audit-03")), {"audit-02": "职能划出"})
    changes = diff(older, newer)
    assert [item.id for item in changes.added] == ["audit-03"]
    assert [(change.item.id, [each.field for each in change.fields]) for change in changes.changed] == [
        ("audit-01", ["name"])
    ]
    assert [(each.item.id, each.reason) for each in changes.retired] == [("audit-02", "职能划出")]


EDITIONS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["甲", "乙"])).map(
    lambda rows: tuple(an_item(key, name=name) for key, name in rows.items())
)


@given(EDITIONS, EDITIONS)
def test_publishing_changes_exactly_what_the_diff_shows(
    before: tuple[CatalogueItem, ...], after: tuple[CatalogueItem, ...]
) -> None:
    live = {item.id: LiveItem(item, "audit", 1) for item in before}
    changed = changed_items(Edition(2, "audit", "新版", after), live)
    changes = diff(Edition(1, "audit", "旧版", before), Edition(2, "audit", "新版", after))
    published = {item.id for item in changes.added} | {change.item.id for change in changes.changed}
    assert {each.item.id for each in changed if not each.retired} == published
    assert {each.item.id for each in changed if each.retired} == {each.item.id for each in changes.retired}


async def test_publishing_tells_of_the_edition_and_of_each_item_it_changes(office: Office) -> None:
    await publish(office.desk, ONE, TWO)
    number = await publish(office.desk, ONE, an_item("audit-03"))
    told = [each for each in await office.told() if each[0].startswith("catalog.")]
    assert told == [
        ("catalog.edition_published", "edition-1", 2),
        ("catalog.item_published", "audit-01", 1),
        ("catalog.item_published", "audit-02", 1),
        ("catalog.edition_published", f"edition-{number}", 2),
        ("catalog.item_published", "audit-03", 1),
        ("catalog.item_retired", "audit-02", 2),
    ]


async def test_a_newer_edition_supersedes_the_one_of_its_department_only(office: Office) -> None:
    await publish(office.desk, ONE)
    await publish(office.desk, an_item("finance-01"), department="finance")
    await publish(office.desk, TWO)
    found = {edition.number: edition.status for edition in await office.desk.editions.all()}
    assert list(found.values()) == [EditionStatus.PUBLISHED, EditionStatus.PUBLISHED, EditionStatus.SUPERSEDED]
    current = await office.desk.editions.current("finance")
    assert current is not None
    assert (current.number, current.published_on) == (2, TODAY)


async def test_a_published_edition_cannot_be_changed_or_published_again(office: Office) -> None:
    number = await publish(office.desk, ONE)
    with pytest.raises(EditionIsFixed, match="目录第1版已经公布"):
        await revise_edition(number, content(TWO), 2, office.desk)
    with pytest.raises(EditionIsFixed):
        await publish_edition(number, 2, "editor", office.desk)


async def test_a_draft_can_be_changed_with_its_version(office: Office) -> None:
    draft = await draft_edition(content(ONE), "", "editor", office.desk)
    with pytest.raises(StaleVersion):
        await revise_edition(draft.number, content(TWO), 9, office.desk)
    revised = await revise_edition(draft.number, content(TWO, title="改过的目录"), 1, office.desk)
    assert await office.desk.editions.get(draft.number) == revised
    assert (revised.title, revised.items, revised.version) == ("改过的目录", (TWO,), 2)


async def test_an_edition_with_unresolved_row_errors_cannot_be_published(office: Office) -> None:
    rows = [an_item("audit-01", column="gone", number="1"), an_item("audit-02", number="1")]
    draft = await draft_edition(content(*rows), "", "editor", office.desk)
    with pytest.raises(UnresolvedRowErrors, match="第1行 栏目“gone”不存在或已停用；第2行 序号“1”与第1行重复"):
        await publish_edition(draft.number, 1, "editor", office.desk)
    await put_column(a_column("gone"), None, "editor", office.desk)
    repaired = await revise_edition(draft.number, content(rows[0], an_item("audit-02", number="2")), 1, office.desk)
    assert (await publish_edition(draft.number, repaired.version, "editor", office.desk)).published_on == TODAY


async def test_an_edition_without_items_cannot_be_published(office: Office) -> None:
    draft = await draft_edition(content(), "", "editor", office.desk)
    with pytest.raises(EditionIsEmpty):
        await publish_edition(draft.number, 1, "editor", office.desk)


async def test_an_item_of_another_department_cannot_be_taken_over(office: Office) -> None:
    await publish(office.desk, ONE)
    with pytest.raises(ItemBelongsElsewhere, match="属于部门“audit”的目录"):
        await publish(office.desk, ONE, department="finance")


async def test_retiring_an_item_with_an_open_obligation_needs_a_reason(office: Office) -> None:
    await publish(office.desk, ONE, TWO)
    task = an_obligation(title="编清单", catalogue_item="audit-02")
    await put_obligation(task, None, None, "editor", office.desk)
    with pytest.raises(RetiredWithoutReason, match="事项“事项audit-02”还有没有完成的任务（编清单）"):
        await publish(office.desk, ONE)


async def test_a_reason_lets_an_item_with_an_open_obligation_be_retired(office: Office) -> None:
    await publish(office.desk, ONE, TWO)
    await put_obligation(an_obligation(catalogue_item="audit-02"), None, None, "editor", office.desk)
    await publish(office.desk, ONE, retirements={"audit-02": "职能划出"})
    live = await office.desk.items.get("audit-02")
    assert live is not None
    assert (live.retired, live.edition, live.version) == (True, 2, 2)
    assert await office.desk.items.live() == [LiveItem(ONE, "audit", 1)]


async def test_a_retired_item_may_come_back_and_its_versions_go_on(office: Office) -> None:
    await publish(office.desk, ONE, TWO)
    await publish(office.desk, ONE)
    await publish(office.desk, ONE, TWO)
    assert await office.desk.items.get("audit-02") == LiveItem(TWO, "audit", 3, version=3)


async def test_each_item_lays_a_standing_duty_on_its_department_until_it_is_retired(office: Office) -> None:
    await publish(office.desk, ONE, an_item("audit-02", raw_deadline="每年1月31日前", responsible=("法规科",)))
    duty = await office.desk.obligations.get("item-audit-02")
    assert duty is not None
    assert (duty.responsible, duty.due_on, duty.derived, duty.active) == (("法规科",), date(2027, 1, 31), True, True)
    other = await office.desk.obligations.get("item-audit-01")
    assert other is not None
    assert (other.responsible, other.due_on) == (("县审计局",), None)
    await publish(office.desk, ONE)
    ended = await office.desk.obligations.get("item-audit-02")
    assert ended is not None
    assert (ended.active, ended.version) == (False, 2)


async def test_the_same_key_gives_the_same_draft_and_refuses_other_content(office: Office) -> None:
    first = await draft_edition(content(ONE), "key-1", "editor", office.desk)
    assert await draft_edition(content(ONE), "key-1", "editor", office.desk) == first
    assert (await draft_edition(content(ONE), "key-1", "another", office.desk)).number != first.number
    with pytest.raises(KeyUsedOtherwise):
        await draft_edition(content(TWO), "key-1", "editor", office.desk)


async def test_an_unknown_edition_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound):
        await publish_edition(99, 1, "editor", office.desk)
