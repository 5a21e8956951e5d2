"""The domain of a sender: who takes mail for it, who may send for it, who signs, who watches."""

from __future__ import annotations

import re
from collections.abc import Callable

from dns.resolver import Resolver

from eventmail.doctor.finding import Finding, broken, good, look, printed
from eventmail.doctor.names import Answer, DnsUnavailable, ask, is_reserved
from eventmail.language import said

# What providers commonly call their keys.
COMMON = (
    "default", "selector1", "selector2", "google", "s1", "s2", "k1", "k2", "mail", "dkim", "key1",
    "smtp",
)  # fmt: skip
MOST_LOOKUPS = 10  # RFC 7208, section 4.6.4
_LOOKS_UP = re.compile(r"[+?~-]?(include:|a\b|mx\b|ptr\b|exists:)|redirect=", re.I)
EXAMPLE = said("{domain} は見本のためのドメインなので、DNSは調べません。")
UNANSWERED = said("{domain} のDNSを調べられません。DNSサーバーから応答がありません。")
CHECK_DNS = said("このコンピューターのDNSの設定を確かめてください。")
ASK = said("ドメインの管理者に、次のように依頼してください：「{request_said}」")

MX_FOUND = said("{domain} のメールは {hosts} が受け取ります。")
MX_NONE = said("{domain} にはメールを受け取るサーバー（MX）がなく、返信が届きません。")
MX_ASK = said("{domain} に、メールを受け取るサーバーのMXレコードを登録してください。")

SPF_FOUND = said("{domain} のSPFがあります：{record}")
SPF_NONE = said("{domain} にSPFがありません。迷惑メールとして扱われやすくなります。")
SPF_MANY = said("{domain} にSPFが{count}つあります。1つでないと、どれも無効になります。")
SPF_LOOKUPS = said("{domain} のSPFは参照が{count}個あり、上限の10個を超えて無効になります。")
SPF_ALL = said("{domain} のSPFは、だれからの送信も認めています：{record}")
SPF_OPEN = said("{domain} のSPFは、ほかからの送信を断っていません：{record}")
SPF_ASK = said(
    "{domain} のTXTレコードに、次の1つを、ほかに送信しているサーバーがあれば加えて、"
    "登録してください： {record}"
)
SPF_MEND = said(
    "{domain} のTXTレコードのSPFを、いま送信しているサーバーを残したまま1つにまとめ、"
    "参照を10個までにし、終わりを ~all にしてください。"
    "この仕組みが送信に使うサーバーは {relay} です。"
)

DKIM_FOUND = said("{domain} のDKIMの公開鍵があります（セレクター：{selectors}）。")
DKIM_REVOKED = said("{domain} のDKIMの公開鍵は取り消されています（セレクター：{selectors}）。")
DKIM_OTHER = said(
    "{domain} にDKIMの名前はありますが、試したセレクター（{selectors}）には公開鍵がありません。"
)
DKIM_NONE = said(
    "{domain} にDKIMの公開鍵が見つかりません。試したセレクター：{selectors}。"
    "ほかの名前のものは、ここからはわかりません。"
)
DKIM_ASK = said(
    "送信サーバー {relay} でDKIMの署名をし、その公開鍵を「セレクター._domainkey.{domain}」の"
    "TXTレコードに登録してください。セレクターの名前を知らせてください。"
)
DKIM_NAME = said(
    "送信サーバーの担当者にセレクターの名前を尋ね、設定 EVENTMAIL_DKIM_SELECTORS か "
    "--selector に指定してください。"
)

DMARC_FOUND = said("{domain} のDMARCがあります：{record}")
DMARC_NONE = said("{domain} にDMARCがありません。大手のメールサービスに届きにくくなります。")
DMARC_MANY = said("{domain} にDMARCが{count}つあります。1つでないと無効になります。")
DMARC_WATCHING = said("{domain} のDMARCは、まだ見るだけの設定です：{record}")
DMARC_ASK = said("_dmarc.{domain} のTXTレコードに、次の1つを登録してください： {record}")
DMARC_START = "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
DMARC_NEXT = said(
    "正しいメールがすべて合格していることを報告で確かめてから、{name} のTXTレコードのDMARCを、"
    "p= だけを変えた次のものに替えてください： {record}"
)
DMARC_ONE = said("{name} のTXTレコードのDMARCを、次の1つだけにしてください： {record}")
POLICY = re.compile(r"(;\s*p\s*=\s*)(none|quarantine|reject)\b", re.I)
MILDEST = "none", "quarantine", "reject"

Look = Callable[[str, str], Answer]


def mx(domain: str, resolver: Resolver | None) -> Finding:
    """Whether mail to it, and so every reply, arrives anywhere."""
    return _looked(domain, resolver, lambda look_up: _mx(domain, look_up))


def spf(domain: str, resolver: Resolver | None, relay: str) -> Finding:
    """Whether it says who may send for it."""
    return _looked(domain, resolver, lambda look_up: _spf(domain, look_up, relay))


def dkim(
    domain: str, resolver: Resolver | None, relay: str, selectors: tuple[str, ...] = ()
) -> Finding:
    """Whether a key is published under one of these names, or of the common ones."""
    wanted = selectors or COMMON
    return _looked(domain, resolver, lambda look_up: _dkim(domain, look_up, relay, wanted))


def dmarc(domain: str, resolver: Resolver | None) -> Finding:
    """Whether it, or a domain above it, says what becomes of forged mails."""
    return _looked(domain, resolver, lambda look_up: _dmarc(domain, look_up))


def _looked(domain: str, resolver: Resolver | None, found: Callable[[Look], Finding]) -> Finding:
    if is_reserved(domain):
        return good(EXAMPLE.format(domain=domain))
    try:
        return found(lambda name, kind: ask(resolver, name, kind))
    except DnsUnavailable:
        return look(UNANSWERED.format(domain=domain), CHECK_DNS)


def _request(text: str) -> str:
    return ASK.format(request_said=text)


def _mx(domain: str, look_up: Look) -> Finding:
    hosts = [each for each in look_up(domain, "MX").texts if each != "."]
    if not hosts:
        return broken(MX_NONE.format(domain=domain), _request(MX_ASK.format(domain=domain)))
    return good(MX_FOUND.format(domain=domain, hosts=printed("、".join(hosts))))


def _spf(domain: str, look_up: Look, relay: str) -> Finding:
    records = [each for each in look_up(domain, "TXT").texts if _is_spf(each)]
    if not records:
        wanted = f"v=spf1 mx {_mechanism(relay)} ~all"
        request = _request(SPF_ASK.format(domain=domain, record=wanted))
        return look(SPF_NONE.format(domain=domain), request)
    mend = _request(SPF_MEND.format(domain=domain, relay=relay))
    told = {"domain": domain, "record": printed(records[0])}
    terms = records[0].lower().split()[1:]
    lookups = sum(bool(_LOOKS_UP.match(each)) for each in terms)
    faults = (
        (len(records) > 1, broken, SPF_MANY.format(domain=domain, count=len(records))),
        (lookups > MOST_LOOKUPS, broken, SPF_LOOKUPS.format(domain=domain, count=lookups)),
        (bool({"all", "+all"} & set(terms)), broken, SPF_ALL.format(**told)),
        (not _ends(terms), look, SPF_OPEN.format(**told)),
    )
    for is_so, make, found in faults:
        if is_so:
            return make(found, mend)
    return good(SPF_FOUND.format(**told))


def _is_spf(record: str) -> bool:
    return record.lower().split(" ")[0] == "v=spf1"


def _ends(terms: list[str]) -> bool:
    return bool({"-all", "~all"} & set(terms)) or any(t.startswith("redirect=") for t in terms)


def _mechanism(relay: str) -> str:
    if re.fullmatch(r"[0-9.]+", relay):
        return f"ip4:{relay}"
    return f"ip6:{relay}" if ":" in relay else f"a:{relay}"


def _dkim(domain: str, look_up: Look, relay: str, selectors: tuple[str, ...]) -> Finding:
    request = _request(DKIM_ASK.format(domain=domain, relay=relay))
    tried = "、".join(selectors)
    found = {each: _key(look_up(f"{each}._domainkey.{domain}", "TXT")) for each in selectors}
    live = [each for each, key in found.items() if key]
    revoked = [each for each, key in found.items() if key == ""]
    if live:
        return good(DKIM_FOUND.format(domain=domain, selectors="、".join(live)))
    if revoked:
        return look(DKIM_REVOKED.format(domain=domain, selectors="、".join(revoked)), request)
    if look_up(f"_domainkey.{domain}", "TXT").exists:
        return look(DKIM_OTHER.format(domain=domain, selectors=tried), DKIM_NAME)
    return look(DKIM_NONE.format(domain=domain, selectors=tried), request)


def _key(answer: Answer) -> str | None:
    """The public key; empty if it was revoked, None if there is none."""
    found = (re.search(r"(?:^|;)\s*p\s*=([^;]*)", each) for each in answer.texts)
    return next((each[1].strip() for each in found if each), None)


def _dmarc(domain: str, look_up: Look) -> Finding:
    name, records = _nearest(domain, look_up)
    if not records:
        wanted = DMARC_START.format(domain=domain)
        request = _request(DMARC_ASK.format(domain=domain, record=wanted))
        return look(DMARC_NONE.format(domain=domain), request)
    record = min(records, key=_strength)
    told = {"domain": domain, "record": printed(record)}
    if len(records) > 1:
        request = _request(DMARC_ONE.format(name=name, record=printed(record)))
        return broken(DMARC_MANY.format(domain=domain, count=len(records)), request)
    if _strength(record) == 0:
        wanted = printed(POLICY.sub(r"\1quarantine", record, count=1))
        request = _request(DMARC_NEXT.format(name=name, record=wanted))
        return look(DMARC_WATCHING.format(**told), request)
    return good(DMARC_FOUND.format(**told))


def _strength(record: str) -> int:
    """How strictly it has forged mails treated; one that does not say so holds for nobody."""
    found = POLICY.search(record)
    return MILDEST.index(found[2].lower()) if found else len(MILDEST)


def _nearest(domain: str, look_up: Look) -> tuple[str, list[str]]:
    """The records of the domain, or else of the nearest one above it that has any; and where."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = f"_dmarc.{'.'.join(labels[start:])}"
        found = [each for each in look_up(name, "TXT").texts if _is_dmarc(each)]
        if found:
            return name, found
    return f"_dmarc.{domain}", []


def _is_dmarc(record: str) -> bool:
    return record.lower().startswith("v=dmarc1")
