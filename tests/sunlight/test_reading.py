"""Files that people hand to the command line: what is wrong with them is said in one sentence."""

import gzip
import json
from pathlib import Path

import pytest

from sunlight.installation import CommandError
from sunlight.reading import read_file, read_regulations

RECORD = {"id": "a1", "title": "样例条例", "text": "第一条 为了示范。"}


def test_a_file_of_regulations_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "regulations.jsonl.gz"
    file.write_bytes(gzip.compress((json.dumps(RECORD) + "\n").encode()))
    [submission] = read_regulations(file)
    assert (submission.external_id, submission.body["title"]) == ("a1", "样例条例")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.gz", b"not gzip", "不是完整的 gzip 文件（读到第 0 行）"),
        ("a.gz", gzip.compress(json.dumps(RECORD).encode() * 99)[:60], "不是完整的 gzip 文件"),
        ("a.jsonl", "条例".encode("gb18030"), "第 1 行起不是 UTF-8 文本"),
        ("a.jsonl", b"[1, 2]", "第 1 行无法读取：应为一个 JSON 对象"),
        ("a.jsonl", b"{", "第 1 行不是 JSON"),
        ("a.jsonl", json.dumps({**RECORD, "title": ""}).encode(), "第 1 行无法读取：缺少 title"),
        ("a.jsonl", b"", "是空文件"),
    ],
)
def test_what_is_wrong_with_a_file_of_regulations_is_said(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        list(read_regulations(file))


@pytest.mark.parametrize("head", ["a: [", "- a", "attachments: 5"])
def test_metadata_that_is_no_metadata_is_refused(tmp_path: Path, head: str) -> None:
    file = tmp_path / "notice.md"
    file.write_text(f"---\n{head}\n---\n正文")
    with pytest.raises(CommandError, match="元数据"):
        read_file(file, None, None)
