"""Rows that say the same, or nearly the same, as others: grouped, and asked about."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from eventmail.language import said
from eventmail.spreadsheet.columns import Field, letter
from eventmail.spreadsheet.companies import company_key
from eventmail.spreadsheet.nearby import near_pairs
from eventmail.spreadsheet.reasons import MOST_NAMED, listed, place, placed, row_name, short, worse
from eventmail.spreadsheet.rows import ATTENDING, Reason, Row, Verdict

Indices = list[int]


def ask_about_duplicates(rows: list[Row], sheet: str, mapping: Mapping[Field, int]) -> list[Row]:
    """The rows, those with duplicates as questions. Its time grows as the number of rows."""
    asked = _Asked(rows, sheet, mapping)
    for indices in _grouped(rows, lambda row: row.email.casefold()):
        asked.same_address(indices)
    for indices in _grouped(rows, lambda row: company_key(row.company) if row.company else ""):
        asked.two_spellings(indices)
        asked.mixed_status(indices)
        asked.near_domains(indices)
    return asked.answer()


def _grouped(rows: Sequence[Row], key: Callable[[Row], str]) -> list[Indices]:
    groups: defaultdict[str, Indices] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[key(row)].append(index)
    groups.pop("", None)
    return [indices for indices in groups.values() if len(indices) > 1]


class _Asked:
    """The reasons that are added to rows, and the group of each."""

    def __init__(self, rows: list[Row], sheet: str, mapping: Mapping[Field, int]) -> None:
        self._rows = rows
        self._sheet = sheet
        self._letters = {each: letter(column) for each, column in mapping.items()}
        self._reasons: defaultdict[int, list[Reason]] = defaultdict(list)
        self._groups: dict[int, str] = {}

    def same_address(self, indices: Indices) -> None:
        """One address in several rows: of one company, or of several."""
        rows = [self._rows[index] for index in indices]
        companies = {company_key(row.company) for row in rows if row.company}
        self._group(indices, "address", rows[0].email.casefold())
        code, sentence = (
            (
                "shared_address",
                said("別の事業所の{others_said}と同じアドレスです。正しいか確かめてください。"),
            )
            if len(companies) > 1
            else (
                "same_twice",
                said("{others_said}と同じアドレスです。1行だけ取り込んでください。"),
            )
        )
        for index in indices:
            told = sentence.format(others_said=self._others(index, indices))
            self._add(index, code, Field.EMAIL, self._rows[index].raw_email, told)

    def two_spellings(self, indices: Indices) -> None:
        """One company written in several ways: the most frequent is suggested, or the first."""
        spellings = Counter(self._rows[index].company for index in indices)
        if len(spellings) == 1:
            return
        usual = spellings.most_common(1)[0][0]
        by_spelling: defaultdict[str, Indices] = defaultdict(list)
        for index in indices:
            by_spelling[self._rows[index].company].append(index)
        self._group(indices, "company", company_key(usual))
        for spelling, own in by_spelling.items():
            told = said("、").join(
                said(
                    "{others_said}では「{other}」",
                    others_said=self._others(-1, theirs),
                    other=short(other),
                )
                for other, theirs in list(by_spelling.items())[: MOST_NAMED + 1]
                if other != spelling
            )
            sentence = said(
                "事業所名の書き方が違います（{spellings_said}）。"
                "同じ事業所なら、どちらかにそろえてください。",
                spellings_said=told,
            )
            suggestion = usual if spelling != usual else ""
            for index in own:
                self._add(index, "two_spellings", Field.COMPANY, spelling, sentence, suggestion)

    def mixed_status(self, indices: Indices) -> None:
        """A company takes part or it does not."""
        by_status: defaultdict[str, Indices] = defaultdict(list)
        for index in indices:
            by_status[self._rows[index].status].append(index)
        if len(by_status) == 1:
            return
        for status, own in by_status.items():
            others = [
                index for each, found in by_status.items() if each != status for index in found
            ]
            mine, theirs = (
                (said("参加"), said("辞退"))
                if status == ATTENDING
                else (said("辞退"), said("参加"))
            )
            sentence = said(
                "この行は{mine_said}で、同じ事業所の{others_said}は{theirs_said}です。"
                "どちらかにそろえるか、送らない担当者の行を取り込まないでください。",
                mine_said=mine,
                others_said=self._others(-1, others),
                theirs_said=theirs,
            )
            for index in own:
                self._add(index, "mixed_status", Field.STATUS, "", sentence)
            self._group(own, "company", company_key(self._rows[own[0]].company))

    def near_domains(self, indices: Indices) -> None:
        """One company with two domains that differ by a slip of the hand."""
        by_domain: defaultdict[str, Indices] = defaultdict(list)
        for index in indices:
            domain = self._rows[index].email.rpartition("@")[2]
            if domain:
                by_domain[domain].append(index)
        for pair in near_pairs(list(by_domain)):
            for domain, other in (pair, pair[::-1]):
                self._near(domain, other, by_domain)

    def answer(self) -> list[Row]:
        """The rows with what was added."""
        rows = list(self._rows)
        for index, added in self._reasons.items():
            row = rows[index]
            rows[index] = replace(
                row,
                reasons=(*row.reasons, *added),
                verdict=worse(row.verdict, Verdict.QUESTION),
                group=self._groups.get(index, ""),
            )
        return rows

    def _near(self, domain: str, other: str, by_domain: Mapping[str, Indices]) -> None:
        own, theirs = by_domain[domain], by_domain[other]
        named = self._others(-1, theirs)
        sentence = said(
            "同じ事業所の{others_said}のドメイン「{other}」とよく似ています。"
            "打ち間違いではないか確かめてください。",
            others_said=named,
            other=short(other),
        )
        for index in own:
            email = self._rows[index].email
            suggestion = f"{email.rpartition('@')[0]}@{other}" if len(theirs) > len(own) else ""
            self._add(index, "near_domain", Field.EMAIL, email, sentence, suggestion)
        self._group([*own, *theirs], "company", company_key(self._rows[own[0]].company))

    def _add(
        self,
        index: int,
        code: str,
        field: Field,
        value: str,
        sentence: str,
        suggestion: str = "",
    ) -> None:
        column = self._letters.get(field, "")
        where = place(self._sheet, self._rows[index].number, column, value)
        reason = Reason(code, column, placed(where, sentence), field.value, suggestion)
        self._reasons[index].append(reason)

    def _others(self, index: int, indices: Indices) -> str:
        """The other rows' names, at most the first few, so that a large group stays readable."""
        first = [each for each in indices[: MOST_NAMED + 1] if each != index][:MOST_NAMED]
        rows = [self._rows[each] for each in first]
        count = len(indices) - (1 if index >= 0 else 0)
        return listed((row_name(row.number, row.part) for row in rows), count)

    def _group(self, indices: Indices, kind: str, key: str) -> None:
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        for index in indices:
            self._groups.setdefault(index, f"{kind}:{digest}")
