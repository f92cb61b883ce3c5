"""Who is told of a publication when nobody waited a moment ago."""

from datetime import timedelta

from search.alerts.noticing import ALERT_QUEUE, alert_consumer
from shared.consuming import Message
from shared.envelope import encode
from shared.events import Event, now
from tests.search.alerts.stage import Stage
from tests.support.events import document_event

READER = "reader@example.cn"


def message(event: Event) -> Message:
    headers, body = encode(event, "publishing")
    return Message(ALERT_QUEUE, "", "", headers, body, str(event.id), None)


async def test_a_publication_right_after_the_first_confirmation_is_news_though_nobody_waited_a_moment_ago(
    stage: Stage,
) -> None:
    consume = alert_consumer(stage.noticer)
    early = document_event(title="老码头公告")
    await consume(message(early))
    subscription = await stage.subscribed(READER, q="老码头")
    event = document_event(title="老码头修缮公告")
    await consume(message(event))
    assert await stage.told(subscription) == [event.subject]
    await consume(message(early))
    assert await stage.told(subscription) == [event.subject]


async def test_while_nobody_waits_one_look_is_enough_for_all_that_is_older(stage: Stage) -> None:
    noticer = stage.noticer
    assert await noticer.nobody_waited(now())
    await stage.subscribed(READER, q="老渡口")
    assert await noticer.nobody_waited(now() - timedelta(minutes=1))
    assert not await noticer.nobody_waited(now())
