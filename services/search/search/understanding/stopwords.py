"""Words that ask, are polite or tell the story, but say nothing about the subject; and parts that say too little."""

from importlib.resources import files

STOPWORDS = frozenset((files("search.understanding") / "stopwords.txt").read_text("utf-8").split())
# Parts of longer words that stand in so many documents that they tell none from another: 人民 in 人民法院.
GENERAL_PARTS = {
    *("人民", "中华", "共和国", "国家", "法律", "规定", "条例", "办法", "管理", "工作"),
    *("行政", "部门", "单位", "组织", "机构", "机关", "人员", "社会", "活动"),
}
_EMPTY_TAGS = frozenset({"r", "c", "p", "u", "y", "e", "o", "d", "uj", "ul", "uv", "ud", "uz", "ug", "x", "w", "f"})


def says_nothing(word: str, tag: str) -> bool:
    """Whether a word of a question is no part of its subject."""
    return word in STOPWORDS or (tag in _EMPTY_TAGS and len(word) < 3)
