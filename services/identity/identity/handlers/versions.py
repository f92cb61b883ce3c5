"""The agreement about `If-Match` on a PUT that creates or changes."""

from shared.problems import NotFound, StaleVersion, VersionRequired


def check_absent(expected: int | None) -> None:
    """Raise NotFound when a change was meant, but there is nothing yet."""
    if expected is not None:
        raise NotFound("没有要修改的内容；新建时不要带 If-Match")


def check_version(expected: int | None, present: int) -> None:
    """Raise VersionRequired or StaleVersion unless the change is based on the present version."""
    if expected is None:
        raise VersionRequired("已经存在；修改须带 If-Match 头")
    if expected != present:
        raise StaleVersion(f"当前版本是 {present}")
