"""One call over HTTP: the only place of the service that calls other systems.

A name is asked for once, its addresses are judged, and just these are connected to. The certificate
is that of the name. Nothing is followed, no proxy of the environment is asked, and of the answer
only the status is kept. ``urllib3`` brings nothing else along, and connects to an address under
another name without a trick.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from urllib3.connection import HTTPConnection, HTTPException, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from eventmail.webhooks.targets import Target, may_be

# Its warnings name whole addresses, with what stands in their queries.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)

CONNECT, WHOLE = 5.0, 15.0  # seconds; the second for all of a call
MOST_ADDRESSES = 3
MOST_READ = 4096  # so that a small answer is not cut off; it is not kept
AGENT = "Eventmail-Webhooks/1"


class Fault(enum.StrEnum):
    """Why there was no answer."""

    NAME = "name"  # nobody knows it
    INSIDE = "inside"  # it leads to where no name may
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"  # what came was no answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to: a status, or why there was none."""

    status: int | None = None
    fault: Fault | None = None

    @property
    def is_good(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def call(target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
    """Make the call. Whatever happens is an answer; nothing is raised for what others do."""
    try:
        found = _addresses(target)
    except (OSError, UnicodeError):
        return Answer(fault=Fault.NAME)
    places = [each for each in found if may_be(each, target)][:MOST_ADDRESSES]
    if not places:
        return Answer(fault=Fault.INSIDE)
    answer = Answer(fault=Fault.CONNECT)
    for place in places:
        answer = _call(target, place, headers, body)
        if answer.fault is not Fault.CONNECT:
            break
    return answer


def _addresses(target: Target) -> list[str]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def _call(target: Target, place: str, headers: Mapping[str, str], body: bytes) -> Answer:
    connection = _connection(target, place)
    cut = threading.Event()
    watch = threading.Timer(WHOLE, _cut, (connection, cut))
    watch.daemon = True
    watch.start()
    try:
        status = _asked(connection, target, headers, body)
        # One that was cut off in its head reads like a short one.
        return Answer(fault=Fault.TIMEOUT) if cut.is_set() else Answer(status=status)
    except (ConnectTimeoutError, NewConnectionError, ConnectionRefusedError):
        return Answer(fault=Fault.CONNECT)
    except ssl.SSLError:
        return Answer(fault=Fault.TIMEOUT if cut.is_set() else Fault.TLS)
    except TimeoutError:
        return Answer(fault=Fault.TIMEOUT)
    except (HTTPError, HTTPException, OSError, ValueError, AttributeError):
        # Cut off in the midst, a connection says this or that.
        return Answer(fault=Fault.TIMEOUT if cut.is_set() else Fault.BROKEN)
    finally:
        watch.cancel()
        with contextlib.suppress(OSError):
            connection.close()


def _connection(target: Target, place: str) -> HTTPConnection:
    if not target.secure:
        return HTTPConnection(place, target.port, timeout=CONNECT)
    return HTTPSConnection(
        place,
        target.port,
        timeout=CONNECT,
        server_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
    )


def _asked(
    connection: HTTPConnection, target: Target, headers: Mapping[str, str], body: bytes
) -> int:
    connection.connect()
    connection.timeout = WHOLE
    if connection.sock is not None:
        connection.sock.settimeout(WHOLE)
    told = {
        "Host": target.host_header,
        "User-Agent": AGENT,
        "Content-Type": "application/json",
        "Connection": "close",
        **headers,
    }
    connection.request("POST", target.path, body=body, headers=told, preload_content=False)
    answer = connection.getresponse()
    with contextlib.suppress(HTTPError, HTTPException, OSError, ValueError):
        answer.read(MOST_READ, decode_content=False)
    return answer.status


def _cut(connection: HTTPConnection, cut: threading.Event) -> None:
    """The time is over, however slowly something still comes."""
    cut.set()
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
