"""`sunlight import`: a file of documents through the department gateway, resumable, never doubled."""

from collections import Counter
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sunlight.installation import Installation
from sunlight.output import errors
from sunlight.reading import Submission, fingerprint, read_regulations
from sunlight.sending import Outcome, Via, open_gateway, send_all


class Journal:
    """The external ids the gateway has answered, one a line, appended as the answers come.

    Only a saving of time: an id that is sent again because its line was lost is answered as a duplicate.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.answered = set(path.read_text().split()) if path.exists() else set()
        self._file = path.open("a", buffering=1)

    def add(self, external_id: str) -> None:
        self._file.write(f"{external_id}\n")

    def close(self) -> None:
        self._file.close()


async def import_file(installation: Installation, file: Path, department: str, via: Via) -> dict[str, object]:
    """Send every document of the file that has not been answered yet; counts by status, and what failed."""
    submissions = list(read_regulations(file))
    journal = Journal(installation.state / "imports" / f"{department}-{fingerprint(file)[:16]}.done")
    waiting = [submission for submission in submissions if submission.external_id not in journal.answered]
    counts = Counter({"already": len(submissions) - len(waiting)})
    refused: list[dict[str, object]] = []
    try:
        async with open_gateway(installation, department, via) as gateway:
            with _progress() as progress:
                task = progress.add_task("导入", total=len(submissions), completed=counts["already"])
                async for submission, outcome in send_all(gateway, waiting):
                    counts[outcome["status"]] += 1
                    progress.advance(task)
                    if outcome["status"] == "rejected":
                        refused.append(_refusal(submission, outcome))
                    else:
                        journal.add(submission.external_id)
    finally:
        journal.close()
    return {"total": len(submissions), "counts": dict(counts), "rejected": refused}


def _refusal(submission: Submission, outcome: Outcome) -> dict[str, object]:
    title = submission.body.get("title", "")
    return {"external_id": submission.external_id, "title": title, "errors": outcome.get("errors", [])}


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
    )
