"""起案伺い: a snapshot as the paper on which it is decided. A pure function of what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from eventmail.clock import japanese_date, japanese_moment
from eventmail.mailings.letter import OF_OCCASION, PERSONAL, used_fields
from eventmail.mailings.models import AUDIENCE_NAMES, STOPPABLE_NAMES, Audience, Decision, Step
from eventmail.mailings.snapshot import Content
from eventmail.papers.paper import Line, Paper, Section, Style, as_printed

BY_LINK = "メールには添付しません。受け取った人が、本人だけのページからダウンロードします。"
TITLE = "起案伺い（メールの送信について）"
DECIDED = {
    (Step.CHECK, Decision.PASSED): "確認",
    (Step.CHECK, Decision.RETURNED): "確認で差し戻し",
    (Step.APPROVE, Decision.PASSED): "決裁",
    (Step.APPROVE, Decision.RETURNED): "決裁で差し戻し",
    (Step.APPROVE, Decision.REJECTED): "却下",
}
ROLES = {Step.CHECK: "確認者", Step.APPROVE: "決裁者"}


@dataclass(frozen=True, slots=True)
class Decided:
    """What one person decided and when, having looked at what, and perhaps in whose place."""

    step: Step
    decision: Decision
    name: str
    at: datetime
    reason: str = ""
    counted: int | None = None
    looked: str = ""
    in_place_of: str = ""


@dataclass(frozen=True, slots=True)
class Lifted:
    """A material that nobody could look into, and that may go all the same."""

    filename: str
    name: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One finding as it stood, and the answer that was given to it."""

    weight: str
    message: str
    answer: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The recipients by kind."""

    companies: int
    contacts: int
    persons: int

    @property
    def desks(self) -> int:
        """How many addresses name a role or nobody."""
        return self.contacts - self.persons


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the paper tells besides the content: who, when, and how it stands now."""

    office: str
    digest: str
    kinds: Kinds
    submitted_by: str
    submitted_at: datetime
    standing: str
    decided: Sequence[Decided] = ()
    findings: Sequence[Answered] = ()
    lifted: Sequence[Lifted] = ()


def paper_of(content: Content, frozen: Frozen) -> Paper:
    """The whole paper of one snapshot; the same values give the same paper."""
    sections = (
        _stamps(frozen),
        _mode(content, frozen.kinds),
        _summary(content, frozen),
        _recipients(content, frozen.kinds),
        _materials(content),
        _letter(content),
        _findings(frozen),
        _course(frozen),
        _identity(content, frozen),
    )
    short = frozen.digest[:12]
    return as_printed(
        Paper(
            title=TITLE,
            office=frozen.office,
            sections=sections,
            foot=f"起案伺い　案件番号{content.mailing_id}　第{content.revision}版　指紋 {short}",
            code=code_of(content, frozen.digest),
        )
    )


def code_of(content: Content, digest: str) -> str:
    """What the QR code says: which snapshot this is. It opens nothing and holds no secret."""
    return f"EVENTMAIL mailing {content.mailing_id} revision {content.revision} sha256 {digest}"


def _stamps(frozen: Frozen) -> Section:
    passed = {each.step: each for each in frozen.decided if each.decision is Decision.PASSED}
    lines = [_stamp("起案者", frozen.submitted_by, frozen.submitted_at)]
    for step, role in ROLES.items():
        found = passed.get(step)
        lines.append(_stamp(role, _who(found), found.at) if found else Line("", role))
    return Section("決裁欄", tuple(lines), Style.STAMPS)


def _stamp(role: str, name: str, at: datetime) -> Line:
    return Line(f"{name}\n{japanese_moment(at)}", role)


def _mode(content: Content, kinds: Kinds) -> Section:
    count = f"{kinds.contacts}件の送信先"
    if content.is_batch:
        shown = "BCC一括送信（BCC）"
        means = (
            f"{count}へ同じ文面のメールをまとめて送ります。送信先はすべてBCCと同じ扱いで、"
            "宛先（To）に見えるのは所のアドレスだけです。ほかの参加事業所のアドレスは見えません。"
        )
    else:
        shown = "個別送信（1通ずつ）"
        means = (
            f"{count}に1通ずつ、別々のメールで送ります。宛先（To）に見えるのは受け取る本人の"
            "アドレスだけで、CCとBCCは使いません。ほかの参加事業所のアドレスは見えません。"
        )
    return Section("送信方法", (Line(shown), Line(means)), Style.MODE)


def _summary(content: Content, frozen: Frozen) -> Section:
    when = japanese_moment(content.send_at) if content.send_at else "決裁のあとすぐ"
    held = "　".join(
        each for each in (japanese_date(content.event_date), content.event_hours) if each
    )
    return _facts(
        "伺いの内容",
        {
            "件名": content.subject_shown,
            "目的": content.purpose,
            "イベント": content.event_name,
            "開催日": held,
            "会場": content.event_place,
            "差出人": f"{content.sender_name} <{content.sender_address}>",
            "返信先": content.reply_to,
            "送信開始の予定": when,
            "本文の形式": "文字とHTML（同じ内容）" if content.html else "文字だけ",
            "いまの状態": frozen.standing,
        },
    )


def _recipients(content: Content, kinds: Kinds) -> Section:
    expected = content.expected_count
    return _facts(
        "送信先",
        {
            "メールの種類": STOPPABLE_NAMES[content.stoppable],
            "送信先の選び方": content.audience or AUDIENCE_NAMES[Audience.ALL],
            "起案者が見込んだ件数": f"{expected}件" if expected else "未入力",
            "送信先の件数": f"{kinds.contacts}件",
            "参加事業所": f"{kinds.companies}社（1社に複数の担当者がいることがあります）"
            if kinds.contacts != kinds.companies
            else f"{kinds.companies}社",
            "個人名のアドレス": f"{kinds.persons}件",
            "部署などのアドレス": f"{kinds.desks}件",
        },
    )


def _materials(content: Content) -> Section:
    way = "参加者ページで渡す資料" if content.by_link else "添付する資料"
    title = f"{way}（{len(content.materials)}件）"
    if not content.materials:
        return Section(title, (Line(f"{way}はありません。"),))
    lines = tuple(
        Line(f"{each.filename}\n{each.size:,}バイト\nSHA-256 {each.sha256}", str(number))
        for number, each in enumerate(content.materials, start=1)
    )
    return Section(title, lines, note=BY_LINK if content.by_link else "")


def _letter(content: Content) -> Section:
    lines = content.body.replace("\r\n", "\n").split("\n")
    return Section("本文（全文）", tuple(map(Line, lines)), Style.LETTER, note=_fields(content))


def _fields(content: Content) -> str:
    used = used_fields(content.letter)
    own = [f"{{{name}}}" for name in used if name in PERSONAL]
    shared = [f"{{{name}}}" for name in used if name in OF_OCCASION]
    parts = [f"{'、'.join(own)}には、送信先ごとの値が入ります。"] if own else []
    parts += [f"{'、'.join(shared)}には、上のイベントの内容が入ります。"] if shared else []
    return "".join(parts)


def _findings(frozen: Frozen) -> Section:
    title = f"指摘と回答（{len(frozen.findings)}件）"
    if not frozen.findings:
        return Section(title, (Line("回答の要る指摘はありません。"),))
    return Section(title, tuple(map(_finding, frozen.findings)))


def _finding(each: Answered) -> Line:
    answer = f"回答：{each.answer}" if each.answer else "回答はありません。"
    by = f"（{each.by}）" if each.by else ""
    return Line(f"{each.message}\n{answer}{by}", each.weight)


def _course(frozen: Frozen) -> Section:
    lines = [Line(f"{frozen.submitted_by}　{japanese_moment(frozen.submitted_at)}", "提出")]
    lines += [_decision(each) for each in frozen.decided]
    lines += [_lift(each) for each in frozen.lifted]
    return Section("確認と決裁の経過", tuple(lines))


def _decision(each: Decided) -> Line:
    said = f"{_who(each)}　{japanese_moment(each.at)}"
    if each.counted is not None:
        said += f"　数えた件数 {each.counted}件"
    parts = [f"見たもの：{each.looked}"] if each.looked else []
    parts += [f"理由：{each.reason}"] if each.reason else []
    return Line("\n".join([said, *parts]), DECIDED[(each.step, each.decision)])


def _lift(each: Lifted) -> Line:
    said = f"{each.filename}（中身を調べられない資料）"
    return Line(
        f"{said}\n{each.name}　{japanese_moment(each.at)}\n理由：{each.reason}", "送信を認めた資料"
    )


def _who(each: Decided) -> str:
    return f"{each.name}（{each.in_place_of}の代理）" if each.in_place_of else each.name


def _identity(content: Content, frozen: Frozen) -> Section:
    return Section(
        "確定版の識別",
        (
            Line(str(content.mailing_id), "案件番号"),
            Line(f"第{content.revision}版", "版"),
            Line(frozen.digest, "指紋（SHA-256）"),
        ),
        Style.CODE,
        note="QRコードには、案件番号・版・指紋だけが入っています。",
    )


def _facts(title: str, pairs: Mapping[str, str]) -> Section:
    return Section(title, tuple(Line(text or "なし", label) for label, text in pairs.items()))
