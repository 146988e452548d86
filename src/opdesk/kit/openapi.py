"""The API's description: what the framework knows of the routes, completed with what we know.

Every operation gets an example of its body, the two ways to authorise, and the errors that it
can answer. Swagger UI shows it at /index.html, from our own origin.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from litestar import Litestar

_NO_BYTES = {"application/json": {"schema": {"type": "string"}}}
COMPANY, OPERATOR = "company", "operator"
_PROBLEM = "application/problem+json"
_NULL = {"type": "null"}
_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The token that /api/company/get-token or /api/operator/get-token answers.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Authorization-Key",
        "description": "An API key from the dashboard's Profile, or a company token.",
    },
}
_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "examples": [
        {
            "type": "about:blank",
            "title": "The request is not valid",
            "status": 400,
            "detail": "expiresAt: must be in the future",
            "errors": {"expiresAt": ["must be in the future"]},
        }
    ],
}
_ERRORS = {
    "400": "Malformed or invalid; `errors` names the field",
    "401": "No credentials, or none that count",
    "403": "Credentials of the wrong kind",
    "404": "Not there, or not yours",
    "409": "The state of things forbids it",
    "413": "The body is too large",
    "415": "The content type is not supported",
    "429": "Too many attempts; `Retry-After` says how long to wait",
}


def describe(
    app: Litestar, shapes: Iterable[type[Any]], by_hand: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """The OpenAPI document. `shapes` bring examples; `by_hand` is what the framework can't know.

    That is by operation ("post /api/media"): parameters, the request's body, responses.
    """
    document = app.openapi_schema.to_schema()
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    examples = {shape.__name__: getattr(shape, "example", None) for shape in shapes}
    for name, schema in schemas.items():
        if examples.get(name) is not None:
            schema["examples"] = [examples[name]]
    schemas["Problem"] = _PROBLEM_SCHEMA
    components["securitySchemes"] = _SCHEMES
    # The framework keeps a handler's several paths in a set, whose order changes with each start.
    document["paths"] = dict(sorted(document["paths"].items()))
    public = _public_paths(app)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            is_public = (method, path) in public
            operation["security"] = [] if is_public else [{"bearer": []}, {"key": []}]
            _complete(operation, by_hand.get(f"{method} {path}", {}))
            _tell_empty_answer(operation)
            _tell_optional_body(operation)
            _put_example(operation, examples)
            _add_errors(operation, is_public=is_public)
    return document


def _public_paths(app: Litestar) -> set[tuple[str, str]]:
    found = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.opt.get("callers") == "anyone":
                methods = [str(method).lower() for method in handler.http_methods]
                found |= {(method, route.path_format) for method in methods}
    return found


def _complete(operation: dict[str, Any], more: Mapping[str, Any]) -> None:
    operation.setdefault("parameters", []).extend(more.get("parameters", ()))
    operation["responses"] |= more.get("responses", {})
    if "requestBody" in more:
        operation["requestBody"] = more["requestBody"]
    if not operation["parameters"]:
        del operation["parameters"]


def _tell_empty_answer(operation: dict[str, Any]) -> None:
    """A handler that answers bytes answers none: `kit/endpoint.py` `empty`."""
    answer = operation["responses"].get("200", {})
    if answer.get("content", _NO_BYTES) == _NO_BYTES:
        answer.pop("content", None)
        answer["description"] = "Done; the answer has no body"


def _tell_optional_body(operation: dict[str, Any]) -> None:
    """A handler takes a body that may be left out as `Shape | None`."""
    body = operation.get("requestBody", {})
    for media in body.get("content", {}).values():
        kinds = media.get("schema", {}).get("oneOf", [])
        if _NULL in kinds:
            [media["schema"]] = [kind for kind in kinds if kind != _NULL]
            body["required"] = False


def _put_example(operation: dict[str, Any], examples: Mapping[str, Any]) -> None:
    """Swagger UI fills its form from the body's own example, lists included."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schema = media.get("schema", {})
        name = _named(schema) or _named(schema.get("items", {}))
        if name and examples.get(name) is not None:
            is_list = schema.get("type") == "array"
            media["example"] = [examples[name]] if is_list else examples[name]


def _named(schema: Mapping[str, Any]) -> str | None:
    reference = schema.get("$ref")
    return str(reference).rsplit("/", 1)[-1] if reference else None


def _add_errors(operation: dict[str, Any], *, is_public: bool) -> None:
    responses = operation["responses"]
    problem = {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    skipped = {"401", "403"} if is_public else {"429"}
    for status, description in _ERRORS.items():
        # A route that has more to say of an error has described it itself, as a problem.
        is_described = _PROBLEM in responses.get(status, {}).get("content", {})
        if status not in skipped and not is_described:
            responses[status] = {"description": description, "content": problem}
    if is_public:
        responses["401"] = {"description": _ERRORS["401"], "content": problem}
