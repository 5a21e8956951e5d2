"""Signing in to the relay (RFC 4954), by the ways and in the order of the standard library."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Iterator

from eventmail.wire.conversation import Conversation, Garbled
from eventmail.wire.extensions import Extensions

SIGNED_IN = (235, 503)  # 503: it was already
GO_ON = 334
CLOSING = 421


def mechanisms_of(extensions: Extensions) -> list[str]:
    """The ways to sign in that the relay offers and we know, the best one first."""
    return [each for each in _WAYS if each in extensions.mechanisms]


def sign_in(
    line: Conversation, mechanisms: list[str], username: str, password: str
) -> tuple[int, bytes]:
    """Try one way after the other; returns the reply that settled it.

    Some relays offer ways that do not work for every account, so a refusal is not the last word
    while another way is left. Raises ``ValueError`` for what cannot be said in these ways.
    """
    if "\0" in username + password:
        raise ValueError("a name or password with NUL")
    for each in mechanisms:
        answer = _try(line, each, _WAYS[each](username.encode(), password.encode()))
        if answer[0] in SIGNED_IN or answer[0] == CLOSING:
            break
    return answer


def _try(
    line: Conversation, mechanism: str, words: Iterator[Callable[[bytes], bytes]]
) -> tuple[int, bytes]:
    first = mechanism != "CRAM-MD5"  # which has nothing to say before it was asked
    initial = f" {_encoded(next(words)(b''))}" if first else ""
    code, text = line.ask(f"AUTH {mechanism}{initial}")
    while code == GO_ON:
        word = next(words, None)
        if word is None:
            return line.ask("*")  # RFC 4954, section 4: how the client gives it up
        code, text = line.ask(_encoded(word(_decoded(text))))
    return code, text


def _plain(username: bytes, password: bytes) -> Iterator[Callable[[bytes], bytes]]:
    """RFC 4616."""
    yield lambda _: b"\0" + username + b"\0" + password


def _login(username: bytes, password: bytes) -> Iterator[Callable[[bytes], bytes]]:
    """No standard, but widely the only way."""
    yield lambda _: username
    yield lambda _: password


def _cram_md5(username: bytes, password: bytes) -> Iterator[Callable[[bytes], bytes]]:
    """RFC 2195."""
    yield lambda asked: username + b" " + hmac.new(password, asked, "md5").hexdigest().encode()


_WAYS: dict[str, Callable[[bytes, bytes], Iterator[Callable[[bytes], bytes]]]] = {
    "CRAM-MD5": _cram_md5,
    "PLAIN": _plain,
    "LOGIN": _login,
}


def _encoded(word: bytes) -> str:
    return base64.b64encode(word).decode("ascii")


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise Garbled(text) from error
