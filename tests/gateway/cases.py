"""One table of mails: the rule itself and every gateway that is tried must agree on it."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.gateway import rule

OWN = ("himesato.example.jp", "xn--wgv71a119e.example")
LIMIT = 4
RULE = rule.made(LIMIT, OWN, "https://mail.himesato.example.jp")


@dataclass(frozen=True, slots=True)
class Case:
    """The headers of a mail; how many outside addresses stand in To and in Cc."""

    headers: str
    in_to: int
    in_cc: int = 0

    @property
    def raw(self) -> bytes:
        """The mail, as it lies in a file on the server."""
        head = f"From: saiyo@himesato.example.jp\n{self.headers}\nSubject: x\n\nHello.\n"
        return head.encode("utf-8", "surrogateescape")

    @property
    def count(self) -> int:
        """All that count."""
        return self.in_to + self.in_cc


def out(count: int, first: int = 0) -> str:
    """That many outside addresses."""
    return ", ".join(f"jinji@kigyo{each}.example" for each in range(first, first + count))


CASES: dict[str, Case] = {
    "no address at all": Case("To: undisclosed-recipients:;", 0),
    "no To and no Cc": Case("Reply-To: a@kigyo.example", 0),
    "one": Case("To: jinji@kigyo.example", 1),
    "exactly as many as may be": Case(f"To: {out(4)}", 4),
    "one too many": Case(f"To: {out(5)}", 5),
    "the founding story's half": Case(f"To: {out(15)}", 15),
    "too many in Cc": Case(f"Cc: {out(5)}", 0, 5),
    "too many only with To and Cc together": Case(f"To: {out(3)}\nCc: {out(2)}", 3, 2),
    "in Bcc none counts": Case(f"To: saiyo@himesato.example.jp\nBcc: {out(9)}", 0),
    "in Reply-To none counts": Case(f"To: {out(4)}\nReply-To: {out(9)}", 4),
    "two To headers": Case(f"To: {out(3)}\nTo: {out(2, 3)}", 5),
    "many of one's own": Case(
        "To: " + ", ".join(f"a{each}@himesato.example.jp" for each in range(9)), 0
    ),
    "one's own among them": Case(f"To: a@himesato.example.jp, {out(4)}, b@himesato.example.jp", 4),
    "one's own in upper case": Case(f"To: A@HIMESATO.Example.JP, {out(4)}", 4),
    "outside ones in upper case": Case(f"To: {out(5).upper()}", 5),
    "the header's name in upper case": Case(f"TO: {out(5)}", 5),
    "one's own subdomain is another domain": Case(f"To: a@sub.himesato.example.jp, {out(4)}", 5),
    "a domain that ends like one's own": Case(f"To: a@nothimesato.example.jp, {out(4)}", 5),
    "a domain that begins like one's own": Case(f"To: a@himesato.example.jp.example, {out(4)}", 5),
    "an IDN of one's own": Case(f"To: a@xn--wgv71a119e.example, {out(4)}", 4),
    "an IDN outside": Case(f"To: a@xn--r8jz45g.example, {out(4)}", 5),
    "folded": Case("To: " + out(5).replace(", ", ",\n "), 5),
    "folded before the comma": Case("To: " + out(5).replace(", ", "\n\t, "), 5),
    "folded below the name": Case(f"To:\n {out(4)}", 4),
    "angle brackets": Case("To: " + ", ".join(f"<a@k{each}.example>" for each in range(5)), 5),
    "names with commas": Case(
        "To: " + ", ".join(f'"Yamada, Taro" <a@k{each}.example>' for each in range(4)), 4
    ),
    "names with an at sign": Case(
        "To: " + ", ".join(f'"Taro @ Kigyo" <a@k{each}.example>' for each in range(4)), 4
    ),
    "names that are addresses": Case(
        "To: " + ", ".join(f'"a@k{each}.example" <a@k{each}.example>' for each in range(4)), 4
    ),
    "names with a quote in them": Case(
        "To: " + ", ".join(rf'"Taro \"x@y.example, \"" <a@k{each}.example>' for each in range(4)), 4
    ),
    "comments": Case(
        "To: " + ", ".join(f"a@k{each}.example (b@c.example, (d@e.example))" for each in range(4)),
        4,
    ),
    "encoded names": Case(
        "To: "
        + ", ".join(f"=?UTF-8?B?YUBiLmV4YW1wbGUs?= <a@k{each}.example>" for each in range(4)),
        4,
    ),
    "a name of Japanese letters as they are": Case(f"To: 山田 太郎 <a@k.example>, {out(4)}", 5),
    "a group": Case(f"To: Sanka: {out(5)};", 5),
    "a group with one's own": Case(f"To: Sanka: {out(4)}, a@himesato.example.jp;", 4),
    "a group and more": Case(f"To: Sanka: {out(3)};, {out(2, 3)}", 5),
    "empty entries": Case(f"To: , {out(4)}, ,", 4),
    "the same address again counts again": Case("To: " + ", ".join(["a@k.example"] * 5), 5),
    "a quoted local part": Case(f'To: "a, b"@himesato.example.jp, {out(4)}', 4),
    "a plus in the local part": Case(f"To: a+b@himesato.example.jp, {out(4)}", 4),
    "an address by number": Case(f"To: a@[192.0.2.1], {out(4)}", 5),
}
# What no mail program writes. The rule itself reads it, and counts rather more than fewer.
BROKEN: dict[str, Case] = {
    "a name that never ends": Case(f'To: "Yamada <a@k.example>, {out(4)}', 5),
    "a comment that never ends": Case(f"To: (Yamada <a@k.example>, {out(4)}", 5),
    "a bracket that never ends": Case(f"To: <a@k.example, {out(4)}", 5),
    "an unquoted address as a name": Case(f"To: a@k.example <a@k.example>, {out(4)}", 5),
    "a space before the colon": Case(f"To : {out(5)}", 5),
    "no comma between": Case(f"To: a@k.example b@k.example, {out(3)}", 5),
    "semicolons, as Outlook shows them": Case(f"To: {out(5).replace(', ', '; ')}", 5),
    "single quotes around": Case(f"To: 'a@himesato.example.jp', {out(4)}", 4),
    "a dot at the end": Case(f"To: a@himesato.example.jp., {out(4)}", 4),
    "letters of one's own IDN": Case(f"To: a@日本語.example, {out(4)}", 4),
    "a domain that is missing": Case(f"To: a@, {out(4)}", 5),
}
