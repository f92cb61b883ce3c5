"""What the portal can run into, in its own words: a service that is away, a refusal, an ended session."""

from typing import Any

from portal.translations import N_


class ServiceAway(Exception):
    """A service does not answer in time; nothing was changed and trying again later helps."""

    def __init__(self, service: str, reason: str = "") -> None:
        super().__init__(f"{service}: {reason}")
        self.service = service


class Refused(Exception):
    """A service understood and said no. `title` and `detail` are sentences for the person."""

    status = 400

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.title = str(problem.get("title") or N_("请求有误"))
        self.detail = str(problem.get("detail") or "")
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The one sentence that says most."""
        return self.detail or self.title

    @property
    def fields(self) -> dict[str, str]:
        """Messages by field name, for the form they came from; empty when no field is to blame."""
        found = {str(e["field"]): str(e["message"]) for e in self.problem.get("errors") or [] if "field" in e}
        if not found and self.problem.get("field"):
            found[str(self.problem["field"])] = self.sentence
        return found


class Missing(Refused):
    status = 404


class Gone(Refused):
    """Withdrawn: `document` holds what may still be said about it."""

    status = 410

    @property
    def document(self) -> dict[str, Any]:
        return dict(self.problem.get("document") or {})


class NotPermitted(Refused):
    status = 403


class Contradicted(Refused):
    """The present state does not allow it."""

    status = 409


class Outdated(Refused):
    """Someone else changed it first."""

    status = 412


class Unacceptable(Refused):
    """Fields do not hold what they must."""

    status = 422


class TooOften(Refused):
    """Asked too often; `retry_after` is in seconds."""

    status = 429

    @property
    def retry_after(self) -> int:
        return int(self.problem.get("retry_after") or 60)


class SessionEnded(Refused):
    """The caller's session or token is not, or no longer, accepted."""

    status = 401


BY_STATUS: dict[int, type[Refused]] = {kind.status: kind for kind in Refused.__subclasses__()}


def refusal(status: int, problem: dict[str, Any]) -> Refused:
    """The refusal a service's 4xx answer stands for."""
    return BY_STATUS.get(status, Refused)(problem)
