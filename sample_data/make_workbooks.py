"""Makes the sample rosters. Run by hand after a change; its outputs are committed.

All companies, people and addresses are invented; every address ends in ``.example``.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).resolve().parent
THIN = Side(style="thin", color="808080")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD = PatternFill("solid", fgColor="DDE6F3")
MADE = datetime.datetime(2026, 11, 20, 9, 0, tzinfo=datetime.UTC).replace(tzinfo=None)
MADE_XML = rb"\g<1>2026-11-20T09:00:00Z"
_NOW = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")

# 事業所名, 部署, 役職, 担当者名, 電話, メール, 参加, 備考
COMPANIES = [
    (
        "株式会社あおぞら製作所",
        "総務部",
        "課長",
        "山田 太郎",
        "0123-11-2001",
        "taro.yamada@aozora-seisakusho.example",
        "参加",
        "",
    ),
    (
        "㈱みなと電機",
        "人事課",
        "",
        "佐々木 花子",
        "0123-11-2002",
        "saiyo@minato-denki.example",
        "参加",
        "車で来場",
    ),
    (
        "有限会社髙﨑建設",
        "",
        "代表取締役",
        "髙﨑 一郎",
        "０１２３－１１－２００３",
        "info@takasaki-kensetsu.example",
        "参加",
        "",
    ),
    (
        "社会福祉法人 ひなた会",
        "法人本部",
        "",
        "",
        "0123-11-2004",
        "honbu@hinatakai.example",
        "参加",
        "2名で参加",
    ),
    (
        "医療法人社団 さくら中央病院",
        "看護部",
        "看護部長",
        "鈴木 恵子",
        "0123-11-2005",
        "kango@sakura-chuo-hp.example",
        "参加",
        "",
    ),
    (
        "北姫里運輸株式会社",
        "管理部",
        "主任",
        "田中 健",
        "0123-11-2006",
        "ken.tanaka@kitahimesato-unyu.example",
        "参加",
        "",
    ),
    (
        "株式会社まるふじ食品",
        "",
        "",
        "",
        "0123-11-2007",
        "jinji@marufuji-foods.example",
        "参加",
        "電源を使用",
    ),
    (
        "姫里農業協同組合",
        "総務課",
        "係長",
        "小林 直樹",
        "0123-11-2008",
        "soumu@ja-himesato.example",
        "参加",
        "",
    ),
    (
        "株式会社スカイテック",
        "採用グループ",
        "",
        "伊藤 美咲",
        "0123-11-2009",
        "misaki.ito@skytech-himesato.example",
        "参加",
        "",
    ),
    ("合同会社ことのは", "", "", "渡邉 翔", "0123-11-2010", "contact@kotonoha.example", "参加", ""),
    (
        "東光精密工業株式会社",
        "製造部総務課",
        "課長",
        "中村 誠",
        "0123-11-2011",
        "recruit@toko-seimitsu.example",
        "参加",
        "",
    ),
    (
        "株式会社ホテル姫里",
        "人事部",
        "",
        "加藤 由美",
        "0123-11-2012",
        "ｊｉｎｊｉ＠hotel-himesato.example",
        "参加",
        "全角のまま受領",
    ),
    (
        "学校法人 若葉学園",
        "法人事務局",
        "事務長",
        "吉田 隆",
        "0123-11-2013",
        "jimu@wakaba-gakuen.example",
        "参加",
        "",
    ),
    (
        "株式会社①番館",
        "",
        "店長",
        "山口 健一",
        "0123-11-2014",
        "kenichi.yamaguchi@ichibankan.example",
        "参加",
        "",
    ),
    (
        "株式会社ながれ工房",
        "総務",
        "",
        "松本 彩",
        "0123-11-2015",
        "office@nagare-kobo.example",
        "参加",
        "",
    ),
    (
        "社会医療法人 緑風会",
        "人事課",
        "",
        "",
        "0123-11-2016",
        "jinji@ryokufukai.example",
        "参加",
        "",
    ),
    (
        "株式会社やまびこ林業",
        "",
        "専務取締役",
        "井上 勇",
        "0123-11-2017",
        "yamabiko@yamabiko-ringyo.example",
        "参加",
        "",
    ),
    (
        "日之出印刷株式会社",
        "営業部",
        "部長",
        "木村 浩二",
        "0123-11-2018",
        "hinode@hinode-print.example",
        "参加",
        "",
    ),
    (
        "株式会社リバーサイド介護サービス",
        "本社",
        "",
        "林 さやか",
        "0123-11-2019",
        "sayaka.hayashi@riverside-kaigo.example",
        "参加",
        "午後から参加",
    ),
    (
        "有限会社清水板金",
        "",
        "",
        "清水 正",
        "0123-11-2020",
        "shimizu-bankin@shimizu-bankin.example",
        "参加",
        "",
    ),
    (
        "株式会社コスモ情報システム",
        "開発部",
        "マネージャー",
        "山崎 亮",
        "0123-11-2021",
        "hr@cosmo-is.example",
        "参加",
        "",
    ),
    (
        "株式会社すずらん薬局",
        "本部",
        "薬剤師",
        "森 美穂",
        "0123-11-2022",
        "honbu@suzuran-ph.example",
        "参加",
        "",
    ),
    (
        "大成測量設計株式会社",
        "総務部",
        "",
        "阿部 健太",
        "0123-11-2023",
        "kenta.abe@taisei-sokuryo.example",
        "参加",
        "",
    ),
    (
        "株式会社　ふるさと観光",
        "",
        "",
        "池田 真理",
        "0123-11-2024",
        "kanko@furusato-kanko.example",
        "参加",
        "",
    ),
    (
        "株式会社ミヤビ縫製",
        "工場",
        "工場長",
        "橋本 進",
        "0123-11-2025",
        "kojo@miyabi-hosei.example",
        "参加",
        "",
    ),
    (
        "ニコニコ保育園（株式会社ゆめの木）",
        "園長室",
        "園長",
        "石川 幸子",
        "0123-11-2026",
        "en@yumenoki.example",
        "参加",
        "",
    ),
    (
        "株式会社姫里ガス",
        "人事総務課",
        "",
        "前田 拓也",
        "0123-11-2027",
        "jinjisoumu@himesato-gas.example",
        "参加",
        "",
    ),
    (
        "姫里金属株式会社",
        "",
        "",
        "藤田 和夫",
        "0123-11-2028",
        "kazuo.fujita@himesato-kinzoku.example",
        "参加",
        "",
    ),
    (
        "株式会社ベルマート",
        "店舗運営部",
        "",
        "岡田 梨沙",
        "0123-11-2029",
        "tenpo@bellmart.example",
        "参加",
        "出展机2本",
    ),
    (
        "一般財団法人 姫里環境保全センター",
        "業務課",
        "課長補佐",
        "後藤 隆史",
        "0123-11-2030",
        "gyomu@himesato-kankyo.example",
        "参加",
        "",
    ),
]


def main() -> None:
    """Write the four files."""
    participants(HERE / "参加企業一覧.xlsx")
    schools(HERE / "学校説明会_参加校.xlsx")
    job_offers(HERE / "求人企業リスト.csv")
    faulty(HERE / "不備のある名簿.xlsx")


def participants(path: Path) -> None:
    """The office's own list: title and date above, a note below."""
    book = Workbook()
    sheet = book.active
    sheet.title = "参加企業"
    sheet.merge_cells("A1:I1")
    sheet["A1"] = "企業と学校との雇用情報交換会　参加企業一覧"
    sheet["A1"].font = Font(size=16, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet["A2"] = "開催日：令和８年１２月９日（水）１３：３０～１６：００"
    sheet["A3"] = "会場：姫里市民交流センター　２階大会議室"
    sheet["I3"] = "令和8年11月20日現在"
    headers = [
        "№",
        "事業所名",
        "部署",
        "役職",
        "担当者名",
        "電話番号",
        "メールアドレス",
        "参加",
        "備考",
    ]
    _header(sheet, 5, headers)
    for number, company in enumerate(COMPANIES, start=1):
        _row(sheet, 5 + number, [number, *company])
    last = 5 + len(COMPANIES)
    sheet.cell(last + 2, 1, "※ ブースの番号は当日受付でお渡しします。")
    sheet.cell(last + 3, 1, "※ 変更があった場合は学卒部門（内線12）まで。")
    _widths(sheet, [5, 36, 16, 14, 16, 18, 44, 8, 18])
    sheet.freeze_panes = "A6"
    _save(book, path)


def schools(path: Path) -> None:
    """Schools, with a cover sheet and a header in two rows with merged cells."""
    book = Workbook()
    cover = book.active
    cover.title = "表紙"
    cover["B3"] = "学校説明会　参加校名簿"
    cover["B5"] = "作成：姫里公共職業安定所"
    sheet = book.create_sheet("参加校")
    sheet["A1"] = "参加校名簿（令和8年度）"
    for top in ("A3:A4", "B3:B4", "F3:F4"):
        sheet.merge_cells(top)
    sheet.merge_cells("C3:E3")
    for column, text in {1: "番号", 2: "学校名", 3: "進路指導担当", 6: "備考"}.items():
        sheet.cell(3, column, text)
    for column, text in {3: "分掌", 4: "氏名", 5: "E-mail"}.items():
        sheet.cell(4, column, text)
    rows = [
        (1, "県立姫里高等学校", "進路指導部", "大野 修", "shinro@himesato-h.example", ""),
        (2, "県立姫里商業高等学校", "進路指導部", "上田 明美", "shinro@himesato-ch.example", ""),
        (
            3,
            "私立若葉学園高等学校",
            "進路支援室",
            "",
            "career@wakaba-gakuen-h.example",
            "体育館側の入口",
        ),
        (4, "姫里市立工業高等学校", "就職係", "三浦 大輔", "shushoku@himesato-th.example", ""),
    ]
    for index, row in enumerate(rows, start=5):
        _row(sheet, index, list(row))
    sheet.cell(9, 1, "合計")
    sheet.cell(9, 2, "4校")
    _widths(sheet, [6, 28, 16, 14, 34, 18])
    _save(book, path)


def job_offers(path: Path) -> None:
    """A CSV out of another system: CP932, quoted, Japanese and English headers mixed."""
    rows = [
        ["No.", "Company", "担当部署", "ご担当者様", "TEL", "E-mail", "Status"],
        [
            "1",
            "株式会社あおぞら製作所",
            "総務部",
            "山田 太郎",
            "0123-11-2001",
            "taro.yamada@aozora-seisakusho.example",
            "参加",
        ],
        [
            "2",
            "有限会社髙﨑建設",
            "",
            "髙﨑 一郎",
            "0123-11-2003",
            "info@takasaki-kensetsu.example",
            "参加",
        ],
        [
            "3",
            "㈱みなと電機",
            "人事課",
            "佐々木 花子",
            "0123-11-2002",
            "saiyo@minato-denki.example",
            "辞退",
        ],
        ["4", 'カフェ"こもれび"', "", "", "0123-11-2101", "hello@cafe-komorebi.example", "参加"],
        [
            "5",
            "株式会社大空, 小空",
            "企画",
            "空野 翼",
            "0123-11-2102",
            "kikaku@oozora-kozora.example",
            "",
        ],
    ]
    with path.open("w", encoding="cp932", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)


def faulty(path: Path) -> None:
    """Every kind of bad row once."""
    book = Workbook()
    sheet = book.active
    sheet.title = "名簿"
    sheet["A1"] = "不備のある名簿（見本）"
    _header(sheet, 3, ["事業所名", "担当者名", "メールアドレス", "電話番号", "参加"])
    rows = [
        ("株式会社よい見本", "正田 正", "good@yoimihon.example", "0123-11-3001", "参加"),
        ("株式会社アドレスなし", "無田 有", "", "0123-11-3002", "参加"),
        ("株式会社アットなし", "", "info.atnashi.example", "", "参加"),
        ("株式会社ふたつ", "", "a@futatsu.example、b@futatsu.example", "", "参加"),
        ("", "社名 無", "noname@nanashi.example", "", "参加"),
        ("株式会社おなじ", "", "same@onaji.example", "", "参加"),
        ("株式会社べつ", "", "same@onaji.example", "", "参加"),
        ("株式会社かくれ", "", "hidden@kakure.example", "", "参加"),
        ("株式会社とりけし", "", "struck@torikeshi.example", "", "参加"),
        ("株式会社みてい", "", "mitei@mitei.example", "", "検討中"),
        ("株式会社エラー値", "", "#N/A", "", "参加"),
        ("株式会社すうしき", "", '=A1&"@x.example"', "", "参加"),
        ("株式会社くうはく", "", "ku haku@kuhaku.example", "", "参加"),
        ("株式会社辞退", "", "jitai@jitai.example", "", "辞退"),
        ("株式会社にど", "", "nido@nido.example", "", "参加"),
        ("(株)にど", "", "NIDO@nido.example", "", "参加"),
    ]
    for index, row in enumerate(rows, start=4):
        _row(sheet, index, list(row))
    sheet["C14"].data_type = "e"
    sheet.row_dimensions[11].hidden = True
    for column in range(1, 6):
        sheet.cell(12, column).font = Font(strike=True)
    _widths(sheet, [26, 14, 40, 16, 8])
    _save(book, path)


def _header(sheet: Worksheet, row: int, texts: list[str]) -> None:
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(row, column, text)
        cell.font, cell.fill, cell.border = Font(bold=True), HEAD, BOX
        cell.alignment = Alignment(horizontal="center")


def _row(sheet: Worksheet, row: int, values: list[object]) -> None:
    for column, value in enumerate(values, start=1):
        sheet.cell(row, column, value or None).border = BOX  # type: ignore[arg-type]


def _widths(sheet: Worksheet, widths: list[int]) -> None:
    for index, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + index)].width = width


def _save(book: Workbook, path: Path) -> None:
    book.properties.creator = "姫里公共職業安定所"
    book.properties.created = MADE
    made = io.BytesIO()
    book.save(made)
    # The library writes the present moment into the archive; the same book shall be the same file.
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for each in sorted(old.namelist()):
            entry = zipfile.ZipInfo(each, MADE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, _NOW.sub(MADE_XML, old.read(each)))


if __name__ == "__main__":
    main()
