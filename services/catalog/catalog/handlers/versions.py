"""Which version a change is based on: `If-Match` against what is held."""

from shared.problems import StaleVersion, VersionRequired


def check_version(held: int | None, expected: int | None) -> None:
    """Creating names no version; changing names the one that is held.

    Raises:
        VersionRequired: the thing exists and no version was named.
        StaleVersion: another version is held, or none.
    """
    if held is not None and expected is None:
        raise VersionRequired(f"已有第{held}次修改的内容，修改它须带 If-Match 头")
    if expected is not None and expected != held:
        now = f"现在是第{held}次修改" if held is not None else "它还不存在"
        raise StaleVersion(f"您依据的是第{expected}次修改，{now}")
