"""Publishing put together: `api` answers HTTP, `worker` takes submissions and relays the outbox."""

from fastapi import FastAPI
from shared.consuming import of_event
from shared.database import create_engine, database_check
from shared.process import Worker
from shared.settings import Settings
from shared.tracing import delivery_routers
from shared.web import create_api

from publishing.attachments import AttachmentKeeper
from publishing.consumers import know_columns, know_departments
from publishing.gateway import SERVICE, Gateway
from publishing.store.directory import Directory
from publishing.store.tables import delivery

SUBMISSIONS_AT_ONCE = 50


def worker(settings: Settings) -> Worker:
    """Consumes submissions, departments and columns."""
    engine = create_engine(settings.database_url, pool_size=20)
    worker = Worker.of(settings, engine, delivery)
    gateway = Gateway(engine, Directory(engine), AttachmentKeeper(engine, settings.state))
    consumers = worker.consumers
    consumers.add("publishing.submission", gateway.receive, prefetch=SUBMISSIONS_AT_ONCE)
    consumers.add("publishing.department", of_event(know_departments(engine)))
    consumers.add("publishing.column", of_event(know_columns(engine)))
    return worker


def api(settings: Settings) -> FastAPI:
    """Answers the public, staff and departments."""
    engine = create_engine(settings.database_url)
    routers = delivery_routers(engine, delivery, SERVICE)
    return create_api(settings, routers, {"数据库": database_check(engine)})
