"""The API's description: complete, with an example on every call and both ways to authorise."""

from typing import Any

import pytest

from opdesk.main import QUERY_NAMES
from tests.desk import Desk


@pytest.fixture
async def document(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.anyone.get("/openapi.json")).json
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


async def test_every_call_is_told_with_its_errors_and_credentials(
    document: dict[str, Any],
) -> None:
    found = operations(document)

    assert len(found) > 35
    for name, operation in found:
        assert operation.get("description") or operation.get("summary"), name
        assert "400" in operation["responses"], name
        assert operation["security"] in ([], [{"bearer": []}, {"key": []}]), name


async def test_every_call_has_an_example_of_its_body_and_of_its_answer(
    document: dict[str, Any],
) -> None:
    missing = []
    for name, operation in operations(document):
        good = [answer for code, answer in operation["responses"].items() if code < "400"]
        assert good, name
        bodies = [operation.get("requestBody", {}), *good]
        for kind, media in [item for body in bodies for item in body.get("content", {}).items()]:
            if "example" not in media and not named_example(document, media["schema"]):
                missing.append((name, kind))
        for answer in good:
            assert "content" in answer or "no body" in answer["description"], name
        if name.split(" ")[0] == "put":
            assert "requestBody" in operation, name

    assert missing == []


def named_example(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The example of the shape that a schema, or each element of its list, refers to."""
    reference = schema.get("$ref") or schema.get("items", {}).get("$ref") or ""
    shape = document["components"]["schemas"].get(reference.rsplit("/", 1)[-1], {})
    return shape.get("examples")


async def test_what_handlers_read_by_themselves_is_told(document: dict[str, Any]) -> None:
    def parameter(path: str, method: str, name: str) -> Any:
        given = document["paths"][path][method]["parameters"]
        [found] = [one for one in given if one["name"] == name]
        return found["in"], found["required"]

    token = document["paths"]["/api/operator/get-token"]["post"]["responses"]["200"]["content"]

    assert parameter("/api/chat/chats", "get", "date") == ("query", False)
    message = "/api/chat/{chat_id}/message"
    assert parameter(message, "post", "Idempotency-Key") == ("header", False)
    assert {kind: type(media["example"]) for kind, media in token.items()} == {
        "application/json": str,
        "text/plain": str,
    }


async def test_a_body_that_may_be_left_out_says_so(document: dict[str, Any]) -> None:
    bodies = {
        path: methods["post"]["requestBody"]["required"]
        for path, methods in document["paths"].items()
        if path in ("/api/chat/{chat_id}/typing", "/api/chat/{chat_id}/message")
    }

    assert bodies == {"/api/chat/{chat_id}/typing": False, "/api/chat/{chat_id}/message": True}


async def test_every_answer_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    assert [name for name, schema in schemas.items() if not schema.get("examples")] == []


async def test_every_query_name_is_known_to_the_layer_that_folds_case(
    document: dict[str, Any],
) -> None:
    names = {
        parameter["name"]
        for _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }

    assert names - set(QUERY_NAMES) == set()


async def test_swagger_is_served_from_our_own_origin(desk: Desk) -> None:
    page = await desk.anyone.get("/index.html")

    assert page.status == 200
    assert "http" not in page.text.replace("http-equiv", "")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert (await desk.anyone.get(f"/swagger/{asset}")).status == 200
