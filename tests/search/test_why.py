"""Why an item was found, from an explanation as the engine gives it."""

from search.why import why


def part(value: float, description: str, *details: object) -> dict[str, object]:
    return {"value": value, "description": description, "details": list(details)}


def test_an_explanation_becomes_fields_words_and_factors() -> None:
    best, other = (
        part(value, "weight(title_words:审计 in 2) [PerFieldSimilarity], result of:") for value in (2.0, 1.0)
    )
    passage = part(0.5, "weight(passages.words:条例 in 0) [PerFieldSimilarity], result of:")
    same = part(60.0, "ConstantScore(short_title:审计条例)^60.0")
    number = part(
        1000.0, "ConstantScore((ConstantScore(index_number:20185号) | ConstantScore(document_number:20185号)))"
    )
    older = part(0.5, "function score, product of:", part(1.0, "match filter: FieldExistsQuery [field=superseded_by]"))
    tree = part(9.0, "sum of:", part(2.0, "max of:", other, best), part(1.0, "sum of:", passage, same, number), older)
    told = why({"_explanation": tree})
    assert told["score"] == 9.0
    assert {one["field"]: (one["words"], one["score"]) for one in told["matched"]} == {
        "文号": (["20185号"], 1000.0),
        "标题全同": (["审计条例"], 60.0),
        "标题": (["审计"], 2.0),
        "段落": (["条例"], 0.5),
    }
    assert told["factors"] == [{"reason": "旧版本靠后", "times": 0.5}]


def test_no_explanation_is_no_reason() -> None:
    assert why({}) == {"score": 0.0, "matched": [], "factors": []}
