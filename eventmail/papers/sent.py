"""送信記録 as a file: what one sending showed, what was sent, and each mail's fate. No address.

A pure function of what it is given. A relay's answer may name an address; here none is printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from eventmail.clock import japanese_date, japanese_moment
from eventmail.mailings.models import MODE_NAMES, Review, Snapshot, Step
from eventmail.mailings.snapshot import Content
from eventmail.outbox import paper as outbox
from eventmail.outbox.models import ExposureRecord
from eventmail.outbox.service import STATE_NAMES
from eventmail.papers.paper import Line, Paper, Section, Style, as_printed

VOLUME = 2_000  # mails in one file: about 130 sheets, made in two seconds
TITLE = "送信記録"
COLUMNS = ("番号", "送信先", "状態", "日時", "送信サーバーの応答", "メールの指紋")
NOTHING, ERASED, NOT_YET = "なし", "（消去済み）", "まだです"
DONE = {Step.CHECK: "確認", Step.APPROVE: "決裁"}
ADDRESS = re.compile(r"\S+@\S+")
NO_ADDRESS = "〔アドレス〕"
CLEAN = (
    "送信サーバーに渡した{mails:,}通のすべてで、ほかの参加事業所のメールアドレスが見える箇所は"
    "0件でした。"
)
UNCLEAN = (
    "確認できないメールがあります。送信サーバーに渡した{mails:,}通のうち、ほかの参加事業所の"
    "アドレスが見えるメールが{exposing:,}通、送信時の内容に組み立て直せないメールが"
    "{unreadable:,}通ありました。"
)
HOW = (
    "{at}に、送信したメールを1通ずつ送信時の内容のまま組み立て直し、送信前に記録した指紋と一致する"
    "ことを確かめたうえで、所が知っている{known:,}件の参加事業所のアドレスと照合しました。"
)
NOTHING_LEFT = "送信を始める前に止まったため、送信サーバーに渡したメールはありません。"
NOT_EXAMINED = "確認の結果は、まだありません。送信が終わってから、もう一度保存してください。"
NEVER_EXAMINED = "確認する前に、個人情報を消去しました。確認の結果はありません。"
GONE = (
    "個人情報は{at}に消去しました。会社名、担当者名、アドレス、メールの内容は残っていません。"
    "件数と指紋は残っています。理由：{reason}"
)
DIGESTS = (
    "指紋（SHA-256）は、送信の状況の画面で保存できるメールのファイル（.eml）から、だれでも計算し"
    "直せます。Windowsでは certutil -hashfile ファイル名 SHA256 です。"
)


def paper_of(
    office: str,
    content: Content,
    snapshot: Snapshot,
    found: outbox.Paper,
    names: Mapping[int, str],
) -> Paper:
    """One volume of the record. ``names``: of those who submitted, checked and approved."""
    sections = (
        _shown(found),
        _sent(content, snapshot, found),
        _decided(snapshot, names),
        _mails(found),
    )
    volume = f"　第{found.part}分冊（全{found.parts}冊）" if found.parts > 1 else ""
    short = snapshot.digest[:12]
    version = f"案件番号{snapshot.mailing_id}　第{snapshot.revision}版　指紋 {short}"
    return as_printed(Paper(TITLE + volume, office, sections, f"{TITLE}　{version}{volume}", ""))


def _shown(found: outbox.Paper) -> Section:
    texts = [_finding(found, found.record)]
    if found.erasure:
        at = japanese_moment(found.erasure.at)
        texts.append(GONE.format(at=at, reason=found.erasure.reason))
    title = "ほかの参加事業所のアドレスが見えていないことの確認"
    return Section(title, tuple(map(Line, texts)), Style.TEXT)


def _finding(found: outbox.Paper, record: ExposureRecord | None) -> str:
    if record is None:
        return NEVER_EXAMINED if found.erasure else NOT_EXAMINED
    if not record.mails:
        return NOTHING_LEFT
    how = HOW.format(at=japanese_moment(record.examined_at), known=record.known_addresses)
    told = CLEAN if found.is_clean else UNCLEAN
    counts = {"exposing": record.exposing, "unreadable": record.unreadable}
    return told.format(mails=record.mails, **counts) + how


def _sent(content: Content, snapshot: Snapshot, found: outbox.Paper) -> Section:
    empty = ERASED if found.erasure else NOTHING
    began, ended = found.first_copy.handed_over_at, found.dispatch.finished_at
    day = japanese_date(content.event_date)
    way = "参加者ページで渡した資料" if content.by_link else "添付した資料"
    pairs = {
        "送信方法": str.__str__(MODE_NAMES[snapshot.mode]),
        "イベント": f"{content.event_name}　{day}" if content.event_name else empty,
        "目的": content.purpose,
        "件名": content.subject_shown,
        "差出人": f"{content.sender_name} <{content.sender_address}>",
        way: "、".join(each.filename for each in content.materials),
        "送信先": f"{found.total:,}件",
        "受け取られたメール": f"{found.accepted:,}件",
        "送信開始の予定": japanese_moment(content.send_at) if content.send_at else "決裁のあとすぐ",
        "送信に回した日時": japanese_moment(found.dispatch.created_at),
        "送信の開始": japanese_moment(began) if began else NOT_YET,
        "送信の終了": japanese_moment(ended) if ended else NOT_YET,
    }
    return Section("送ったもの", tuple(Line(t or empty, label) for label, t in pairs.items()))


def _decided(snapshot: Snapshot, names: Mapping[int, str]) -> Section:
    submitted = f"{names[snapshot.submitted_by]}　{japanese_moment(snapshot.submitted_at)}"
    lines = [Line(submitted, "提出")]
    lines += [_review(each, names) for each in snapshot.reviews]
    lines.append(Line(snapshot.digest, f"第{snapshot.revision}版の指紋"))
    return Section("確認と決裁", tuple(lines))


def _review(each: Review, names: Mapping[int, str]) -> Line:
    counted = f"　数えた件数 {each.counted}件" if each.counted else ""
    return Line(f"{names[each.staff_id]}　{japanese_moment(each.at)}{counted}", DONE[each.step])


def _mails(found: outbox.Paper) -> Section:
    copy = (found.first_copy,) if found.part == 1 else ()
    return Section(
        f"メールごとの記録（{found.total:,}件と控え1通）",
        (),
        Style.TABLE,
        note=DIGESTS,
        rows=(COLUMNS, *(_mail(each) for each in (*copy, *found.lines))),
    )


def _mail(each: outbox.Line) -> tuple[str, ...]:
    who = "　".join(_one_line(part) for part in (each.company, each.name) if part)
    return (
        f"{each.position:,}" if each.position else "控え",
        (who or ERASED) if each.position else "所のアドレス",
        str.__str__(STATE_NAMES[each.state]),
        japanese_moment(each.handed_over_at) if each.handed_over_at else "―",
        ADDRESS.sub(NO_ADDRESS, _one_line(each.reply)),
        each.digest or "―",
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
