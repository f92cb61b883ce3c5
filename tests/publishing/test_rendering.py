"""From a department's text to HTML, and back to plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.rendering import plain_text, render, sanitise


def test_each_line_is_a_paragraph_and_hashes_are_headings() -> None:
    text = "# 总则\n第一条 为了规范。\n\n第二条 本办法所称：\n- 甲\n- **乙**\n### 附则 ##"
    assert render(text).split("\n") == [
        "<h2>总则</h2>",
        "<p>第一条 为了规范。</p>",
        "<p>第二条 本办法所称：</p>",
        "<ul>",
        "<li>甲</li>",
        "<li><strong>乙</strong></li>",
        "</ul>",
        "<h3>附则</h3>",
    ]


def test_a_table_of_bars_is_a_table() -> None:
    rendered = render("| 项目 | 金额 |\n|---|---:|\n| 水库 | 1,200 |\n之后")
    assert "<th>项目</th><th>金额</th>" in rendered
    assert "<td>水库</td><td>1,200</td>" in rendered
    assert plain_text(rendered) == "项目\t金额\n水库\t1,200\n之后"


def test_markup_in_a_text_is_text() -> None:
    assert render("<script>alert(1)</script> 3 < 5 & 真") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; 3 &lt; 5 &amp; 真</p>"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>x</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">a</a>',
        "<iframe src=x></iframe>",
        '<p style="position:fixed" onclick="x()">a</p>',
        "<svg onload=alert(1)>",
        '<form action="https://evil"><input></form>',
    ],
)
def test_hostile_markup_is_taken_out(hostile: str) -> None:
    kept = sanitise(f"<p>文</p>{hostile}")
    assert "<p>文</p>" in kept
    for trace in ("script", "onerror", "onclick", "onload", "iframe", "style", "svg", "form", "input"):
        assert trace not in kept


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_what_is_rendered_is_already_sanitised(text: str) -> None:
    rendered = render(text)
    assert sanitise(rendered) == rendered


@given(st.lists(st.text(alphabet="第一条甲乙丙<>&，。", min_size=1, max_size=20), max_size=8))
def test_plain_text_gives_back_the_lines(lines: list[str]) -> None:
    assert plain_text(render("\n".join(lines))) == "\n".join(lines)


def test_a_line_made_to_slow_the_renderer_does_not() -> None:
    assert len(render("# " + "#" * 200_000 + "x" + "**" * 100_000)) > 0
