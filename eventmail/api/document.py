"""The API's description (OpenAPI 3.1), made of the same table and types that parse and answer."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from eventmail.api import shapes
from eventmail.api.models import SCOPE_NAMES
from eventmail.api.operations import KEY, MULTIPART, OPERATIONS, PREFIX, Operation
from eventmail.language import said, told
from eventmail.web.problems import KIND
from eventmail.webhooks import kinds as webhooks

VERSION = "1.0.0"
TITLE = said("イベントメール API")
ABOUT = said(
    "イベント・名簿・メール案件・送信結果を読み、名簿のファイルを渡し、メール案件の下書きを作ります。"
    "提出・確認・決裁・送信はAPIからはできません。"
)
PROBLEM = said("うまくいかなかった理由と、することを返します。")
DONE = said("できたこと")
REPEATED = said("同じキーの要求は24時間のあいだ一度だけ行い、二度目からは同じものを返します。")
TAKEN = said("受け取りました")
NO_MORE = said("もう要りません（このWebhookは止まります）")
SECRET = said("所の管理者が「APIトークン」の画面で作ったもの")
REF = "#/components/schemas/{name}"
Described = dict[str, Any]


def described() -> Described:
    """The whole document, in the language that is spoken."""
    paths: dict[str, Described] = {}
    for name, each in OPERATIONS.items():
        paths.setdefault(PREFIX + each.path, {})[each.method.lower()] = _operation(name, each)
    token = {"type": "http", "scheme": "bearer", "description": told(SECRET)}
    return {
        "openapi": "3.1.0",
        "info": {"title": told(TITLE), "version": VERSION, "description": told(ABOUT)},
        "paths": paths,
        "webhooks": {name: {"post": _call(name, each)} for name, each in webhooks.ALL.items()},
        "components": {"schemas": _schemas(), "securitySchemes": {"token": token}},
        "security": [{"token": []}],
    }


def _operation(name: str, each: Operation) -> Described:
    scope = told(SCOPE_NAMES[each.scope])
    found: Described = {
        "operationId": name,
        "summary": told(each.summary),
        "description": f"scope: {each.scope.value} - {scope}",
        "parameters": [*_in_path(each), *_in_query(each.query), *_in_header(each)],
        "responses": {str(each.status): _done(each)}
        | {str(status): _problem() for status in each.problems},
    }
    if each.takes:
        schema = _FILE if each.takes == MULTIPART else _ref(each.body)
        found["requestBody"] = {"required": True, "content": {each.takes: {"schema": schema}}}
    return found


def _call(name: str, each: webhooks.Kind) -> Described:
    """One kind of call that the service makes itself."""
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": _ref(each.data),
        },
    }
    text: Described = {"type": "string"}
    return {
        "operationId": name,
        "summary": told(each.title),
        "security": [],
        "parameters": [
            {"name": header, "in": "header", "required": True, "schema": text}
            for header in ("webhook-id", "webhook-timestamp", "webhook-signature")
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"2XX": {"description": told(TAKEN)}, "410": {"description": told(NO_MORE)}},
    }


_FILE: Described = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}},
    "required": ["file"],
    "additionalProperties": False,
}


def _in_path(each: Operation) -> list[Described]:
    schema = {"type": "integer", "minimum": 1, "maximum": shapes.LARGEST_ID}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in re.findall(r"{(\w+)}", each.path)
    ]


def _in_query(kind: type[Struct]) -> list[Described]:
    found = []
    for each in msgspec.structs.fields(kind):
        (schema,), _ = msgspec.json.schema_components([each.type], ref_template=REF)
        if each.default is not UNSET:
            schema = schema | {"default": each.default}
        found.append({"name": each.encode_name, "in": "query", "schema": schema})
    return found


def _in_header(each: Operation) -> list[Described]:
    if not each.takes:
        return []
    schema = {"type": "string", "pattern": "^[!-~]{1,100}$"}
    return [{"name": KEY, "in": "header", "schema": schema, "description": told(REPEATED)}]


def _done(each: Operation) -> Described:
    content = {"application/json": {"schema": _ref(each.answers)}}
    return {"description": told(DONE), "content": content}


def _problem() -> Described:
    return {"description": told(PROBLEM), "content": {KIND: {"schema": _ref(shapes.Problem)}}}


def _ref(kind: type[Struct] | None) -> Described:
    return {"$ref": REF.format(name=kind.__name__ if kind else "")}


@lru_cache(maxsize=1)
def _schemas() -> Described:
    """Every type that is answered or taken, and those inside them."""
    types = {each.answers for each in OPERATIONS.values()}
    types |= {each.body for each in OPERATIONS.values() if each.body}
    types |= {each.data for each in webhooks.ALL.values()}
    types |= {shapes.Problem, *(each.query for each in OPERATIONS.values())}
    ordered = sorted(types, key=lambda kind: kind.__name__)
    _, found = msgspec.json.schema_components(ordered, ref_template=REF)
    queries = {each.query.__name__ for each in OPERATIONS.values()}
    return {name: schema for name, schema in found.items() if name not in queries}
