"""Make the sample's attachments: `python deploy/sample/make_attachments.py`, from the virtual environment.

Each file holds a phrase that stands nowhere else in the sample (the keys of `PHRASES`), so that a search
for it proves that text inside attachments is found. Chromium prints the PDFs, as office software would.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from docx import Document
from openpyxl import Workbook

FOLDER = Path(__file__).parent / "documents" / "attachments"

PHRASES = {
    "street-lamp-check.pdf": "青石桥南侧第七盏路灯罩内的麻雀窝",
    "granary-audit-record.pdf": "粮仓东墙留存的蓝漆算盘图案",
    "project-audit-materials.docx": "竣工图由监理逐页加盖骑缝章",
    "granary-rectification.docx": "弧形展柜玻璃多付款项已由承建方退回",
    "budget-2026-tables.xlsx": "无人机航测土方服务费",
    "reservoir-contract-progress.xlsx": "右岸第三灌浆廊道渗压计",
}

PDF_PAGES = {
    "street-lamp-check.pdf": (
        "老城区照明改造逐盏核查记录",
        ["位置", "发现", "处理"],
        [
            ["文昌街北口第二盏", "灯杆编号与竣工图不符", "重新编号，5 月 12 日复核"],
            ["青石桥南侧第七盏", PHRASES["street-lamp-check.pdf"] + "挡住光线", "移至附近树上，加装防护网"],
            ["南门菜市场第三盏", "接地电阻偏大", "更换接地极，复测合格"],
        ],
    ),
    "granary-audit-record.pdf": (
        "旧粮仓改建文化中心项目现场核查记录",
        ["部位", "核查内容", "结论"],
        [
            ["主展厅", "展柜数量与清单逐一核对", "少 2 组，核减"],
            ["东立面", PHRASES["granary-audit-record.pdf"] + "的保护费用", "有影像资料，予以认可"],
            ["设备间", "空调机组型号与合同比对", "一致"],
        ],
    ),
}

DOCX_TEXTS = {
    "project-audit-materials.docx": (
        "竣工决算报审资料清单",
        [
            "一、立项、概算和调整批复文件。",
            "二、招标文件、中标通知书、合同和补充协议。",
            f"三、施工图和变更单；{PHRASES['project-audit-materials.docx']}。",
            "四、隐蔽工程的影像资料和检测报告。",
            "五、决算书、付款凭证和待摊费用明细。",
        ],
    ),
    "granary-rectification.docx": (
        "旧粮仓改建文化中心项目整改情况",
        [
            "第一项：设备采购补做比价记录，经办人员作出书面说明。",
            f"第二项：{PHRASES['granary-rectification.docx']}，金额 63.9 万元，7 月 18 日到账。",
            "第三项：质保金重新纳入专户，付款审批增加一级复核。",
        ],
    ),
}

XLSX_SHEETS: dict[str, tuple[str, list[list[str | float]]]] = {
    "budget-2026-tables.xlsx": (
        "项目支出预算表",
        [
            ["项目", "金额（万元）", "用途"],
            ["审计信息化运行维护", 86.5, "系统运行和数据安全"],
            [PHRASES["budget-2026-tables.xlsx"], 42.0, "投资审计现场测量"],
            ["聘请造价专业人员", 118.0, "工程结算复核"],
            ["政务公开和查阅点", 11.7, "查阅点设备和印制"],
        ],
    ),
    "reservoir-contract-progress.xlsx": (
        "分项进度和付款",
        [
            ["分项", "合同价（万元）", "完成比例", "已付款（万元）"],
            ["坝体充填灌浆", 812.0, 0.62, 470.0],
            [PHRASES["reservoir-contract-progress.xlsx"], 36.2, 0.30, 10.0],
            ["溢洪道加固", 540.5, 0.15, 60.0],
        ],
    ),
}


def make_pdf(target: Path, title: str, heading: list[str], rows: list[list[str]]) -> None:
    """Print a titled table to `target` with Chromium."""
    cells = [f"<th>{cell}</th>" for cell in heading]
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    style = "body{font-family:'Noto Sans CJK SC';margin:2cm}table{border-collapse:collapse}"
    style += "td,th{border:1px solid;padding:6px}"
    page = f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{style}</style><h1>{title}</h1>"
    page += f"<table><tr>{''.join(cells)}</tr>{body}</table>"
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is needed to print the PDFs: apt-get install chromium fonts-noto-cjk")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, "utf-8")
        command = [chromium, *flags, "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - our own arguments


def make_docx(target: Path, title: str, paragraphs: list[str]) -> None:
    document = Document()
    document.add_heading(title, level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(target))


def make_xlsx(target: Path, title: str, rows: list[list[str | float]]) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(target)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (title, heading, rows) in PDF_PAGES.items():
        make_pdf(FOLDER / name, title, heading, rows)
    for name, (title, paragraphs) in DOCX_TEXTS.items():
        make_docx(FOLDER / name, title, paragraphs)
    for name, (title, cells) in XLSX_SHEETS.items():
        make_xlsx(FOLDER / name, title, cells)


if __name__ == "__main__":
    main()
