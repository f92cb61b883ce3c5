"""Asking, confirming, stopping: what a person sees, and what an onlooker does not."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from search.alerts import subscribing
from search.alerts.domain import CONFIRMATIONS_A_PERIOD, MOST_ALERTS, Frequency, LinkInvalid, NotAnAddress, State
from search.alerts.secrets import read_address
from search.alerts.store import Subscriptions, count_all, forget_expired
from search.alerts.tables import subscriptions
from tests.search.alerts.stage import SECRETS, Stage, text_of, token_in
from tests.support.events import document_event

READER = "reader@example.cn"


async def test_nothing_is_sent_before_the_owner_of_the_mailbox_confirms(stage: Stage) -> None:
    await stage.ask(READER, q="预算公开")
    assert await stage.postman.round() == 1
    [mail] = stage.mails()
    assert mail["Subject"] == "【阳光政务公开】请确认订阅"
    assert "预算公开" in text_of(mail)
    token = token_in(mail, "/alerts/confirm")
    assert await stage.confirm(token) is State.PENDING
    assert await stage.confirm(token) is State.ACTIVE  # again changes nothing


async def test_a_confirmation_link_expires_and_then_the_address_is_forgotten(stage: Stage) -> None:
    await stage.ask(READER, q="预算公开")
    await stage.postman.round()
    token = token_in(stage.mails()[0], "/alerts/confirm")
    stage.ahead += timedelta(hours=49)
    with pytest.raises(LinkInvalid):
        await stage.confirm(token)
    async with stage.engine.begin() as connection:
        assert await forget_expired(connection, stage.clock()) == 1
    assert await stage.rows() == 0


async def test_a_newer_link_voids_the_older(stage: Stage) -> None:
    await stage.ask(READER, q="预算公开")
    await stage.postman.round()
    await stage.ask(READER, q=" 预算公开")
    await stage.postman.round()
    first, second = (token_in(mail, "/alerts/confirm") for mail in stage.mails())
    with pytest.raises(LinkInvalid):
        await stage.confirm(first)
    assert await stage.confirm(second) is State.PENDING


@pytest.mark.parametrize("token", ["", "x", "abc" * 20, "AAAA" * 16, "😀"])
async def test_a_link_we_did_not_make_confirms_and_stops_nothing(stage: Stage, token: str) -> None:
    await stage.ask(READER, q="预算公开")
    with pytest.raises(LinkInvalid):
        await stage.confirm(token)
    with pytest.raises(LinkInvalid):
        SECRETS.to_stop(token)


async def test_a_stop_link_does_not_confirm_and_a_confirm_link_does_not_stop(stage: Stage) -> None:
    await stage.ask(READER, q="预算公开")
    await stage.postman.round()
    [mail] = stage.mails()
    confirming, stopping = token_in(mail, "/alerts/confirm"), token_in(mail, "/alerts/stop")
    with pytest.raises(LinkInvalid):
        await stage.confirm(stopping)
    with pytest.raises(LinkInvalid):
        SECRETS.to_stop(confirming)


async def test_stopping_forgets_everything_and_again_is_harmless(stage: Stage) -> None:
    identity = await stage.subscribed(READER, q="预算公开")
    token = SECRETS.stop_token(identity)
    for was_there in (True, False):
        async with stage.engine.begin() as connection:
            assert await subscribing.stop(token, Subscriptions(connection), SECRETS) is was_there
    async with stage.engine.connect() as connection:
        for table in ("alert_subscriptions", "alert_letters", "alert_deliveries"):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608


async def test_of_what_ended_only_the_number_remains(stage: Stage) -> None:
    stopped = await stage.subscribed(READER, q="预算公开")
    await stage.stop(stopped)
    await stage.ask(READER, q="审计整改")
    await stage.ask(READER, q="公路养护")
    stage.ahead += timedelta(hours=49)
    async with stage.engine.begin() as connection:
        await forget_expired(connection, stage.clock())
        counts = await count_all(connection)
    assert (counts.active, counts.pending) == (0, 0)
    assert (counts.stopped, counts.unconfirmed, counts.refused) == (1, 2, 0)


async def test_one_address_gets_few_confirmation_mails_and_nobody_can_tell(stage: Stage) -> None:
    for number in range(CONFIRMATIONS_A_PERIOD + 3):
        await stage.ask(READER, q=f"第{number}个词")
    await stage.ask("other@example.cn", q="别人")
    assert await stage.postman.round() == CONFIRMATIONS_A_PERIOD + 1
    stage.ahead += timedelta(hours=25)
    await stage.ask(READER, q="第二天")
    assert await stage.postman.round() == 1


async def test_one_address_holds_a_bounded_number_of_alerts(stage: Stage) -> None:
    for number in range(MOST_ALERTS):
        await stage.subscribed(READER, q=f"第{number}个词")
    await stage.ask(READER, q="再多一个")
    assert await stage.rows() == MOST_ALERTS


async def test_another_frequency_takes_the_place_of_the_first_once_confirmed(stage: Stage) -> None:
    await stage.subscribed(READER, q="预算公开")
    await stage.ask(READER, Frequency.DAILY, q="预算公开")
    assert await stage.rows() == 2
    await stage.postman.round()
    await stage.confirm(token_in(stage.mails()[0], "/alerts/confirm"))
    async with stage.engine.connect() as connection:
        counts = await count_all(connection)
    assert (counts.active, counts.pending) == (1, 0)


async def test_what_the_first_frequency_had_still_to_tell_is_told_by_the_second(stage: Stage) -> None:
    await stage.subscribed(READER, Frequency.DAILY, q="预算公开")
    event = document_event(title="预算公开公告")
    await stage.publish(event)
    await stage.client.indices.refresh(index=stage.names.write)
    await stage.ask(READER, Frequency.INSTANT, q="预算公开")
    await stage.postman.round()
    await stage.confirm(token_in(stage.mails()[0], "/alerts/confirm"))
    await stage.postman.round()
    [told] = stage.mails_to(READER, "预算公开公告")
    assert event.subject in text_of(told)


async def test_the_address_stands_nowhere_in_the_database_in_clear(stage: Stage) -> None:
    identity = await stage.subscribed(READER, q="预算公开")
    async with stage.engine.connect() as connection:
        row = (await connection.execute(select(subscriptions))).one()
    held = repr(row._mapping).encode()
    assert READER.encode() not in held
    assert b"reader" not in held
    assert SECRETS.unseal(identity, bytes(row.address)) == READER


async def test_a_stranger_cannot_make_our_mail_carry_a_link_or_a_second_line(stage: Stage) -> None:
    await stage.ask(READER, q="中奖 http://evil.example/win\r\nBcc: x@y.cn 请速领取")
    await stage.postman.round()
    [mail] = stage.mails()
    assert "evil.example" not in text_of(mail)
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "typed", ["", "a", "a@", "@b.cn", "a b@c.cn", "a@b", "a@b.cn\nBcc: x@y.cn", "a" * 300 + "@b.cn"]
)
def test_what_is_no_address_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(NotAnAddress, match=r"name@example\.cn") as refused:
        read_address(typed)
    assert refused.value.__cause__ is None


def test_one_mailbox_is_one_address() -> None:
    assert read_address(" Reader@Example.CN ") == READER
