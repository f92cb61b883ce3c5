"""Text extraction in separate processes, kept warm: a file that crashes or stalls its reader costs one process."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass
from pathlib import Path

SECONDS = 40.0
JOBS_PER_PROCESS = 200
LONGEST_ANSWER = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text found, and `ok` or `failed: <reason>`."""

    text: str
    status: str


@dataclass(slots=True)
class _Reader:
    process: Process
    jobs: int = 0


class ExtractionPool:
    """At most `size` reading processes, started when first needed and replaced after a failure."""

    def __init__(self, size: int = 2, seconds: float = SECONDS) -> None:
        self._free = asyncio.Semaphore(size)
        self._idle: list[_Reader] = []
        self._seconds = seconds

    async def extract(self, path: Path, media_type: str) -> Extraction:
        """The text of the file; a reader that dies or takes too long is reported as a failure."""
        async with self._free:
            reader = self._idle.pop() if self._idle else await _start()
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await _ask(reader, path, media_type)
            except TimeoutError:
                await _stop(reader)
                return Extraction("", f"failed: 读取超过 {self._seconds:.0f} 秒")
            except (OSError, EOFError, ValueError):
                await _stop(reader)
                return Extraction("", "failed: 读取超过内存或时间限制")
            except BaseException:
                await _stop(reader)
                raise
            await self._put_back(reader)
            return answer

    async def _put_back(self, reader: _Reader) -> None:
        reader.jobs += 1
        if reader.jobs >= JOBS_PER_PROCESS:
            await _stop(reader)
        else:
            self._idle.append(reader)

    async def close(self) -> None:
        """Stop the idle processes."""
        while self._idle:
            await _stop(self._idle.pop())


async def _start() -> _Reader:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "publishing.files.child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_ANSWER,
        start_new_session=True,
    )
    return _Reader(process)


async def _ask(reader: _Reader, path: Path, media_type: str) -> Extraction:
    requests, answers = reader.process.stdin, reader.process.stdout
    if requests is None or answers is None:
        raise OSError("no pipes")
    requests.write(json.dumps({"path": str(path), "media_type": media_type}).encode() + b"\n")
    await requests.drain()
    line = await answers.readline()
    if not line:
        raise EOFError
    answer = json.loads(line)
    if "failed" in answer:
        return Extraction("", f"failed: {answer['failed']}")
    return Extraction(answer["text"], "ok")


async def _stop(reader: _Reader) -> None:
    with contextlib.suppress(ProcessLookupError):
        reader.process.kill()
    await reader.process.wait()
