"""`sunlight demo`: one document's life on the running installation, told step by step."""

import tempfile
from datetime import datetime
from pathlib import Path

from sunlight.deadline import explain_deadline
from sunlight.http import operator, public
from sunlight.installation import Installation
from sunlight.output import console
from sunlight.publishing import publish_files, withdraw_document
from sunlight.tracing import trace

TEXT = """关于本次演示的通知（{stamp}）

这份通知由命令行发出，经部门网关进入消息队列，数秒后即可检索，随后撤回。
"""


async def demo(installation: Installation) -> None:
    """Publish a notice over the queue, find it, follow it, and withdraw it. Raises CommandError."""
    stamp = f"{datetime.now().astimezone():%Y%m%d%H%M%S}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"demo-{stamp}.txt"
        file.write_text(TEXT.format(stamp=stamp))
        [published] = await publish_files(installation, [file], "audit", "notice", None, "amqp", wait=True)
    document = published["document_id"]
    console.print(f"1. 部门系统发布：{document}，{published['searchable_seconds']:.2f} 秒后可检索")
    async with public(installation) as api:
        found = await api.get("public", "/api/search", q=f'"{stamp}"')
    console.print(f"2. 公众检索“{stamp}”：{found['items'][0]['title']}，{installation.url('public')}/items/{document}")
    console.print("3. 它走过的路：")
    async with operator(installation) as api:
        for entry in await trace(api, document):
            console.print(f"   {entry['at']}  {entry['service']:<12} {entry['stage']:<8} {entry['what']}")
    await withdraw_document(installation, document, "演示结束")
    console.print("4. 已撤回：页面保留标题与原因，检索中不再出现")
    due = await explain_deadline("2025-09-15", 20, [])
    console.print(f"5. 2025-09-15 收到的申请，20 个工作日的答复期限：{due['due_on']}（逐日说明：sunlight deadline）")
