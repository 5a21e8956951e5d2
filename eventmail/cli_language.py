"""The commands explain themselves in Japanese, or in English to a terminal that speaks it.

What they do for an office stays in Japanese: names, deadlines and decisions of its own people. The
helps, the errors that the pages know as well, and the examination are told in both.
"""

from __future__ import annotations

import copy
import inspect
import os
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NoReturn

import click
from dotenv import dotenv_values

from eventmail.cli_by_need import ByNeed
from eventmail.language import ENGLISH, JAPANESE, english_of, retold, said, told
from eventmail.language.choice import speak

VARIABLE = "EVENTMAIL_LANGUAGE"
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
ERROR = said("エラー：{message_said}")


def language_of(environment: Mapping[str, str]) -> str:
    """The language that was asked for, or else that of the terminal (POSIX's order)."""
    wanted = environment.get(VARIABLE, "").strip().lower()
    if wanted:
        return ENGLISH if wanted == ENGLISH else JAPANESE
    locale = next((environment[name] for name in LOCALES if environment.get(name)), "")
    return ENGLISH if locale.lower().startswith(ENGLISH) else JAPANESE


def chosen(group: click.Command) -> click.Command:
    """The commands in the language of this environment, which is spoken from now on."""
    in_file = {name: value or "" for name, value in dotenv_values(Path(".env")).items()}
    language = language_of({**in_file, **os.environ})
    speak(language)
    return in_english(group) if language == ENGLISH else group


def refuse(message: str) -> NoReturn:
    """Say what was wrong, and end with 2."""
    click.echo(told(ERROR.format(message_said=retold(message))), err=True)
    sys.exit(2)


def in_english(command: click.Command) -> click.Command:
    """A copy of a command, and of all below it, whose helps are English."""
    made = copy.copy(command)
    made.help = _english(made.help)
    made.params = [_parameter(each) for each in made.params]
    if isinstance(made, click.Group):
        inner = made.commands
        made.commands = ByNeed({name: partial(_inner, inner, name) for name in inner})
    return made


def _inner(commands: Mapping[str, click.Command], name: str) -> click.Command:
    return in_english(commands[name])


def _parameter(parameter: click.Parameter) -> click.Parameter:
    made = copy.copy(parameter)
    made.metavar = _english(made.metavar)
    if isinstance(made, click.Option):
        made.help = _english(made.help)
        if isinstance(made.prompt, str):
            made.prompt = _english(made.prompt)
    return made


def _english(text: str | None) -> str | None:
    return text and (english_of(inspect.cleandoc(text)) or text)


def texts(command: click.Command, where: str = "eventmail/cli.py") -> Iterator[tuple[str, str]]:
    """Every Japanese text of the helps, with the file of its command."""
    if command.callback is not None:
        where = command.callback.__module__.replace(".", "/") + ".py"
    found = [command.help]
    for each in command.params:
        found.append(each.metavar)
        if isinstance(each, click.Option):
            found += [each.help, each.prompt if isinstance(each.prompt, str) else None]
    yield from ((inspect.cleandoc(text), where) for text in found if text and not text.isascii())
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from texts(inner, where)
