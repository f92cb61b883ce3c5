"""The tree of columns: where a column may stand, and when it may be retired."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.columns import (
    COLUMN_KIND_LABELS,
    ColumnCycle,
    ColumnKind,
    ColumnStillHasChildren,
    ParentColumnMissing,
    check_place,
)
from catalog.handlers.columns import put_column
from shared.problems import StaleVersion, VersionRequired
from tests.catalog.conftest import Office
from tests.catalog.making import a_column

ROOT, NEWS, LOCAL = a_column("root"), a_column("news", parent="root"), a_column("local", parent="news")


def test_a_column_cannot_stand_below_itself() -> None:
    with pytest.raises(ColumnCycle, match="“root”不能放在“local”之下"):
        check_place(a_column("root", parent="local"), [ROOT, NEWS, LOCAL])


def test_a_column_cannot_be_its_own_parent() -> None:
    with pytest.raises(ColumnCycle):
        check_place(a_column("new", parent="new"), [])


@pytest.mark.parametrize("others", [[], [a_column("gone", active=False)]])
def test_a_parent_must_exist_and_be_active(others: list[object]) -> None:
    with pytest.raises(ParentColumnMissing, match="上级栏目“gone”不存在或已停用"):
        check_place(a_column("new", parent="gone"), others)  # type: ignore[arg-type]


def test_a_column_above_active_columns_cannot_be_retired() -> None:
    with pytest.raises(ColumnStillHasChildren, match="栏目local"):
        check_place(a_column("news", parent="root", active=False), [ROOT, NEWS, LOCAL])


def test_every_kind_of_column_has_a_chinese_label() -> None:
    assert set(COLUMN_KIND_LABELS) == set(ColumnKind)


CODES = ["a", "b", "c", "d"]


@given(st.lists(st.tuples(st.sampled_from(CODES), st.none() | st.sampled_from(CODES)), max_size=20))
def test_no_sequence_of_moves_makes_a_cycle(moves: list[tuple[str, str | None]]) -> None:
    tree = {code: a_column(code) for code in CODES}
    for code, parent in moves:
        moved = a_column(code, parent=parent)
        try:
            check_place(moved, tree.values())
        except ColumnCycle:
            continue
        tree[code] = moved
    for column in tree.values():
        above = [column.code]
        while (parent := tree[above[-1]].parent) is not None:
            assert parent not in above
            above.append(parent)


async def test_a_new_column_is_told_as_version_one_and_a_change_as_version_two(office: Office) -> None:
    made = await put_column(a_column("news", silence_source=None), None, "editor", office.desk)
    changed = await put_column(a_column("news", name="动态"), made.version, "editor", office.desk)
    assert await office.desk.columns.all() == [changed]
    assert await office.told() == [("column.changed", "news", 1), ("column.changed", "news", 2)]
    assert (await office.events())[1].data == changed.state()


async def test_a_column_that_is_already_so_is_neither_changed_nor_told(office: Office) -> None:
    made = await put_column(a_column("news"), None, "editor", office.desk)
    assert await put_column(a_column("news"), None, "editor", office.desk) == made
    assert len(await office.events()) == 1


async def test_changing_a_column_needs_the_version_it_changes(office: Office) -> None:
    await put_column(a_column("news"), None, "editor", office.desk)
    with pytest.raises(VersionRequired):
        await put_column(a_column("news", name="动态"), None, "editor", office.desk)
    with pytest.raises(StaleVersion, match="依据的是第7次修改"):
        await put_column(a_column("news", name="动态"), 7, "editor", office.desk)
    with pytest.raises(StaleVersion, match="还不存在"):
        await put_column(a_column("other"), 1, "editor", office.desk)


async def test_a_refused_column_changes_nothing(office: Office) -> None:
    await put_column(a_column("root"), None, "editor", office.desk)
    await put_column(a_column("news", parent="root"), None, "editor", office.desk)
    with pytest.raises(ColumnCycle):
        await put_column(a_column("root", parent="news"), 1, "editor", office.desk)
    held = await office.desk.columns.get("root")
    assert held is not None
    assert (held.parent, held.version) == (None, 1)
