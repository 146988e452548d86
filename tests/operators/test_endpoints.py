"""The contract's section Operators, over HTTP."""

import asyncio
import json
from typing import Any

import pytest

from tests.desk import Desk


async def test_synchronize_keeps_known_operators_and_adds_new_ones(desk: Desk) -> None:
    kyiv = desk.acme.organizations[0]

    reply = await desk.acme.api.post(
        "/api/operator/synchronize",
        [
            {"organizationId": kyiv, "name": " Alice "},
            {"organizationId": kyiv, "name": "Dora"},
            {"organizationId": kyiv, "name": "Dora"},
        ],
    )

    assert reply.status == 200
    first, dora, again = reply.json
    assert first == {"id": desk.alice.id, "status": 0, "name": "Alice"}
    assert dora == again
    assert set(dora) == {"id", "status", "name"}


async def test_synchronize_saves_nothing_when_one_element_is_bad(desk: Desk) -> None:
    kyiv = desk.acme.organizations[0]
    elements = [{"organizationId": kyiv, "name": "New"}, {"organizationId": kyiv, "name": "  "}]

    reply = await desk.acme.api.post("/api/operator/synchronize", elements)

    assert reply.status == 400
    assert list(reply.json["errors"]) == ["[1].name"]
    listed = await desk.acme.api.get(f"/api/operator?organizationId={kyiv}")
    assert [one["name"] for one in listed.json] == ["Alice", "Bob"]


async def test_synchronize_into_another_companys_organization_is_404(desk: Desk) -> None:
    kyiv, stranger = desk.acme.organizations[0], desk.rival.organizations[0]
    elements = [
        {"organizationId": kyiv, "name": "New"},
        {"organizationId": stranger, "name": "Spy"},
    ]

    reply = await desk.acme.api.post("/api/operator/synchronize", elements)

    assert (reply.status, list(reply.json["errors"])) == (404, ["[1].organizationId"])
    assert len((await desk.acme.api.get(f"/api/operator?organizationId={kyiv}")).json) == 2


async def test_two_synchronizes_at_once_make_each_operator_once(desk: Desk) -> None:
    kyiv = desk.acme.organizations[0]
    elements = [{"organizationId": kyiv, "name": f"Operator {n}"} for n in range(50)]

    replies = await asyncio.gather(
        *(desk.acme.api.post("/api/operator/synchronize", elements) for _ in range(4))
    )

    assert [reply.status for reply in replies] == [200] * 4
    assert all(reply.json == replies[0].json for reply in replies)
    listed = await desk.acme.api.get(f"/api/operator?organizationId={kyiv}")
    assert len(listed.json) == 52


async def test_a_deleted_operator_comes_back_with_the_old_id(desk: Desk) -> None:
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 2})

    reply = await desk.acme.api.post(
        "/api/operator/synchronize", [{"organizationId": desk.bob.organization_id, "name": "Bob"}]
    )

    assert reply.json == [{"id": desk.bob.id, "status": 0, "name": "Bob"}]
    assert (await desk.bob.api.get("/api/operator/me")).status == 401


async def test_an_inactive_operator_keeps_the_status_in_synchronize(desk: Desk) -> None:
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 1})

    reply = await desk.acme.api.post(
        "/api/operator/synchronize", [{"organizationId": desk.bob.organization_id, "name": "Bob"}]
    )

    assert reply.json[0]["status"] == 1


@pytest.mark.parametrize("count", [0, 10_001])
async def test_synchronize_takes_1_to_10000_elements(desk: Desk, count: int) -> None:
    kyiv = desk.acme.organizations[0]

    reply = await desk.acme.api.post(
        "/api/operator/synchronize",
        [{"organizationId": kyiv, "name": f"Operator {n}"} for n in range(count)],
    )

    assert reply.status == 400


async def test_synchronize_of_10000_is_complete_and_repeatable(desk: Desk) -> None:
    kyiv = desk.acme.organizations[0]
    elements = [{"organizationId": kyiv, "name": f"Operator {n}"} for n in range(10_000)]

    first = await desk.acme.api.post("/api/operator/synchronize", elements, timeout=60)
    again = await desk.acme.api.post("/api/operator/synchronize", elements, timeout=60)

    assert first.status == 200
    assert first.json == again.json
    assert len({one["id"] for one in first.json}) == 10_000


async def test_names_are_compared_in_nfc(desk: Desk) -> None:
    kyiv = desk.acme.organizations[0]
    composed, decomposed = "Їжак", "Їжак"

    reply = await desk.acme.api.post(
        "/api/operator/synchronize",
        [
            {"organizationId": kyiv, "name": composed},
            {"organizationId": kyiv, "name": decomposed},
        ],
    )

    assert reply.json[0] == reply.json[1]
    assert reply.json[0]["name"] == composed


async def test_operators_are_listed_by_id_with_their_organization(desk: Desk) -> None:
    kyiv = desk.acme.organizations[0]
    await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": 2})

    reply = await desk.acme.api.get(
        f"/api/operator?organizationId={kyiv}", headers={"Accept": "text/plain"}
    )

    assert reply.headers["content-type"] == "application/json"
    assert reply.json == [
        {
            "id": desk.alice.id,
            "name": "Alice",
            "status": 2,
            "organization": {"id": kyiv, "name": "Kyiv"},
        },
        {
            "id": desk.bob.id,
            "name": "Bob",
            "status": 0,
            "organization": {"id": kyiv, "name": "Kyiv"},
        },
    ]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?organizationId=",
        "?organizationId=x",
        "?organizationId=1.0",
        "?organizationId=-1",
        "?organizationId=9007199254740992",
    ],
)
async def test_a_bad_organization_id_is_named(desk: Desk, query: str) -> None:
    reply = await desk.acme.api.get(f"/api/operator{query}")

    assert reply.status == 400
    assert list(reply.json["errors"]) == ["organizationId"]
    assert reply.headers["content-type"] == "application/problem+json"


async def test_an_operator_lists_only_their_own_organization(desk: Desk) -> None:
    own, other = desk.alice.organization_id, desk.charlie.organization_id

    assert (await desk.alice.api.get(f"/api/operator?organizationId={own}")).status == 200
    assert (await desk.alice.api.get(f"/api/operator?organizationId={other}")).status == 404


async def test_paths_and_query_names_match_ignoring_case(desk: Desk) -> None:
    own = desk.alice.organization_id

    reply = await desk.acme.api.get(f"/API/Operator?ORGANIZATIONID={own}")

    assert reply.status == 200
    assert len(reply.json) == 2


async def test_property_names_match_ignoring_case_and_take_decimal_strings(desk: Desk) -> None:
    reply = await desk.acme.api.post(
        "/api/operator/status", {"ID": str(desk.bob.id), "Status": "1", "stranger": True}
    )

    assert (reply.status, reply.text) == (200, "")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": 1}, "status"),
        ({"id": 1, "status": 3}, "status"),
        ({"id": 1, "status": True}, "status"),
        ({"id": 1.5, "status": 0}, "id"),
        ({"id": 0, "status": 0}, "id"),
        ({"id": 2**53, "status": 0}, "id"),
        ([], "body"),
    ],
)
async def test_a_bad_status_body_is_400_and_names_the_field(
    desk: Desk, body: Any, field: str
) -> None:
    reply = await desk.acme.api.post("/api/operator/status", body)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 200_000, b'{"id":1,"status":NaN}'])
async def test_what_is_not_json_is_400(desk: Desk, body: bytes) -> None:
    reply = await desk.acme.api.call(
        "POST",
        "/api/operator/status",
        content=body,
        headers={"Content-Type": "application/json"},
    )

    assert reply.status == 400
    assert reply.json["status"] == 400


async def test_an_operators_token_is_no_company_key(desk: Desk) -> None:
    """The wrong kind of credentials is 403 on every call; a token that has ended is 401."""
    header = {"X-Authorization-Key": desk.alice.token}
    for path in ("/api/company/organization", "/api/chat/chats"):
        assert (await desk.anyone.get(path, headers=header)).status == 403
    desk.clock.move(seconds=9 * 3600)
    assert (await desk.anyone.get("/api/chat/chats", headers=header)).status == 401


async def test_another_content_type_is_415(desk: Desk) -> None:
    reply = await desk.acme.api.call(
        "POST",
        "/api/operator/status",
        content=b"id=1&status=0",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert reply.status == 415


async def test_a_token_ends_when_it_was_asked_to(desk: Desk) -> None:
    ends = desk.in_hours(2)

    reply = await desk.acme.api.post(
        "/api/operator/get-token", {"id": desk.alice.id, "expiresAt": ends}
    )
    verdict = await desk.acme.api.post("/api/operator/validate-token", reply.json)

    assert verdict.json == {
        "isValid": True,
        "operatorId": desk.alice.id,
        "clientId": desk.acme.id,
        "expiresAt": ends,
        "error": None,
    }


async def test_a_fast_clock_is_let_through_and_cut_to_24_hours(desk: Desk) -> None:
    reply = await desk.acme.api.post(
        "/api/operator/get-token", {"id": desk.alice.id, "expiresAt": desk.in_hours(24.07)}
    )
    verdict = await desk.acme.api.post("/api/operator/validate-token", reply.json)

    assert reply.status == 200
    assert verdict.json["expiresAt"] <= desk.in_hours(24)


@pytest.mark.parametrize("hours", [-0.01, 24.1])
async def test_a_token_ends_within_24_hours_from_now(desk: Desk, hours: float) -> None:
    reply = await desk.acme.api.post(
        "/api/operator/get-token", {"id": desk.alice.id, "expiresAt": desk.in_hours(hours)}
    )

    assert (reply.status, list(reply.json["errors"])) == (400, ["expiresAt"])


@pytest.mark.parametrize("ends", ["soon", "", "2026-13-01T00:00:00Z", 5, None])
async def test_expires_at_must_be_a_time(desk: Desk, ends: Any) -> None:
    reply = await desk.acme.api.post(
        "/api/operator/get-token", {"id": desk.alice.id, "expiresAt": ends}
    )

    assert (reply.status, list(reply.json["errors"])) == (400, ["expiresAt"])


async def test_expires_at_is_required(desk: Desk) -> None:
    reply = await desk.acme.api.post("/api/operator/get-token", {"id": desk.alice.id})

    assert reply.json["errors"] == {"expiresAt": ["is required"]}


async def test_an_offset_is_understood_and_none_is_utc(desk: Desk) -> None:
    in_two_hours = desk.in_hours(2).removesuffix("Z")

    for text in (in_two_hours, in_two_hours + "+00:00"):
        reply = await desk.acme.api.post(
            "/api/operator/get-token", {"id": desk.alice.id, "expiresAt": text}
        )
        verdict = await desk.acme.api.post("/api/operator/validate-token", reply.json)
        assert verdict.json["expiresAt"] == in_two_hours + "Z"


async def test_only_an_active_operator_gets_a_token(desk: Desk) -> None:
    body = {"id": desk.bob.id, "expiresAt": desk.in_hours(1)}
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 1})
    inactive = await desk.acme.api.post("/api/operator/get-token", body)
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 2})
    deleted = await desk.acme.api.post("/api/operator/get-token", body)
    unknown = await desk.acme.api.post("/api/operator/get-token", body | {"id": 999_999})

    assert (inactive.status, deleted.status, unknown.status) == (409, 404, 404)


async def test_get_token_answers_json_or_bare_characters(desk: Desk) -> None:
    body = {"id": desk.alice.id, "expiresAt": desk.in_hours(1)}

    as_json = await desk.acme.api.post(
        "/api/operator/get-token", body, headers={"Accept": "application/json, text/plain"}
    )
    bare = await desk.acme.api.post(
        "/api/operator/get-token", body, headers={"Accept": "text/plain"}
    )

    assert json.loads(as_json.text).count(".") == 2
    assert bare.headers["content-type"].startswith("text/plain")
    assert bare.text.startswith("ey")


@pytest.mark.parametrize("form", ["string", "object", "plain", "quoted"])
async def test_validate_token_takes_three_forms(desk: Desk, form: str) -> None:
    bodies = {
        "string": (json.dumps(desk.alice.token), "application/json"),
        "object": (json.dumps({"Token": desk.alice.token}), "application/json"),
        "plain": (desk.alice.token, "text/plain"),
        "quoted": (f'"{desk.alice.token}"', "text/plain"),
    }
    content, content_type = bodies[form]

    reply = await desk.acme.api.call(
        "POST",
        "/api/operator/validate-token",
        content=content,
        headers={"Content-Type": content_type},
    )

    assert reply.json["isValid"] is True
    assert reply.json["operatorId"] == desk.alice.id


async def test_validate_token_says_the_first_reason(desk: Desk) -> None:
    async def why(token: str) -> str:
        reply = await desk.acme.api.post("/api/operator/validate-token", token)
        assert reply.status == 200
        assert reply.json["isValid"] is False
        assert reply.json["operatorId"] is reply.json["expiresAt"] is None
        error: str = reply.json["error"]
        return error

    company_token = desk.acme.api.headers["Authorization"].split()[1]
    head, claims, signature = desk.alice.token.split(".")
    assert await why("nonsense") == "malformed"
    assert await why(company_token) == "not an operator token"
    assert await why(f"{head}.{claims}.{signature[:-4]}AAAA") == "bad signature"
    assert await why(desk.mallory.token) == "unknown"
    short = await desk.token_of(desk.acme, desk.bob.id, hours=0.01)
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 1})
    assert await why(desk.bob.token) == "operator inactive"
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 2})
    assert await why(desk.bob.token) == "operator deleted"
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 0})
    assert await why(desk.bob.token) == "revoked"
    desk.clock.move(seconds=60)
    assert await why(short) == "expired"


async def test_a_validated_body_has_at_most_64_kib(desk: Desk) -> None:
    reply = await desk.acme.api.post("/api/operator/validate-token", "x" * 65_536)

    assert reply.status == 413


async def test_validate_token_takes_company_credentials_only(desk: Desk) -> None:
    assert (await desk.alice.api.post("/api/operator/validate-token", "x")).status == 403
    assert (await desk.anyone.post("/api/operator/validate-token", "x")).status == 401


async def test_an_operators_login_is_found_in_any_case_and_composition(desk: Desk) -> None:
    login = {"id": desk.alice.id, "login": "Андрій", "password": "a long passphrase"}
    assert (await desk.acme.api.put("/api/operator/credentials", login)).status == 200

    for typed in ("андріи\u0306", "АНДРІЙ@ACME", " Андріи\u0306@acme "):
        reply = await desk.anyone.post(
            "/api/operator/sign-in",
            {"login": typed, "password": login["password"]},
            headers={"Origin": desk.base_url},
        )
        assert reply.status == 200, typed


async def test_the_panel_is_told_the_largest_file(desk: Desk) -> None:
    me = (await desk.alice.api.get("/api/operator/me")).json

    assert me["operator"]["id"] == desk.alice.id
    assert me["maxFileBytes"] == desk.services.settings.media_max_mb * 1024 * 1024


async def test_leaving_active_ends_tokens_at_once(desk: Desk) -> None:
    assert (await desk.alice.api.get("/api/operator/me")).status == 200

    await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": 1})

    assert (await desk.alice.api.get("/api/operator/me")).status == 401


async def test_company_calls_refuse_operators(desk: Desk) -> None:
    for method, path, body in (
        ("POST", "/api/operator/synchronize", []),
        ("POST", "/api/operator/status", {"id": desk.alice.id, "status": 0}),
        ("POST", "/api/operator/get-token", {"id": desk.alice.id}),
        ("PUT", "/api/operator/credentials", {}),
        ("GET", "/api/company/organization", None),
    ):
        reply = await desk.alice.api.call(method, path, json=body)
        assert reply.status == 403, path


async def test_an_unknown_route_and_method_answer_a_problem(desk: Desk) -> None:
    lost = await desk.acme.api.get("/api/nowhere")
    wrong = await desk.acme.api.delete("/api/operator/synchronize")

    assert (lost.status, lost.json["title"]) == (404, "Not Found")
    assert (wrong.status, wrong.json["status"]) == (405, 405)
