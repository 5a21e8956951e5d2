from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.wire import BlindBatch, Individual, recipients_of
from tests.wire.samples import AOZORA, KURE, MIDORI


def many(count: int) -> tuple[EmailAddress, ...]:
    return tuple(EmailAddress.parse(f"jinji{n}@kaisha.example") for n in range(count))


def test_an_individual_mail_goes_to_its_one_recipient() -> None:
    assert recipients_of(Individual(AOZORA)) == (AOZORA,)


def test_a_batch_keeps_the_order_of_its_recipients() -> None:
    assert recipients_of(BlindBatch((MIDORI, AOZORA))) == (MIDORI, AOZORA)


@pytest.mark.parametrize("to", ["a@b.example", (AOZORA,), [AOZORA, MIDORI], None])
def test_an_individual_mail_takes_nothing_but_one_address(to: Any) -> None:
    with pytest.raises(TypeError):
        Individual(to)


@pytest.mark.parametrize("recipients", [[AOZORA], ("a@b.example",), AOZORA, None])
def test_a_batch_takes_nothing_but_a_tuple_of_addresses(recipients: Any) -> None:
    with pytest.raises(TypeError):
        BlindBatch(recipients)


@pytest.mark.parametrize("recipients", [(), many(101), (AOZORA, MIDORI, AOZORA)])
def test_a_batch_has_1_to_100_distinct_recipients(recipients: tuple[EmailAddress, ...]) -> None:
    with pytest.raises(ValueError, match="batch"):
        BlindBatch(recipients)


def test_a_batch_of_one_is_a_batch() -> None:
    assert recipients_of(BlindBatch((AOZORA,))) == (AOZORA,)


def test_the_largest_batch_has_100() -> None:
    assert len(recipients_of(BlindBatch(many(100)))) == 100


def test_an_envelope_has_no_cc_bcc_or_headers() -> None:
    fields = {f.name for kind in (Individual, BlindBatch) for f in dataclasses.fields(kind)}
    assert fields == {"to", "recipients"}


def test_an_envelope_cannot_be_changed_afterwards() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Individual(AOZORA).to = KURE  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        BlindBatch((AOZORA,)).recipients = (KURE,)  # type: ignore[misc]


def test_anything_else_is_no_envelope() -> None:
    with pytest.raises(TypeError):
        recipients_of((AOZORA, MIDORI))  # type: ignore[arg-type]
