"""Where processes run: each in a network namespace of its own, as on machines of their own.

A bridge joins them to this machine, whose address on it is the one that PostgreSQL and the relay
listen at. Where namespaces are not permitted all of it is on loopback, and the tables say so.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.delivery.wire import HERE

NAME = "emscale"  # of the bridge; a namespace and its cable have a number behind it


@dataclass(frozen=True)
class Place:
    """Where one process runs: its own address, and what to put before its command."""

    address: str
    prefix: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """``here`` is the address that all places reach; ``words`` tells of it in a table."""

    here: str
    places: tuple[Place, ...]
    words: str


@contextlib.contextmanager
def ground(count: int, network: str) -> Iterator[Ground]:
    """So many places in a network such as ``10.231.77``; on loopback without one."""
    with contextlib.ExitStack() as stack:
        try:
            yield _apart(stack, count, network) if network else _together(count, "as asked")
        except _NotPermitted as error:
            stack.close()
            yield _together(count, f"no namespaces here: {error}")


class _NotPermitted(Exception):
    """The system does not let us."""


def _together(count: int, why: str) -> Ground:
    return Ground(HERE, (Place(HERE),) * count, f"all on loopback ({why})")


def _apart(stack: contextlib.ExitStack, count: int, network: str) -> Ground:
    if os.geteuid() != 0:
        raise _NotPermitted("not root")
    _ip("link", "add", NAME, "type", "bridge")
    stack.callback(_ip, "link", "del", NAME)
    _ip("addr", "add", f"{network}.1/24", "dev", NAME)
    _ip("link", "set", NAME, "up")
    places = tuple(_place(stack, number, network) for number in range(1, count + 1))
    return Ground(f"{network}.1", places, "each process in a network namespace of its own")


def _place(stack: contextlib.ExitStack, number: int, network: str) -> Place:
    name, address = f"{NAME}{number}", f"{network}.{number + 1}"
    _ip("netns", "add", name)
    stack.callback(_ip, "netns", "del", name)  # its cable goes with it
    _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("link", "set", name, "master", NAME, "up")
    _ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
    _ip("-n", name, "link", "set", "eth0", "up")
    _ip("-n", name, "link", "set", "lo", "up")
    return Place(address, ("ip", "netns", "exec", name))


def _ip(*words: str) -> None:
    try:
        subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise _NotPermitted("there is no ip") from error
    except subprocess.CalledProcessError as error:
        raise _NotPermitted(error.stderr.strip()) from error
