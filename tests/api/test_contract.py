"""The description and the answers agree: whatever is asked, allowed or not (schemathesis)."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from eventmail.api.document import described
from eventmail.api.operations import OPERATIONS, PREFIX
from tests.api.conftest import Asked

HELD = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
EXAMPLES = 5  # of each operation, as many allowed as not


@pytest.fixture(scope="module")
def description(asked: Asked) -> BaseSchema:
    return schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", asked.app)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_that_is_described(
    description: BaseSchema, asked: Asked, name: str, mode: GenerationMode
) -> None:
    each = OPERATIONS[name]
    operation = description[PREFIX + each.path][each.method]
    own = {"event_id": asked.event_id, "mailing_id": asked.mailing_id, "import_id": 1}
    headers = {"Authorization": f"Bearer {asked.whole.secret}"}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def hold(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE:  # else most answers would be that there is no such id
            case.path_parameters = {name: own[name] for name in case.path_parameters or {}}
        case.call_and_validate(headers=headers, checks=HELD)

    hold()


def test_each_operation_is_described_and_nothing_else() -> None:
    found = {
        each["operationId"] for path in described()["paths"].values() for each in path.values()
    }
    assert found == set(OPERATIONS)
