"""Commands that are made when somebody asks for them: each imports much that no other needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping

import click

Maker = Callable[[], click.Command]


class ByNeed(MutableMapping[str, click.Command]):
    """The commands of a group by their names; what makes one is called at most once."""

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._makers[name] = lambda: command

    def __delitem__(self, name: str) -> None:
        del self._makers[name]
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        return name in self._makers  # Mapping's own would make it
