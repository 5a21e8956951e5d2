"""Where processes run: each in a network namespace of its own, as on machines of their own.

A switch joins them to this machine, whose address on it is the one that PostgreSQL and the relay
listen at. Where namespaces are not permitted all of it is on loopback, and the tables say so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.delivery.wire import HERE
from tests.machines.namespaces import NotPermitted, Switch


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
        except NotPermitted as error:
            stack.close()
            yield _together(count, f"no namespaces here: {error}")


def _together(count: int, why: str) -> Ground:
    return Ground(HERE, (Place(HERE),) * count, f"all on loopback ({why})")


def _apart(stack: contextlib.ExitStack, count: int, network: str) -> Ground:
    switch = stack.enter_context(Switch(network))
    found = [switch.add(f"m{number}") for number in range(1, count + 1)]
    places = tuple(Place(each.address, each.prefix) for each in found)
    return Ground(switch.here, places, "each process in a network namespace of its own")
