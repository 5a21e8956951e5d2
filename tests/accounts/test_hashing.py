"""What the suite makes quick for itself is slow for everybody else."""

from __future__ import annotations

import importlib.util

from argon2 import Type

from eventmail import passwords

SOURCE = passwords.__file__


def test_passwords_cost_what_an_attacker_should_pay() -> None:
    """At least what OWASP asks of argon2id: 19 MiB and two passes."""
    spec = importlib.util.spec_from_file_location("as_installed", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.HASHER
    assert found.type is Type.ID
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
