"""The network of an installation: namespaces where they are permitted, else loopback."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.machines.cables import Cable, Loopback, free_addresses
from tests.machines.namespaces import NotPermitted, Switch, free_network
from tests.recorder import allow_place

PROXY = "proxy"  # the tests' own machine: what stands between people and the web servers


class Machine(Protocol):
    """What both kinds of machines are."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def prefix(self) -> tuple[str, ...]: ...
    def cut(self) -> None: ...
    def join(self) -> None: ...


class Network(Protocol):
    """Its machines by name; ``words`` say of what kind they are."""

    words: str
    machines: dict[str, Machine]

    def port(self, wanted: int, on: str) -> int:
        """Where a server listens: the usual port wherever that is certain to be free."""

    def reach(self, whom: str, port: int, *, of: str) -> tuple[str, int]:
        """Where one machine (``of``) has to connect to, to reach a port of another."""


@dataclass
class Apart:
    """Each machine in a namespace; everybody reaches everybody at his own address."""

    machines: dict[str, Machine]
    words: str = "each machine in a network namespace of its own"

    def port(self, wanted: int, on: str) -> int:
        """Nobody else listens there."""
        return wanted

    def reach(self, whom: str, port: int, *, of: str) -> tuple[str, int]:
        """The machine itself."""
        place = self.machines[whom].address, port
        if of == PROXY:
            allow_place(*place)
        return place


@dataclass
class Together:
    """All on loopback, joined by cables."""

    machines: dict[str, Machine]
    words: str
    _cables: dict[tuple[str, str, int], Cable] = field(default_factory=dict)

    def port(self, wanted: int, on: str) -> int:
        """Any that is free: somebody may listen at all addresses of this machine."""
        with socket.create_server((self.machines[on].address, 0)) as free:
            return int(free.getsockname()[1])

    def reach(self, whom: str, port: int, *, of: str) -> tuple[str, int]:
        """The near end of the cable between the two."""
        key = of, whom, port
        if key not in self._cables:
            near, far = self.machines[of], self.machines[whom]
            self._cables[key] = Cable(near.address, (far.address, port))
            for each in (near, far):
                assert isinstance(each, Loopback)
                each.cables.append(self._cables[key])
        return self._cables[key].host, self._cables[key].port


@contextlib.contextmanager
def network(names: Sequence[str], *, apart: bool = True) -> Iterator[Network]:
    """So many machines beside the proxy's; ``apart`` is not to be had everywhere."""
    with contextlib.ExitStack() as stack:
        try:
            found = _apart(stack, names) if apart else _together(stack, names, "as asked")
        except NotPermitted as error:
            stack.close()
            found = _together(stack, names, f"no namespaces here: {error}")
        yield found


def _apart(stack: contextlib.ExitStack, names: Sequence[str]) -> Network:
    switch = stack.enter_context(Switch(free_network()))
    made: dict[str, Machine] = {each: switch.add(each) for each in names}
    return Apart({PROXY: Loopback(PROXY, switch.here)} | made)


def _together(stack: contextlib.ExitStack, names: Sequence[str], why: str) -> Network:
    places = free_addresses()
    made: dict[str, Machine] = {
        each: Loopback(each, f"{places}.{number}")
        for number, each in enumerate((PROXY, *names), start=1)
    }
    for each in made.values():
        stack.callback(each.cut)
    return Together(made, f"all machines on loopback ({why})")
