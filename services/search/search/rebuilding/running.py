"""A rebuild from step to step: what the present one does, then the next is committed.

A crash anywhere repeats one step, and every step may be repeated. Until the swap nothing touches the live index.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta

import structlog
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from search.mending import NeverEqual, make_equal
from search.rebuilding.aliases import Indices
from search.rebuilding.domain import NothingRunning, Purpose, Rebuild, Step
from search.rebuilding.filling import fill
from search.rebuilding.gate import Questions, judge, no_questions
from search.rebuilding.store import RebuildStore
from search.record import Record
from search.writing import IndexWriter
from shared.consuming import is_outage
from shared.events import now
from shared.problems import Unavailable

log = structlog.get_logger(__name__)

REBUILD = Gauge("sunlight_rebuild_documents", "Of the rebuild that runs: documents expected and written", ["state"])


PREVIOUS_KEPT = timedelta(days=3)


class Failed(Exception):
    """This rebuild must not go live; the text says why, to an operator."""


class Rebuilder:
    """Advances the rebuild that the database says is running."""

    def __init__(
        self, database: AsyncEngine, writer: IndexWriter, record: Record, questions: Questions = no_questions
    ) -> None:
        self._database = database
        self._writer = writer
        self._record = record
        self._questions = questions
        self._indices = Indices(writer.client, writer.names)
        self._let_go_after = 0
        self._steps: dict[Step, Callable[[Rebuild], Awaitable[Rebuild]]] = {
            Step.PREPARE: self._prepare,
            Step.FILL: self._fill,
            Step.CATCH_UP: self._catch_up,
            Step.VERIFY: self._verify,
            Step.JUDGE: self._judge,
            Step.SWAP: self._swap,
        }

    async def advance(self) -> bool:
        """Do the present step of the running rebuild; False when there is nothing to do now.

        Raises DependencyAway and other outages: then the same step will do later.
        """
        async with self._database.connect() as connection:
            rebuild = await RebuildStore(connection).running()
        _tell_progress(rebuild)
        if rebuild is None:
            await self._let_go()
            return False
        if rebuild.step is Step.HOLD:
            return False
        try:
            await self._step(rebuild)
        except NothingRunning:
            log.info("rebuild.cancelled", rebuild=rebuild.id)
        return True

    async def _let_go(self) -> None:
        """Drop an index that will never be live, and the previous one when nobody has gone back to it for days.

        As long as it is kept, every document is written twice.
        """
        await self._indices.drop_next()
        async with self._database.connect() as connection:
            last = next(iter(await RebuildStore(connection).latest()), None)
        if last and last.id != self._let_go_after and last.finished_at and now() - last.finished_at > PREVIOUS_KEPT:
            await self._indices.drop_previous()
            self._let_go_after = last.id

    async def _step(self, rebuild: Rebuild) -> None:
        try:
            self._refuse_foreign_shape(rebuild)
            done = await self._steps[rebuild.step](rebuild)
        except (NothingRunning, Unavailable):
            raise
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("rebuild.failed", rebuild=rebuild.id, step=rebuild.step)
            await self._change(rebuild, step=Step.FAILED, error=str(error) or repr(error))
            return
        await self._change(done, step=done.following, error="")
        log.info("rebuild.step_done", rebuild=rebuild.id, step=rebuild.step, figures=done.figures)

    def _refuse_foreign_shape(self, rebuild: Rebuild) -> None:
        names = self._writer.names
        if rebuild.purpose is Purpose.REBUILD and names.shape_of(rebuild.index) != names.shape:
            raise Failed("程序已升级，索引结构又有变化，请重新开始重建")

    async def _change(self, rebuild: Rebuild, **changed: object) -> Rebuild:
        async with self._database.begin() as connection:
            changed_to = await RebuildStore(connection).change(rebuild, **changed)
        _tell_progress(changed_to)
        return changed_to

    def _target(self, rebuild: Rebuild) -> str:
        names = self._writer.names
        return names.next if rebuild.purpose is Purpose.REBUILD else names.previous

    async def _prepare(self, rebuild: Rebuild) -> Rebuild:
        await self._indices.add_next(rebuild.index)
        sums = await self._record.sums()
        return await self._change(rebuild, expected=sums.documents)

    async def _fill(self, rebuild: Rebuild) -> Rebuild:
        target = self._writer.names.next
        filling = fill(self._record, lambda documents: self._writer.fill(target, documents), rebuild.after)
        async with aclosing(filling) as pages:  # a rebuild that is cancelled writes nothing more
            async for page in pages:
                seconds = round(rebuild.figures.get("fill_seconds", 0) + page.seconds, 3)
                written = rebuild.written + page.documents
                figures = {**rebuild.figures, "fill_seconds": seconds}
                rebuild = await self._change(rebuild, after=page.after, written=written, figures=figures)
        return rebuild

    async def _catch_up(self, rebuild: Rebuild) -> Rebuild:
        await self._indices.hurry(rebuild.index)
        return await self._equal(rebuild, "catch_up", every_document=False)

    async def _verify(self, rebuild: Rebuild) -> Rebuild:
        return await self._equal(rebuild, "verify", every_document=True)

    async def _equal(self, rebuild: Rebuild, name: str, every_document: bool) -> Rebuild:
        started = time.monotonic()
        try:
            found = await make_equal(self._writer, self._record, self._target(rebuild), every_document)
        except NeverEqual as error:
            raise Failed(f"新索引与发布库不一致：{error}") from error
        found["seconds"] = round(time.monotonic() - started, 3)
        return await self._change(rebuild, figures={**rebuild.figures, name: found})

    async def _judge(self, rebuild: Rebuild) -> Rebuild:
        judgement = await judge(self._writer.client, self._writer.names, self._questions)
        rebuild = await self._change(rebuild, figures={**rebuild.figures, "judge": judgement.figures()})
        if judgement.complaints:
            advice = "如属有意的改动，可用 sunlight reindex --skip-gate 重新开始"
            raise Failed(f"新索引的检索结果变差：{'；'.join(judgement.complaints)}。{advice}")
        return rebuild

    async def _swap(self, rebuild: Rebuild) -> Rebuild:
        """Swap, then look once more at what went wrong at the side since the comparison, if anything did."""
        await self._indices.swap(rebuild.index)
        found = await make_equal(self._writer, self._record, self._writer.names.write)
        return await self._change(rebuild, figures={**rebuild.figures, "after_swap": found})


def _tell_progress(rebuild: Rebuild | None) -> None:
    """Monitors see how far it is; nothing of one that is over."""
    runs = rebuild is not None and rebuild.finished_at is None
    REBUILD.labels("expected").set(rebuild.expected if rebuild and runs else 0)
    REBUILD.labels("written").set(rebuild.written if rebuild and runs else 0)
