"""The API described: OpenAPI for programs, groups of operations for people."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ninja import NinjaAPI

from kernel.api.idempotency import HEADER
from kernel.api.problems import MEDIA_TYPE, Problem
from kernel.module import Text
from kernel.registry import modules, permissions

Node = Mapping[str, Any]

DEEPEST = 6
_SCHEMAS = "#/components/schemas/"
_IDEMPOTENCY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Repeat a request under the same key and it is answered again, not done again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_EXAMPLES: Mapping[str, Any] = {
    "uuid": "01931c5e-7b3a-7c7e-9d55-2f6f0f2c9a10",
    "date-time": "2026-11-02T09:30:00Z",
    "date": "2026-11-02",
    "email": "person@example.com",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "string": "text",
    "null": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something that an operation is told in its address, query or headers."""

    name: str
    place: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCard:
    """One operation as the page shows it."""

    id: str
    method: str
    tone: str
    path: str
    summary: str
    description: str
    permission: str
    permission_title: Text
    parameters: tuple[Parameter, ...]
    body: str
    """Example of the request's JSON; empty without one."""
    status: str
    answer: str
    """Example of the answer's JSON; empty without one."""
    curl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The operations of one module."""

    key: str
    title: Text
    summary: Text
    operations: tuple[OperationCard, ...]


def schema_for(api: NinjaAPI, active: Collection[str]) -> dict[str, Any]:
    """The OpenAPI description with the operations of the ``active`` modules only."""
    schema: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    keys = {m.key for m in modules().values() if m.always_on or m.key in active}
    schema["paths"] = {
        path: item for path, item in schema["paths"].items() if _module_of(path) in keys
    }
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _problem_schema(schemas)
    for _, method, operation in _operations(schema):
        operation["responses"]["default"] = {
            "description": "Why it was not done",
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
        }
        if method != "get":
            operation.setdefault("parameters", []).append(dict(_IDEMPOTENCY))
    return schema


def groups(schema: Node, *, host: str) -> tuple[Group, ...]:
    """The described operations, module by module; ``host`` is scheme and host for examples."""
    cards: dict[str, list[OperationCard]] = {}
    for path, method, operation in _operations(schema):
        card = _card(schema, path, method, operation, host)
        cards.setdefault(_module_of(path), []).append(card)
    return tuple(
        Group(
            key=key,
            title=modules()[key].title,
            summary=modules()[key].summary,
            operations=tuple(operations),
        )
        for key, operations in cards.items()
    )


def example(schema: Node, node: Node, depth: int = 0) -> Any:
    """A value that ``node`` of the OpenAPI ``schema`` would accept."""
    node = _resolved(schema, node)
    for key in ("example", "default", "const"):
        if node.get(key) is not None:
            return node[key]
    if node.get("examples") or node.get("enum"):
        return (node.get("examples") or node["enum"])[0]
    for key in ("anyOf", "oneOf", "allOf"):
        if node.get(key):
            return example(schema, node[key][0], depth + 1)
    return _typed_example(schema, node, depth)


def _typed_example(schema: Node, node: Node, depth: int) -> Any:
    if depth > DEEPEST:
        return None
    kind = node.get("type", "object" if "properties" in node else "string")
    if kind == "object":
        properties = node.get("properties", {})
        return {name: example(schema, child, depth + 1) for name, child in properties.items()}
    if kind == "array":
        return [example(schema, node.get("items", {}), depth + 1)]
    return _EXAMPLES.get(str(node.get("format")), _EXAMPLES.get(kind, "text"))


def _card(schema: Node, path: str, method: str, operation: Node, host: str) -> OperationCard:
    permission = str(operation.get("x-permission", ""))
    declared = permissions().get(permission)
    body = _body(schema, operation.get("requestBody", {}))
    status, answer = _answer(schema, operation["responses"])
    return OperationCard(
        id=operation["operationId"],
        method=method.upper(),
        tone={"get": "info", "delete": "bad"}.get(method, "ok"),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", "").replace("`", ""),
        permission=permission if declared else "",
        permission_title=declared.title if declared else "",
        parameters=tuple(_parameter(p) for p in operation.get("parameters", ())),
        body=body,
        status=status,
        answer=answer,
        curl=_curl(method, f"{host}{path}", body),
    )


def _parameter(node: Node) -> Parameter:
    kind = node.get("schema", {})
    return Parameter(
        name=node["name"],
        place=node["in"],
        kind=str(kind.get("format") or kind.get("type") or "text"),
        is_required=bool(node.get("required")),
        description=str(node.get("description") or kind.get("description") or "").replace("`", ""),
    )


def _body(schema: Node, node: Node) -> str:
    content = node.get("content", {}).get("application/json")
    return _pretty(example(schema, content["schema"])) if content else ""


def _answer(schema: Node, responses: Node) -> tuple[str, str]:
    status = next((code for code in responses if code.startswith("2")), "")
    content = responses.get(status, {}).get("content", {}).get("application/json", {})
    node = content.get("schema")
    return status, _pretty(example(schema, node)) if node else ""


def _curl(method: str, url: str, body: str) -> str:
    lines = [f"curl -X {method.upper()} '{url}'", "-H 'Authorization: Bearer YOUR_KEY'"]
    if method != "get":
        lines.append(f"-H '{HEADER}: A_NEW_UUID'")
    if body:
        packed = json.dumps(json.loads(body), ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", f"-d '{packed}'"]
    return " \\\n  ".join(lines)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _operations(schema: Node) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield path, method, operation


def _resolved(schema: Node, node: Node) -> Node:
    name = str(node.get("$ref", ""))
    if not name.startswith(_SCHEMAS):
        return node
    found: Node = schema["components"]["schemas"][name.removeprefix(_SCHEMAS)]
    return found


def _module_of(path: str) -> str:
    return path.strip("/").split("/")[2]


def _problem_schema(schemas: dict[str, Any]) -> dict[str, Any]:
    described = Problem.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}")
    schemas.update(described.pop("$defs", {}))
    return described
