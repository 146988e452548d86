"""Bodies that are hard to read: what is wrong is named, and what is legal is taken."""

import json

import pytest

from tests.desk import Desk

HALF = "\\ud83d"


@pytest.mark.parametrize(
    ("path", "body", "field", "problem"),
    [
        ("status", "", "body", "is empty"),
        ("status", " \n", "body", "is empty"),
        ("status", "{", "body", "is not JSON"),
        ("status", "[" * 200_000, "body", "is nested too deeply"),
        ("get-token", f'{{"id":1,"EXPIRESAT":"{HALF}"}}', "expiresAt", "U+D83D"),
        ("get-token", f'{{"id":1,"note":"{HALF}"}}', "note", "U+D83D"),
        ("get-token", f'{{"id":1,"{HALF}":1}}', "body", "U+D83D"),
        (
            "synchronize",
            f'[{{"organizationId":1,"name":"a"}},{{"organizationId":1,"Name":"x{HALF}y"}}]',
            "[1].name",
            "U+D83D",
        ),
        ("synchronize", f'["{HALF}"]', "[0]", "U+D83D"),
    ],
)
async def test_a_body_that_cannot_be_read_names_what_is_wrong(
    desk: Desk, path: str, body: str, field: str, problem: str
) -> None:
    reply = await desk.acme.api.call(
        "POST",
        f"/api/operator/{path}",
        content=body.encode(),
        headers={"Content-Type": "application/json"},
    )

    assert (reply.status, list(reply.json["errors"])) == (400, [field])
    assert problem in reply.json["errors"][field][0]
    assert reply.json["detail"].startswith(f"{field}: ")


async def test_a_byte_order_mark_before_json_is_no_part_of_it(desk: Desk) -> None:
    mark = b"\xef\xbb\xbf"
    json_type = {"Content-Type": "application/json"}
    listed = f'[{{"organizationId":{desk.alice.organization_id},"name":"Alice"}}]'.encode()
    synchronized = await desk.acme.api.call(
        "POST", "/api/operator/synchronize", content=mark + listed, headers=json_type
    )
    validated = await desk.acme.api.call(
        "POST",
        "/api/operator/validate-token",
        content=mark + f'"{desk.alice.token}"'.encode(),
        headers=json_type,
    )
    plain = await desk.acme.api.call(
        "POST",
        "/api/operator/validate-token",
        content=mark + desk.alice.token.encode(),
        headers={"Content-Type": "text/plain"},
    )

    assert synchronized.json[0]["id"] == desk.alice.id
    assert (validated.json["isValid"], plain.json["isValid"]) == (True, True)


async def test_synchronize_takes_every_legal_list_however_it_is_written(desk: Desk) -> None:
    """12 bytes for each character, when both halves of it are escaped: 24 MB."""
    kyiv = desk.alice.organization_id
    names = (f"{n:05}" + "😀" * 195 for n in range(10_000))
    body = json.dumps([{"organizationId": kyiv, "name": name} for name in names]).encode()
    assert len(body) > 23_000_000

    reply = await desk.acme.api.call(
        "POST",
        "/api/operator/synchronize",
        content=body,
        headers={"Content-Type": "application/json"},
        timeout=60,
    )

    assert (reply.status, len(reply.json or [])) == (200, 10_000)


async def test_other_bodies_have_at_most_4_mb(desk: Desk) -> None:
    padding = " " * (4 * 1024 * 1024)

    reply = await desk.acme.api.call(
        "POST",
        "/api/operator/status",
        content=(f'{{"id":{desk.alice.id},"status":0}}' + padding).encode(),
        headers={"Content-Type": "application/json"},
    )

    assert (reply.status, reply.json["status"]) == (413, 413)
