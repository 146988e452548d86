"""Pages of other origins: who may read whose answers, and that a cookie is no help to them."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.desk import PASSWORD, Api, Desk, Reply, eventually
from tests.realtime.clients import bare_client

CRM = "https://crm.example"
NEIGHBOUR = "https://crm.rival.example"
PATHS = ("/api/company/organization", "/chathub/negotiate?negotiateVersion=1", "/chatHub/Negotiate")
ALLOWED_HEADERS = {
    "authorization",
    "x-authorization-key",
    "x-requested-with",
    "x-signalr-user-agent",
    "content-type",
    "idempotency-key",
}


@pytest.fixture
async def open_desk(desk: Desk) -> Desk:
    """Each company has one page that may read its answers."""
    for company, origin in ((desk.acme, CRM), (desk.rival, NEIGHBOUR)):
        reply = await company.api.put("/api/company/origins", {"origins": [origin]})
        assert reply.status == 200, reply.text
    return desk


def granted(reply: Reply) -> dict[str, str]:
    """What an answer says to browsers."""
    return {
        name.removeprefix("access-control-"): text
        for name, text in reply.headers.items()
        if name.startswith("access-control-")
    }


async def preflight(api: Api, path: str, origin: str) -> Reply:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return await api.call("OPTIONS", path, headers=asked)


@pytest.mark.parametrize("path", PATHS)
async def test_a_preflight_of_an_allowed_page_passes_without_credentials(
    open_desk: Desk, path: str
) -> None:
    for origin in (CRM, NEIGHBOUR):
        reply = await preflight(open_desk.anyone, path, origin)

        assert reply.status == 204
        told = granted(reply)
        assert (told["allow-origin"], told["allow-credentials"]) == (origin, "true")
        assert set(told["allow-headers"].lower().split(", ")) == ALLOWED_HEADERS
        assert {"GET", "POST", "PUT", "DELETE"} <= set(told["allow-methods"].split(", "))
        assert "origin" in reply.headers["vary"].lower()


STRANGERS = (
    "null",
    "https://evil.example",
    "http://crm.example",
    "https://crm.example:8443",
    "https://sub.crm.example",
    "https://crm.example.evil.example",
    "https://CRM.example",
    "https://crm.example/",
    "*",
)


@pytest.mark.parametrize("origin", STRANGERS)
async def test_a_page_that_nobody_named_gets_nothing(open_desk: Desk, origin: str) -> None:
    for path in PATHS:
        assert granted(await preflight(open_desk.anyone, path, origin)) == {}
    asked = {"Origin": origin}
    assert granted(await open_desk.acme.api.get(PATHS[0], headers=asked)) == {}
    assert granted(await open_desk.alice.api.post(PATHS[1], headers=asked)) == {}


async def test_an_answer_is_readable_to_the_pages_of_the_callers_own_company(
    open_desk: Desk,
) -> None:
    desk = open_desk
    key = (await desk.acme.api.post("/api/company/key", {"name": "CRM"})).json["key"]
    by_key = Api(desk.client, {"X-Authorization-Key": key})
    calls: list[tuple[Api, str, str, Mapping[str, Any]]] = [
        (desk.acme.api, "GET", "/api/company/organization", {}),
        (by_key, "GET", "/api/company/organization", {}),
        (by_key, "HEAD", "/api/company/organization", {}),
        (desk.alice.api, "GET", "/api/chat/chats", {}),
        (desk.alice.api, "GET", "/api/chat/999", {}),
        (desk.acme.api, "POST", "/api/operator/status", {"json": {}}),
        (desk.acme.api, "POST", "/api/operator/validate-token", {"json": "x"}),
        (desk.alice.api, "POST", "/chathub/negotiate?negotiateVersion=1", {}),
        (
            desk.anyone,
            "POST",
            "/api/company/get-token",
            {"json": {"login": "acme", "password": PASSWORD}},
        ),
    ]
    for api, method, path, more in calls:
        own = await api.call(method, path, headers={"Origin": CRM}, **more)
        strange = await api.call(method, path, headers={"Origin": NEIGHBOUR}, **more)

        assert granted(own) == {
            "allow-origin": CRM,
            "allow-credentials": "true",
            "expose-headers": "Retry-After",
        }, (method, path)
        assert granted(strange) == {}, (method, path)
        assert "origin" in strange.headers["vary"].lower()


async def test_an_answer_to_nobody_is_readable_to_nobody(open_desk: Desk) -> None:
    reply = await open_desk.anyone.get("/api/company/organization", headers={"Origin": CRM})

    assert (reply.status, granted(reply)) == (401, {})


async def test_a_cookie_does_not_count_for_an_allowed_page(open_desk: Desk) -> None:
    login = {"login": "acme", "password": PASSWORD}
    ours = {"Origin": open_desk.base_url}
    signed_in = await open_desk.anyone.post("/api/company/sign-in", login, headers=ours)
    cookie = {"Cookie": signed_in.headers["set-cookie"].split(";")[0]}

    with_ours = await open_desk.anyone.get("/api/company/me", headers=cookie | ours)
    with_theirs = await open_desk.anyone.get("/api/company/me", headers=cookie | {"Origin": CRM})
    signing_in = await open_desk.anyone.post("/api/company/sign-in", login, headers={"Origin": CRM})

    assert with_ours.status == 200
    assert (with_theirs.status, granted(with_theirs)) == (401, {})
    assert (signing_in.status, granted(signing_in)) == (403, {})


async def test_a_page_that_is_no_longer_allowed_is_told_nothing_at_once(open_desk: Desk) -> None:
    acme = open_desk.acme.api
    await acme.put("/api/company/origins", {"origins": []})

    assert (await acme.get("/api/company/origins")).json == {"origins": []}
    assert granted(await preflight(open_desk.anyone, PATHS[0], CRM)) == {}
    assert granted(await acme.get(PATHS[0], headers={"Origin": CRM})) == {}
    assert granted(await open_desk.rival.api.get(PATHS[0], headers={"Origin": NEIGHBOUR})) != {}


async def test_another_nodes_change_counts_within_seconds(open_desk: Desk) -> None:
    """The other node writes to the same database and tells nobody."""
    change = "UPDATE companies SET origins = '[\"https://new.example\"]' WHERE login = 'acme'"
    await open_desk.services.db.write(lambda tx: tx._driver.execute(change, {}))

    async def passes() -> bool | None:
        reply = await preflight(open_desk.anyone, PATHS[0], "https://new.example")
        return bool(granted(reply)) or None

    await eventually(passes)


async def test_pages_outside_the_api_and_the_hub_are_not_shared(open_desk: Desk) -> None:
    for path in ("/login", "/openapi.json", "/hooks/1/1"):
        assert granted(await preflight(open_desk.anyone, path, CRM)) == {}
        assert granted(await open_desk.acme.api.get(path, headers={"Origin": CRM})) == {}


async def test_a_socket_of_an_allowed_page_takes_its_token(open_desk: Desk) -> None:
    async with bare_client(
        open_desk.base_url, open_desk.alice.token, headers={"Origin": CRM}
    ) as hub:
        assert "result" in await hub.invoke("Subscribe", None)


async def test_origins_are_kept_as_browsers_write_them(desk: Desk) -> None:
    given = [
        "https://CRM.example/",
        "https://crm.example:443",
        "https://crm.example:8443",
        "http://localhost:3000",
        "http://127.0.0.1",
        "http://[::1]:3000",
    ]

    reply = await desk.acme.api.put("/api/company/origins", {"origins": given})

    kept = ["https://crm.example", *given[2:]]
    assert (reply.status, reply.json) == (200, {"origins": kept})
    assert (await desk.acme.api.get("/api/company/origins")).json == {"origins": kept}
    assert (await desk.rival.api.get("/api/company/origins")).json == {"origins": []}


@pytest.mark.parametrize(
    "text",
    [
        *("", "*", "null", "crm.example", "https://crm.example/path", "https://*.crm.example"),
        *("http://crm.example", "ftp://crm.example", "https://a@crm.example", "https://crm:99999"),
        *("http://127.0.0.1.evil.example", "https://crm.example?x", "https://a b", "https://c\0"),
    ],
)
async def test_what_is_no_origin_is_named(desk: Desk, text: str) -> None:
    body = {"origins": ["https://crm.example", text]}

    reply = await desk.acme.api.put("/api/company/origins", body)

    assert (reply.status, list(reply.json["errors"])) == (400, ["origins[1]"])
    assert (await desk.acme.api.get("/api/company/origins")).json == {"origins": []}


async def test_a_company_names_at_most_50_origins(desk: Desk) -> None:
    many = [f"https://crm-{number}.example" for number in range(51)]

    refused = await desk.acme.api.put("/api/company/origins", {"origins": many})
    taken = await desk.acme.api.put("/api/company/origins", {"origins": many[:50]})

    assert (refused.status, list(refused.json["errors"])) == (400, ["origins"])
    assert (taken.status, len(taken.json["origins"])) == (200, 50)
