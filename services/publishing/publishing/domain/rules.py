"""One exception per rule of publishing; the docstring is the message the person reads."""

from shared.rules import DomainError


class WrongState(DomainError):
    """文件当前为“{state}”，不能{action}"""

    title = "当前状态不允许此操作"


class TwoPersonRuleBroken(DomainError):
    """撰稿人不得审核或签发自己的文件（先审查、后公开）"""

    title = "撰稿与签发须为不同人员"


class FindingStands(DomainError):
    """自动检查发现不得公开的内容：{where}中“{excerpt}”，{message}。{suggestion}；或由撰稿人以外的审核人说明理由放行"""

    title = "自动检查未通过"


class AuthorMayNotOverride(DomainError):
    """撰稿人不得放行自己文件的检查结果，请由其他审核人说明理由放行"""

    title = "撰稿与放行须为不同人员"


class ApprovalVoid(DomainError):
    """签发之后内容已变动，签发失效，须重新审核"""

    title = "签发已失效"


class PublishTimePast(DomainError):
    """发布时间已过，请填写将来的时间"""

    status = 422
    title = "发布时间已过"


class PublishTimeTooFar(DomainError):
    """发布时间须在一年之内，最迟为 {latest}"""

    status = 422
    title = "发布时间过远"


class ReasonRequired(DomainError):
    """{action}须说明理由"""

    status = 422
    title = "缺少理由"


class ContentIncomplete(DomainError):
    """{message}"""

    status = 422
    title = "内容不完整"


class FileRefused(DomainError):
    """{reason}"""

    status = 422
    title = "不接收此文件"


class SubmissionRejected(Exception):
    """A submission breaks rules that no repetition can mend; `errors` says which, field by field."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("；".join(f"{field}：{message}" for field, message in errors))
        self.errors = errors
