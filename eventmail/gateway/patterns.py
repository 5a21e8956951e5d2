"""The patterns that count external addresses, for three kinds of regular expressions."""

from __future__ import annotations

from collections.abc import Collection

from eventmail.gateway.escaping import for_dotnet, for_pcre, for_re2
from eventmail.gateway.rule import Rule

# A quoted text; a comment, also one within another; an own domain to its end; words; an entry that
# counts for nothing; an entry that counts.
PCRE = (
    r'(?(DEFINE)(?<q>"(?:[^"\\]|\\.)*+")'
    r"(?<c>\((?:[^()\\]|\\.|(?&c))*+\))"
    r"(?<own>(?:OWN)\.?+(?![\w.\x80-\xff-]))"
    r"(?<w>(?&q)|(?&c)|[^,;<])"
    r"(?<any>(?&w)*+(?:<(?:(?&q)|(?&c)|[^>])*+>(?&w)*+)*+)"
    r"(?<ext>(?&w)*+<(?:(?:(?&q)|(?&c)|[^>@])*+@)++(?:\s|(?&c))*+(?!(?&own))[^>]*+>(?&w)*+"
    r"|(?:(?:(?&q)|(?&c)|[^,;<@])*+@)++(?:\s|(?&c))*+(?!(?&own))"
    r"(?:(?&q)|(?&c)|[^,;<@])*+(?=[,;]|\z)))"
    r"^(?:to|cc)[ \t]*+:(?:(?:(?!(?&ext))(?&any)[,;<])*+(?&ext)(?:[,;<]|\z)){REFUSED}"
)
# An address ends where an entry ends; so one in a quoted display name is none.
FOREIGN = r"(?!(?:OWN)\.?\s*(?:[,;>]|$))[^@\s,;>\x22'()<]+\s*(?:[,;>]|$)"
DOTNET = rf"(?i)^(?:(?:[^@]|@(?!{FOREIGN}))*@(?={FOREIGN})){{REFUSED}}"
ENDS = r"@\s,;>\x22'()<"
# RE2 cannot look ahead: what is no own domain is written out letter by letter. From one To or Cc
# header it goes on into the next, over whatever stands between them, and never into another.
NEXT = r"\n(?:[^\n]*\n)*(?:to|cc)[ \t]*:"
ONE = rf"(?:[^\n]|\n[ \t]|{NEXT})*@OTHERS"
RE2 = (
    rf"(?i)(?:^|\n)(?:to|cc)[ \t]*:(?:{ONE}(?:\s*[,;>]|[ \t\r]*{NEXT})){{LIMIT}}"
    rf"{ONE}(?:\s*[,;>]|[ \t\r]*(?:\n|$))"
)


def pcre(rule: Rule) -> str:
    """For one header as Postfix hands it over, ``To: …``, with its line breaks."""
    own = "|".join(map(for_pcre, rule.written))
    return PCRE.replace("OWN", own).replace("REFUSED", str(rule.refused))


def dotnet(rule: Rule) -> str:
    """For the value of one header, for the regular expressions of .NET."""
    own = "|".join(map(for_dotnet, rule.written))
    return DOTNET.replace("OWN", own).replace("REFUSED", str(rule.refused))


def re2(rule: Rule) -> str:
    """For the whole head of a mail, in the syntax of RE2."""
    own = [each + end for each in rule.written for end in ("", ".")]
    return RE2.replace("OTHERS", _none_of(own, first=True)).replace("LIMIT", str(rule.limit))


def _none_of(words: Collection[str], *, first: bool = False) -> str:
    """Every run of a domain's letters that is none of these words; at first not the empty one."""
    if not words:
        return f"[^{ENDS}]*"
    heads = sorted({word[0] for word in words if word})
    rests = {head: [word[1:] for word in words if word[:1] == head] for head in heads}
    ways = [for_re2(head) + _none_of(rests[head]) for head in heads]
    ways.append(f"[^{''.join(map(for_re2, heads))}{ENDS}][^{ENDS}]*")
    return f"(?:{'|'.join(ways)})" + ("" if first or "" in words else "?")
