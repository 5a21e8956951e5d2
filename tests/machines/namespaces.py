"""Machines on one network: each is a network namespace, and a switch joins them to this machine.

A namespace lives as long as a process that sleeps in it, and that one ends with us, however we do:
nothing is left behind. The switch is in a namespace too, where no firewall of this machine looks
at what passes through it.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Unshares and sleeps in one process, which dies with the thread that started it.
HOLDER = ("setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity")
PATIENCE = 10.0
LENGTH = 24  # of the network's prefix
BRIDGE = "switch"


class NotPermitted(Exception):
    """The system does not let us make namespaces, or lacks the means."""


@dataclass(frozen=True)
class Namespace:
    """One of its own, and what to put before a command to run it in there."""

    pid: int

    @property
    def prefix(self) -> tuple[str, ...]:
        """For any command."""
        return ("nsenter", f"--net=/proc/{self.pid}/ns/net")

    def ip(self, *words: str) -> None:
        """Change its network."""
        _run(*self.prefix, "ip", *words)


@dataclass(frozen=True)
class Machine:
    """One machine: its address, and what to put before a command that runs on it."""

    name: str
    address: str
    switch: Namespace
    space: Namespace

    @property
    def prefix(self) -> tuple[str, ...]:
        """For any command."""
        return self.space.prefix

    def cut(self) -> None:
        """Pull its cable out of the switch: what is under way is neither answered nor refused."""
        self.switch.ip("link", "set", "dev", self.name, "down")

    def join(self) -> None:
        """Put it in again."""
        self.switch.ip("link", "set", "dev", self.name, "up")


@dataclass
class Switch:
    """A network such as ``10.231.77``: ``with Switch(network) as switch``; ours is its ``.1``.

    Raises :class:`NotPermitted` where it cannot be.
    """

    network: str
    machines: list[Machine] = field(default_factory=list)
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def here(self) -> str:
        """The address of this machine in it."""
        return f"{self.network}.1"

    def __enter__(self) -> Switch:
        with contextlib.ExitStack() as stack:
            self._space = stack.enter_context(_namespace())
            self._space.ip("link", "add", BRIDGE, "type", "bridge")
            self._space.ip("link", "set", "dev", BRIDGE, "up")
            self._join_us(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, name: str) -> Machine:
        """One more machine; the name is that of its cable."""
        space = self._stack.enter_context(_namespace())
        address = f"{self.network}.{len(self.machines) + 2}"
        cable = ("link", "add", "name", name, "type", "veth", "peer", "name", "eth0")
        self._space.ip(*cable, "netns", str(space.pid))
        self._space.ip("link", "set", "dev", name, "master", BRIDGE, "up")
        space.ip("addr", "add", f"{address}/{LENGTH}", "dev", "eth0")
        space.ip("link", "set", "dev", "eth0", "up")
        space.ip("link", "set", "dev", "lo", "up")
        self.machines.append(Machine(name, address, self._space, space))
        return self.machines[-1]

    def _join_us(self, stack: contextlib.ExitStack) -> None:
        ours = f"em{os.getpid()}"
        cable = ("link", "add", "name", ours, "type", "veth", "peer", "name", "us")
        _run("ip", *cable, "netns", str(self._space.pid))
        stack.callback(_run, "ip", "link", "del", ours)
        self._space.ip("link", "set", "dev", "us", "master", BRIDGE, "up")
        _run("ip", "addr", "add", f"{self.here}/{LENGTH}", "dev", ours)
        _run("ip", "link", "set", "dev", ours, "up")


def free_network() -> str:
    """One that this machine has no address in; several runs at a time take different ones."""
    taken = _run("ip", "-o", "-4", "addr")
    start = os.getpid()
    for number in range(200):
        found = f"10.231.{(start + number) % 200 + 50}"
        if f" {found}." not in taken:
            return found
    raise NotPermitted("no network is free")


@contextlib.contextmanager
def _namespace() -> Iterator[Namespace]:
    try:
        holder = subprocess.Popen(HOLDER, stderr=subprocess.PIPE, text=True)
    except FileNotFoundError as error:
        raise NotPermitted(f"there is no {error.filename}") from error
    with holder:
        try:
            _await_apart(holder)
            yield Namespace(holder.pid)
        finally:
            holder.kill()


def _await_apart(holder: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    ours = os.readlink("/proc/self/ns/net")
    while True:
        if holder.poll() is not None:
            assert holder.stderr is not None
            raise NotPermitted(holder.stderr.read().strip())
        with contextlib.suppress(OSError):
            asleep = Path(f"/proc/{holder.pid}/comm").read_text().strip() == "sleep"
            if asleep and os.readlink(f"/proc/{holder.pid}/ns/net") != ours:
                return
        if time.monotonic() > deadline:
            raise NotPermitted("a namespace does not begin")
        time.sleep(0.005)


def _run(*words: str) -> str:
    try:
        done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
    except FileNotFoundError as error:
        raise NotPermitted(f"there is no {error.filename}") from error
    except subprocess.CalledProcessError as error:
        raise NotPermitted(error.stderr.strip()) from error
    return done.stdout
