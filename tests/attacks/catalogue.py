"""All attacks we know, family by family. One more is one more line in its family's table."""

from __future__ import annotations

from tests.attacks import (
    address_column,
    attachment_content,
    blind_batch,
    configuration,
    direct_sql,
    direct_sql_rows,
    direct_sql_sent,
    file_name,
    forged_snapshot,
    halt_and_alert,
    html_alternative,
    http_form,
    http_request,
    letter_text,
    library_misuse,
    merge_value,
    service_call,
    service_state,
    source_code,
    spreadsheet_cell,
    template_injection,
)
from tests.attacks.arena import Attack

CATALOGUE: tuple[Attack, ...] = (
    *spreadsheet_cell.ATTACKS,
    *letter_text.ATTACKS,
    *merge_value.ATTACKS,
    *file_name.ATTACKS,
    *attachment_content.ATTACKS,
    *http_form.ATTACKS,
    *http_request.ATTACKS,
    *template_injection.ATTACKS,
    *service_call.ATTACKS,
    *service_state.ATTACKS,
    *direct_sql.ATTACKS,
    *direct_sql_rows.ATTACKS,
    *direct_sql_sent.ATTACKS,
    *address_column.ATTACKS,
    *forged_snapshot.ATTACKS,
    *configuration.ATTACKS,
    *library_misuse.ATTACKS,
    *source_code.ATTACKS,
    *blind_batch.ATTACKS,
    *html_alternative.ATTACKS,
    *halt_and_alert.ATTACKS,
)
