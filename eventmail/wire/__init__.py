"""The wire: the only room that knows mail and SMTP (envelope, compose, gate, transport)."""

from eventmail.wire.compose import (
    Composed,
    EncodedMaterial,
    Identity,
    Material,
    Stamp,
    Wording,
    compose,
    encode_material,
    message_id_for,
    pieces_of,
    reassemble,
)
from eventmail.wire.envelope import (
    LARGEST_BATCH,
    BlindBatch,
    Envelope,
    Individual,
    recipients_of,
)
from eventmail.wire.examining import Examined, examine
from eventmail.wire.gate import Cleared, Knowledge, exposures, inspect
from eventmail.wire.lexical import Malformed
from eventmail.wire.parser import ParsedMail, parse_mail
from eventmail.wire.pieces import Pieces, sha256_of
from eventmail.wire.pressure import Pressure, pressure_of
from eventmail.wire.returning import ReturnPattern
from eventmail.wire.rules import RULES, GateRefusal
from eventmail.wire.searchable import (
    Searched,
    Unchanging,
    remember_in,
    search,
    search_ahead,
    search_material,
)
from eventmail.wire.transport import (
    Connection,
    Kind,
    NotAllowedHere,
    Outcome,
    Relay,
    RelayUnavailable,
    Reply,
    Result,
    Security,
    relay_from,
)
from eventmail.wire.unwritable import Unwritable

__all__ = [
    "LARGEST_BATCH",
    "RULES",
    "BlindBatch",
    "Cleared",
    "Composed",
    "Connection",
    "EncodedMaterial",
    "Envelope",
    "Examined",
    "GateRefusal",
    "Identity",
    "Individual",
    "Kind",
    "Knowledge",
    "Malformed",
    "Material",
    "NotAllowedHere",
    "Outcome",
    "ParsedMail",
    "Pieces",
    "Pressure",
    "Relay",
    "RelayUnavailable",
    "Reply",
    "Result",
    "ReturnPattern",
    "Searched",
    "Security",
    "Stamp",
    "Unchanging",
    "Unwritable",
    "Wording",
    "compose",
    "encode_material",
    "examine",
    "exposures",
    "inspect",
    "message_id_for",
    "parse_mail",
    "pieces_of",
    "pressure_of",
    "reassemble",
    "recipients_of",
    "relay_from",
    "remember_in",
    "search",
    "search_ahead",
    "search_material",
    "sha256_of",
]
