"""The extraction process: reads strangers' files for the service, within limits, and may be killed any time.

One JSON line in (`{"path", "media_type"}`), one JSON line out (`{"text"}` or `{"failed"}`).
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import IO

from publishing.files.readers import NoText, read_text

MAX_MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 30


def main() -> None:
    """Answer requests until standard input closes."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        _limit_cpu()
        _answer(json.loads(line), answers)


def _limit_cpu() -> None:
    """Allow this much more processor time than has been used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_SECONDS, hard))


def _answer(request: dict[str, str], answers: IO[str]) -> None:
    try:
        answer = {"text": read_text(Path(request["path"]), request["media_type"])}
    except NoText as reason:
        answer = {"failed": str(reason)}
    except MemoryError:
        answer = {"failed": "读取所需内存超过限制"}
    except Exception as error:
        answer = {"failed": f"无法读取（{type(error).__name__}）"}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
