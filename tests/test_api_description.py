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


async def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    missing = [
        name
        for name, operation in operations(document)
        for kind, media in operation.get("requestBody", {}).get("content", {}).items()
        if "example" not in media and kind != "application/octet-stream"
    ]

    assert missing == []


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
