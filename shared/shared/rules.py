"""What a broken rule of a domain is; free of every framework, so that domains may import it."""

from typing import Any


class DomainError(Exception):
    """A broken rule of the domain. One subclass per rule; its docstring is the message template.

    `problem_type` and `status` tell how the API answers; the template is filled from the keyword arguments.
    """

    status = 409
    problem_type = ""
    title = "不符合规则"

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        template = (type(self).__doc__ or type(self).__name__).strip()
        super().__init__(template.format(**facts))
