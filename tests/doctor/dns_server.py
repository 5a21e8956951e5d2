"""A small DNS server on loopback UDP that knows what a test tells it."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.resolver import Resolver


@dataclass
class DnsServer:
    """``zone``: the texts of a name and kind, such as ``("a.jp", "TXT")``; ``silent``: no answer.

    A name below which something stands exists, too (RFC 8020).
    """

    zone: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    silent: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self._socket.close()

    def resolver(self, seconds: float = 2.0) -> Resolver:
        """One that asks this server and no other."""
        made = Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self._socket.getsockname()[1]
        made.timeout = made.lifetime = seconds
        return made

    def _serve(self) -> None:
        while not self._done.is_set():
            try:
                said, peer = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            query = dns.message.from_wire(said)
            if not self.silent:
                self._socket.sendto(self._answer(query).to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        name, kind = question.name.to_text(True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        answer = dns.message.make_response(query, recursion_available=True)
        texts = self.zone.get((name, kind), [])
        if texts:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(each == name or each.endswith(f".{name}") for each, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
