"""What a person finds, on a real index: in attachments, by number, without what is not wanted, by date."""

from datetime import UTC, datetime

from shared.events import AttachmentState, new_id
from tests.search.running import Service
from tests.support.events import document_event


def attached(text: str) -> AttachmentState:
    return AttachmentState(
        id=str(new_id()), name="渡口明细.pdf", media_type="application/pdf", size=3, sha256="0" * 64, text=text
    )


async def test_words_of_an_attachment_show_it_with_the_words_marked_where_they_stand(service: Service) -> None:
    holder = document_event(title="渡口改造公示", attachments=(attached("本次改造的弧形栈桥由承建单位加盖骑缝章。"),))
    others = [document_event(title=f"栈桥管理办法之{number}", body="栈桥应当加盖遮雨棚。") for number in range(9)]
    await service.index(holder, *others)
    body = await service.search(q="弧形栈桥由承建单位加盖骑缝章")
    first = body["items"][0]
    assert (first["id"], first["attachment"]["name"]) == (holder.subject, "渡口明细.pdf")
    assert "骑缝章</em>" in "".join(first["highlights"]["attachment"])
    assert "</em><em>" not in "".join(first["highlights"]["attachment"])


async def test_a_document_number_beside_other_words_and_in_any_form_is_first(service: Service) -> None:
    numbered = document_event(title="渡船检验办法", document_number="渡检发〔2025〕31号")
    about = document_event(title="渡船检验办法的解读", body="渡检发〔2025〕31号渡船检验办法的解读。" * 9)
    await service.index(numbered, about)
    for typed in (
        "渡检发〔2025〕31号 办法",
        "关于渡检发[2025]第31号的解读",
        "渡检发「2025」31号",
        "渡检发〖2025〗31号",
    ):
        assert (await service.ids(q=typed))[0] == numbered.subject, typed


async def test_what_is_not_wanted_may_be_bound_to_a_field(service: Service) -> None:
    kept = document_event(title="芦苇收割通告", body="渔政科芦苇收割。", document_number="渔发〔2025〕1号")
    other = document_event(title="渔政科芦苇收割安排", body="芦苇收割。", document_number="渔发〔2025〕2号")
    await service.index(kept, other)
    assert await service.ids(q="芦苇收割 -标题:渔政科") == [kept.subject]
    assert await service.ids(q="芦苇收割 -文号:渔发〔2025〕2号") == [kept.subject]
    assert await service.ids(q="芦苇收割 -渔政科") == []


async def test_a_list_by_date_holds_what_is_about_the_words_and_not_what_shares_one(service: Service) -> None:
    about = document_event(
        title="灯塔看守招募公告", published_at=datetime(2020, 1, 1, tzinfo=UTC), body="招募灯塔看守三名。"
    )
    shares = document_event(
        title="灯塔维护办法",
        published_at=datetime(2024, 1, 1, tzinfo=UTC),
        body="第一条 灯塔维护。\n第二条 招募另行公告。",
    )
    await service.index(about, shares)
    assert set(await service.ids(q="灯塔看守招募")) == {about.subject, shares.subject}
    assert await service.ids(q="灯塔看守招募", sort="newest") == [about.subject]


async def test_an_office_s_own_paper_is_not_pushed_behind_a_law_of_like_words(service: Service) -> None:
    own = document_event(title="雾港年度预算说明", kind="news", body="雾港年度预算说明。")
    law = document_event(title="雾港年度预算条例实施说明", kind="regulation", body="雾港年度预算条例实施说明。")
    await service.index(own, law)
    assert (await service.ids(q="雾港年度预算"))[0] == own.subject


async def test_a_copied_sentence_is_found_before_what_says_the_like(service: Service) -> None:
    sentence = "渡口值守人员应当每日记录潮位"
    holder = document_event(title="值守安排", body=f"其他事项。{sentence}，并于月底汇总。" + "另行安排。" * 200)
    likes = [
        document_event(title=f"渡口值守人员记录潮位办法之{number}", body="渡口值守人员记录潮位。每日应当值守。" * 3)
        for number in range(5)
    ]
    await service.index(holder, *likes)
    assert (await service.ids(q=sentence))[0] == holder.subject
