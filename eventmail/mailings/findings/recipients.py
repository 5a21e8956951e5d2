"""Who is to get it: how many, since last time, at which addresses (L8, L9, L10)."""

from __future__ import annotations

from collections.abc import Iterator

from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.telling import found, listed, of_recipients
from eventmail.mailings.snapshot import Recipient
from eventmail.spreadsheet.companies import company_key
from eventmail.spreadsheet.domain_tables import FREE_MAIL
from eventmail.spreadsheet.domains import doubt_about

MOST_CHANGED = 0.1


def expected(ground: Ground) -> Iterator[Finding]:
    """The number that the author typed against the number that there is."""
    count = len(ground.content.recipients)
    if ground.expected_count is not None and ground.expected_count != count:
        yield found(
            "unexpected_count",
            Level.BLOCK,
            said(
                "送信先は{count}件ですが、起案者が入力した予定の件数は{expected_count}件です。"
                "名簿と絞り込みを確かめ、予定の件数か送信先を直してください。",
                count=count,
                expected_count=ground.expected_count,
            ),
            [of_recipients(())],
        )


def difference(ground: Ground) -> Iterator[Finding]:
    """More than a tenth of the addresses are others than in the event's last mailing."""
    last, recipients = ground.history.last, ground.content.recipients
    if not last or not recipients or ground.chosen:
        return
    now = {_key(each): each for each in recipients}
    new = [each for key, each in now.items() if key not in last]
    gone = [company for key, company in last.items() if key not in now]
    if len(new) + len(gone) > MOST_CHANGED * len(last):
        told = [
            *(
                [
                    said(
                        "新しい送信先が{count}件（{companies_said}）",
                        count=len(new),
                        companies_said=_companies(new),
                    )
                ]
                if new
                else []
            ),
            *(
                [
                    said(
                        "なくなった送信先が{count}件（{companies_said}）",
                        count=len(gone),
                        companies_said=listed(gone, "companies"),
                    )
                ]
                if gone
                else []
            ),
        ]
        yield found(
            "other_than_last",
            Level.WARN,
            said(
                "送信先が、このイベントの前回のメール（{before}件）と1割を超えて違います。"
                "{told_said}。名簿が正しいか確かめてください。",
                before=len(last),
                told_said=said("、").join(told),
            ),
            [of_recipients(new)],
        )


def moved(ground: Ground) -> Iterator[Finding]:
    """An address that stood beside another company last time (宛名ズレ, L7)."""
    last = ground.history.last or {}
    shifted = [
        each
        for each in ground.content.recipients
        if _key(each) in last and company_key(last[_key(each)]) != company_key(each.company)
    ]
    if shifted:
        first = shifted[0]
        yield found(
            "address_moved",
            Level.WARN,
            said(
                "前回のメールと違う事業所に付いているアドレスが{count}件あります"
                "（「{last}」のアドレスが、いまは「{company}」など）。"
                "もとの名簿で、事業所名とアドレスの組み合わせを確かめてください。",
                count=len(shifted),
                last=last[_key(first)],
                company=first.company,
            ),
            [of_recipients(shifted)],
        )


def domains(ground: Ground) -> Iterator[Finding]:
    """Domains one slip from a common one, or in letters that look like others."""
    odd = [(each, doubt) for each in ground.content.recipients
           if (doubt := doubt_about(_domain(each))) is not None]  # fmt: skip
    if odd:
        first, doubt = odd[0]
        likely = (
            said("（「{likely}」ではありませんか）", likely=doubt.likely) if doubt.likely else ""
        )
        yield found(
            "odd_domain",
            Level.WARN,
            said(
                "打ち間違いに見えるメールアドレスが{count}件あります。"
                "たとえば{company}の「@{domain}」です{likely_said}。"
                "参加申込書などでつづりを確かめ、違えば名簿を直してください。",
                count=len(odd),
                company=first.company,
                domain=_domain(first),
                likely_said=likely,
            ),
            [of_recipients(each for each, _ in odd)],
        )


def free_mail(ground: Ground) -> Iterator[Finding]:
    """Addresses of free providers; those that are new since the last mailing count for more."""
    last = ground.history.last
    free = [each for each in ground.content.recipients if _domain(each) in FREE_MAIL]
    new = [each for each in free if last is not None and _key(each) not in last]
    if new:
        yield found(
            "new_free_mail",
            Level.WARN,
            said(
                "前回のメールのあとに加わったフリーメールのアドレスが{count}件あります（{companies_said}）。"
                "申込書などで、本人のアドレスか確かめてください。",
                count=len(new),
                companies_said=_companies(new),
            ),
            [of_recipients(new)],
        )
    rest = [each for each in free if each not in new]
    if rest:
        yield found(
            "free_mail",
            Level.NOTE,
            said(
                "フリーメールのアドレスが{count}件あります（{companies_said}）。",
                count=len(rest),
                companies_said=_companies(rest),
            ),
            [of_recipients(rest)],
        )


def first_time(ground: Ground) -> Iterator[Finding]:
    """Addresses that the office has never sent to; where most are new, none of them stands out."""
    recipients = ground.content.recipients
    new = [each for each in recipients if _key(each) not in ground.history.ever]
    standing_out = new if 2 * len(new) <= len(recipients) else []
    if new:
        yield found(
            "first_time",
            Level.NOTE,
            said(
                "この所から初めて送るアドレスが{count}件あります（{companies_said}）。",
                count=len(new),
                companies_said=_companies(new),
            ),
            [of_recipients(standing_out)],
        )


def withdrawn(ground: Ground) -> Iterator[Finding]:
    """A company that stands among those taking part and among those who gave up (L10)."""
    both = [
        each
        for each in ground.content.recipients
        if company_key(each.company) in ground.roster.withdrawn
    ]
    if both:
        yield found(
            "withdrawn_too",
            Level.WARN,
            said(
                "参加を取りやめた事業所と同じ名前の送信先が{count}件あります（{companies_said}）。"
                "参加するかどうかを確かめ、参加しないものは名簿で不参加にしてください。",
                count=len(both),
                companies_said=_companies(both),
            ),
            [of_recipients(both)],
        )


def _companies(recipients: list[Recipient]) -> str:
    return listed((each.company for each in recipients), "companies")


def _key(recipient: Recipient) -> str:
    return recipient.address.casefold()


def _domain(recipient: Recipient) -> str:
    return recipient.address.rpartition("@")[2].lower()
