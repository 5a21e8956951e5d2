"""Machines reach each other, and one that is cut off is reached by nobody until it is back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.machines.network import PROXY, Network, network

# Answers each line with the same line.
ECHO = """
import socketserver, sys
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)
socketserver.ThreadingTCPServer.allow_reuse_address = True
server = socketserver.ThreadingTCPServer((sys.argv[1], int(sys.argv[2])), Echo)
print("listening", flush=True)
server.serve_forever()
"""
# Says each line that it reads to the other, and tells what came back; a dash if nothing did.
CLIENT = """
import socket, sys
line = None
for word in sys.stdin:
    try:
        line = line or socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=1)
        line.sendall(word.encode())
        told = line.recv(100).decode().strip()
    except OSError:
        line, told = None, ""
    print(told or "-", flush=True)
"""


class Talk:
    """A program on one machine that talks to one on another."""

    def __init__(self, net: Network, whom: str, port: int, of: str) -> None:
        host, reached = net.reach(whom, port, of=of)
        self.process = subprocess.Popen(
            [*net.machines[of].prefix, sys.executable, "-c", CLIENT, host, str(reached)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def say(self, word: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def until_heard(self) -> None:
        for number in range(30):
            if self.say(f"again {number}") == f"again {number}":
                return
        raise AssertionError("never heard again")


@pytest.fixture(params=[True, False], ids=["as far apart as may be", "on loopback"])
def net(request: pytest.FixtureRequest) -> Iterator[Network]:
    with network(("one", "two", "three"), apart=request.param) as found:
        yield found


@pytest.fixture
def talks(net: Network) -> Iterator[dict[str, Talk]]:
    """One, three and the proxy's machine talk to two."""
    port = net.port(7, on="two")
    server = subprocess.Popen(
        [*net.machines["two"].prefix, sys.executable, "-c", ECHO, net.machines["two"].address,
         str(port)], stdout=subprocess.PIPE,
    )  # fmt: skip
    with server:
        assert server.stdout is not None
        assert server.stdout.readline()
        made = {each: Talk(net, "two", port, each) for each in ("one", "three", PROXY)}
        yield made
        for each in made.values():
            each.process.communicate(timeout=30)
        server.kill()


def test_each_has_an_address_of_its_own(net: Network) -> None:
    addresses = [each.address for each in net.machines.values()]
    assert len(set(addresses)) == len(addresses) == 4
    assert net.words


def test_one_that_is_cut_off_is_alone_until_it_is_back(
    net: Network, talks: dict[str, Talk]
) -> None:
    assert [each.say("hello") for each in talks.values()] == ["hello"] * 3
    net.machines["one"].cut()
    assert talks["one"].say("anybody?") == "-"
    assert [talks[each].say("and you?") for each in ("three", PROXY)] == ["and you?"] * 2
    net.machines["one"].join()
    talks["one"].until_heard()
    net.machines["two"].cut()
    assert [each.say("gone?") for each in talks.values()] == ["-"] * 3
    net.machines["two"].join()
    for each in talks.values():
        each.until_heard()
