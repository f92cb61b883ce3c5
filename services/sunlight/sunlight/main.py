"""The command line of operators and departments. Every command has --json; errors are one sentence, exit 1."""

import asyncio
import json
import logging
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from sunlight import operating
from sunlight.deadline import explain_deadline
from sunlight.demo import demo
from sunlight.http import operator, public
from sunlight.importing import import_file
from sunlight.installation import CommandError, Installation, find_installation
from sunlight.output import console, errors, show, show_table
from sunlight.publishing import publish_files, withdraw_document
from sunlight.reindexing import Wanted, progress_words, reindex, situation_words
from sunlight.sample import load_sample
from sunlight.sending import Via
from sunlight.tracing import trace as trace_subject
from sunlight.verifying import repair_words, verify

app = typer.Typer(no_args_is_help=True, add_completion=False, help="阳光 Sunlight 命令行")
parked = typer.Typer(no_args_is_help=True, help="查看与处置被搁置的消息")
sample = typer.Typer(no_args_is_help=True, help="样例数据")
app.add_typer(parked, name="parked")
app.add_typer(sample, name="sample")

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
ViaOption = Annotated[str, typer.Option(help="amqp 或 http")]


def run() -> None:
    """Entry point: a CommandError is told in one sentence, anything else is a bug and shown whole."""
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # a closed connection is no news to a person
    try:
        app()
    except CommandError as error:
        errors.print(f"错误：{error}", markup=False)
        raise SystemExit(1) from None


def _wait(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _via(value: str) -> Via:
    if value == "amqp":
        return "amqp"
    if value == "http":
        return "http"
    raise CommandError("--via 只能是 amqp 或 http")


@app.command()
def publish(
    paths: list[Path],
    department: Annotated[str, typer.Option(help="部门代码")],
    kind: Annotated[str | None, typer.Option(help="文件种类代码，如 notice")] = None,
    title: Annotated[str | None, typer.Option(help="标题；默认取正文第一行")] = None,
    via: ViaOption = "amqp",
    wait: Annotated[bool, typer.Option("--wait", help="等到可以检索为止，并报告秒数")] = False,
    as_json: Json = False,
) -> None:
    """通过部门网关发布文件。"""
    results = _wait(publish_files(find_installation(), paths, department, kind, title, _via(via), wait))
    lines = []
    for result in results:
        seconds = f"，{result['searchable_seconds']:.2f} 秒后可检索" if "searchable_seconds" in result else ""
        words = operating.STATUS_WORDS.get(result["status"], result["status"])
        problem = "；".join(f"{error['field']}：{error['message']}" for error in result.get("errors") or [])
        step = result.get("next_step") or ""
        found = result.get("findings") or []
        problem += "".join(f"；{each['where']}：{each['message']}（{each['excerpt']}）" for each in found)
        lines.append(f"{words} {result['file']} {result.get('document_id') or ''}{seconds} {step}{problem}".rstrip())
    show(results, as_json, "\n".join(lines))
    if any(result["status"] == "rejected" for result in results):
        raise SystemExit(1)


@app.command()
def withdraw(document: str, reason: Annotated[str, typer.Option(help="撤回原因")], as_json: Json = False) -> None:
    """撤回一份已公开的文件；其标题与撤回原因仍可见。"""
    result = _wait(withdraw_document(find_installation(), document, reason))
    errors = "；".join(f"{error['field']}：{error['message']}" for error in result.get("errors", []))
    words = operating.STATUS_WORDS.get(result["status"], result["status"])
    show(result, as_json, f"{words} {document}{'：' if errors else ''}{errors}")
    if result["status"] == "rejected":
        raise SystemExit(1)


@app.command("import")
def import_documents(
    file: Path,
    department: Annotated[str, typer.Option(help="部门代码")] = "regulations",
    via: ViaOption = "amqp",
    as_json: Json = False,
) -> None:
    """导入法规文件（JSON 行，可 gzip）；可中断后续传，不会重复。"""
    if not file.is_file():
        raise CommandError(f"找不到文件：{file}")
    started = time.monotonic()
    result = _wait(import_file(find_installation(), file, department, _via(via)))
    result["seconds"] = round(time.monotonic() - started, 1)
    words = {"already": "此前已导入", **operating.STATUS_WORDS}
    counts = "，".join(f"{words.get(status, status)} {count}" for status, count in result["counts"].items() if count)
    show(result, as_json, f"共 {result['total']} 份：{counts}；用时 {result['seconds']} 秒")
    if result["rejected"]:
        raise SystemExit(1)


@app.command()
def search(
    query: str,
    limit: int = 10,
    kind: str | None = None,
    department: str | None = None,
    as_json: Json = False,
) -> None:
    """检索全部公开信息。"""

    async def ask(installation: Installation) -> Any:
        chosen = {"q": query, "limit": limit, "kind": kind, "department": department}
        async with public(installation) as api:
            return await api.get("public", "/api/search", **{key: value for key, value in chosen.items() if value})

    found = _wait(ask(find_installation()))
    if as_json:
        show(found, as_json)
        return
    console.print(f"共 {found['total']} 条")
    columns = {
        "title": "标题",
        "kind_label": "种类",
        "department_name": "部门",
        "published_at": "发布",
        "id": "编号",
    }
    show_table(found["items"], columns, as_json, "没有找到")


@app.command()
def trace(subject: str, as_json: Json = False) -> None:
    """追踪一份文件或申请：数据库、发件箱、消息队列、收件箱与索引。"""

    async def ask(installation: Installation) -> Any:
        async with operator(installation) as api:
            return await trace_subject(api, subject)

    columns = {"at": "时间", "service": "服务", "stage": "环节", "what": "内容", "event_id": "事件"}
    show_table(_wait(ask(find_installation())), columns, as_json, "没有记录")


@app.command()
def deadline(
    received: Annotated[str, typer.Option(help="收到之日 YYYY-MM-DD")],
    term: Annotated[int, typer.Option(help="工作日数")],
    pause: Annotated[list[str] | None, typer.Option(help="FROM:TO，其间不计（可多次）")] = None,
    as_json: Json = False,
) -> None:
    """计算答复期限，并逐日说明。"""
    result = _wait(explain_deadline(received, term, pause or []))
    columns = {"date": "日期", "counted": "计入", "reason": "原因"}
    if as_json:
        show(result, as_json)
        return
    show_table(result["days"], columns, as_json, "")
    provisional = "（暂定：含尚未公布放假安排的年份）" if result["provisional"] else ""
    console.print(f"期限：{result['due_on']}{provisional}")


@app.command()
def status(as_json: Json = False) -> None:
    """各服务是否就绪、检索是否及时、有多少消息在等待。"""
    result = _wait(operating.status(find_installation()))
    if not as_json:
        show_table(result["services"], {"service": "服务", "ready": "就绪", "detail": "说明"}, False, "")
    words = operating.freshness_words(result["freshness"]) + operating.index_words(result["index"])
    show(result, as_json, words)
    if not all(row["ready"] for row in result["services"]):
        raise SystemExit(1)


@app.command("verify-index")
def verify_index(as_json: Json = False) -> None:
    """比较发布库与索引：编号、版本与内容哈希须逐一相等；并列出自动修复的记录。"""

    async def ask(installation: Installation) -> Any:
        async with operator(installation) as api:
            return await verify(api)

    result = _wait(ask(find_installation()))
    words = "一致" if result["equal"] else "不一致"
    differences = "，".join(f"{name} {len(result[name])}" for name in ("missing", "extra", "stale", "different"))
    counted = f"{words}：发布库 {result['published']}，索引 {result['indexed']}（{differences}）"
    show(result, as_json, f"{counted}\n{repair_words(result['repairs'])}")
    if not result["equal"]:
        raise SystemExit(1)


@app.command("reindex")
def rebuild_index(
    status: Annotated[bool, typer.Option("--status", help="只看现状")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="回到保留的旧索引")] = False,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="删除保留的旧索引")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="取消正在进行的重建")] = False,
    hold: Annotated[bool, typer.Option("--hold", help="核对完毕后先不切换")] = False,
    swap: Annotated[bool, typer.Option("--swap", help="切换到等待中的新索引")] = False,
    skip_gate: Annotated[bool, typer.Option("--skip-gate", help="检索结果变化也切换")] = False,
    as_json: Json = False,
) -> None:
    """重建索引而不停止检索；中断后再运行即继续，任何时候都不影响线上索引。"""
    flags = {
        Wanted.STATUS: status,
        Wanted.ROLLBACK: rollback,
        Wanted.DROP_OLD: drop_old,
        Wanted.CANCEL: cancel,
        Wanted.SWAP: swap,
    }
    chosen = [wanted for wanted, flag in flags.items() if flag] or [Wanted.REBUILD]
    if len(chosen) > 1 or ((hold or skip_gate) and chosen != [Wanted.REBUILD]):
        raise CommandError("一次只能做一件事：--status、--rollback、--drop-old、--cancel、--swap 不能同用")
    said: list[str] = []

    def tell(found: dict[str, Any]) -> None:
        words = progress_words(found)
        if not as_json and words not in said:
            console.print(words, markup=False)
        said.append(words)

    result = _wait(reindex(find_installation(), chosen[0], hold, skip_gate, tell))
    show(result, as_json, situation_words(result))


@app.command("demo")
def show_demo() -> None:
    """走一遍主要流程：发布、检索、追踪、撤回、计算期限。"""
    _wait(demo(find_installation()))


@parked.command("list")
def parked_list(as_json: Json = False) -> None:
    """列出各服务搁置的消息。"""
    rows = _wait(operating.parked_list(find_installation()))
    columns = {
        "service": "服务",
        "id": "编号",
        "queue": "队列",
        "subject": "对象",
        "reason": "原因",
        "parked_at": "时间",
    }
    show_table(rows, columns, as_json, "没有搁置的消息")


@parked.command("show")
def parked_show(message: str, as_json: Json = False) -> None:
    """查看一条搁置的消息。"""
    found = _wait(operating.parked_show(find_installation(), message))
    show(found, as_json, json.dumps(found, ensure_ascii=False, indent=2))


@parked.command("replay")
def parked_replay(message: str, as_json: Json = False) -> None:
    """把一条搁置的消息送回它的队列。"""
    result = _wait(operating.parked_settle(find_installation(), message, "replay"))
    show(result, as_json, "已送回队列")


@parked.command("discard")
def parked_discard(message: str, as_json: Json = False) -> None:
    """放弃一条搁置的消息（记录保留）。"""
    result = _wait(operating.parked_settle(find_installation(), message, "discard"))
    show(result, as_json, "已放弃")


@sample.command("load")
def sample_load(folder: Path, as_json: Json = False) -> None:
    """装入样例：部门、人员、栏目、目录、任务与文件；可重复执行。"""
    result = _wait(load_sample(find_installation(), folder))
    show(result, as_json, "，".join(f"{name} {count}" for name, count in result.items()))
