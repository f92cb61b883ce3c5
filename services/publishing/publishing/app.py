"""Publishing put together: `api` answers HTTP, `worker` takes submissions, publishes on time and relays."""

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from publishing.api import routers
from publishing.consumers import know_catalogue_items, know_columns, know_departments
from publishing.files.blobs import FileBlobs
from publishing.files.extraction import ExtractionPool
from publishing.files.keeper import MAX_FILE, AttachmentKeeper
from publishing.gateway import SERVICE, Gateway
from publishing.rooms import Rooms
from publishing.scheduler import Scheduler
from publishing.store.directory import Directory
from publishing.store.tables import delivery
from shared.consuming import of_event
from shared.database import create_engine, database_check
from shared.process import Worker
from shared.settings import Settings
from shared.tracing import delivery_routers
from shared.web import create_api

SUBMISSIONS_AT_ONCE = 50
MULTIPART_MARGIN = 1024 * 1024


def rooms(settings: Settings, engine: AsyncEngine) -> Rooms:
    """What both processes work with."""
    directory, blobs = Directory(engine), FileBlobs(settings.state / "blobs")
    keeper = AttachmentKeeper(engine, blobs, ExtractionPool())
    return Rooms(engine, directory, blobs, keeper, Gateway(engine, directory, keeper))


def worker(settings: Settings) -> Worker:
    """Consumes submissions, departments, columns and catalogue items; keeps the schedule of publications."""
    engine = create_engine(settings.database_url)
    worker = Worker.of(settings, engine, delivery)
    ours = rooms(settings, engine)
    gateway = ours.gateway
    worker.consumers.add("publishing.submission", gateway.receive, prefetch=SUBMISSIONS_AT_ONCE)
    worker.consumers.add("publishing.department", of_event(know_departments(engine)))
    worker.consumers.add("publishing.column", of_event(know_columns(engine)))
    worker.consumers.add("publishing.catalog", of_event(know_catalogue_items(engine)))
    worker.tasks.append(Scheduler(ours).run)
    return worker


def api(settings: Settings) -> FastAPI:
    """Answers the public, staff and departments; bodies may be as large as a file."""
    engine = create_engine(settings.database_url)
    all_routers = [*routers(rooms(settings, engine)), *delivery_routers(engine, delivery, SERVICE)]
    checks = {"数据库": database_check(engine)}
    return create_api(settings, all_routers, checks, max_body=MAX_FILE + MULTIPART_MARGIN)
