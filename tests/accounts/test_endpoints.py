"""The contract's section Company, sign-ins and their brakes."""

import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from opdesk.accounts.errors import LoginTaken
from opdesk.kit.passwords import Passwords
from opdesk.parts import LOOPBACK
from opdesk.settings import Settings
from opdesk.users import actions as users
from tests.desk import PASSWORD, Api, Desk
from tests.fakes import MovableClock
from tests.servers import opened_desk

RIGHT = {"login": "acme", "password": PASSWORD}
WRONG = {"login": "acme", "password": "a wrong password"}
PATH = "/api/company/get-token"


@pytest.fixture
async def slow_desk(settings: Settings, clock: MovableClock) -> AsyncIterator[Desk]:
    """Whose passwords take as long to check as everybody's."""
    async with opened_desk(settings, clock, Passwords()) as opened:
        yield opened


async def test_a_company_token_works_in_both_headers_and_quoted(desk: Desk) -> None:
    token = (await desk.anyone.post(PATH, RIGHT)).json

    for headers in (
        {"Authorization": f"bearer {token}"},
        {"Authorization": f'Bearer "{token}"'},
        {"X-Authorization-Key": token},
    ):
        reply = await Api(desk.client, headers).get("/api/company/organization")
        assert [one["name"] for one in reply.json] == ["Kyiv", "Lviv"]
        assert all(set(one) == {"id", "name"} for one in reply.json)


async def test_an_unknown_login_is_answered_as_a_wrong_password(desk: Desk) -> None:
    wrong = await desk.anyone.post(PATH, WRONG)
    unknown = await desk.anyone.post(PATH, WRONG | {"login": "nobody"})

    assert (wrong.status, unknown.status) == (401, 401)
    assert wrong.json == unknown.json


async def test_an_unknown_login_takes_as_long_as_a_wrong_password(slow_desk: Desk) -> None:
    """Argon2id takes tens of milliseconds and the rest one or two: without it this would be 0.1."""
    took: dict[str, list[float]] = {"acme": [], "nobody": []}
    for turn in range(5):
        for login, times in took.items():
            began = time.perf_counter()
            headers = {"X-Forwarded-For": f"203.0.113.{turn}"}
            await slow_desk.anyone.post(PATH, WRONG | {"login": login}, headers=headers)
            times.append(time.perf_counter() - began)

    ratio = statistics.median(took["nobody"]) / statistics.median(took["acme"])

    assert 0.4 < ratio < 2.5


@pytest.mark.parametrize("path", [PATH, "/api/company/sign-in", "/api/operator/sign-in"])
async def test_a_login_that_nobody_can_have_is_unknown_after_the_same_work(
    slow_desk: Desk, path: str
) -> None:
    """NUL is a character that PostgreSQL does not even look up."""
    own = {"Origin": slow_desk.base_url}
    began = time.perf_counter()
    usual = await slow_desk.anyone.post(path, WRONG | {"login": "nobody"}, headers=own)
    took_usually = time.perf_counter() - began

    for login, password in (("ac\0me", "x"), ("olena@\0", "x"), ("\0", "\0"), ("a\x7f", PASSWORD)):
        began = time.perf_counter()
        body = {"login": login, "password": password}
        reply = await slow_desk.anyone.post(path, body, headers=own)
        took = time.perf_counter() - began

        assert (reply.status, reply.json) == (401, usual.json)
        assert took > took_usually / 5


async def test_a_login_is_compared_ignoring_case_spaces_and_composition(desk: Desk) -> None:
    hashed = desk.services.passwords.hash_now(PASSWORD)
    await desk.services.db.write(users.found_company, "Кав'ярня Й", "Cafe", hashed)

    for login in (" кав'ярня й ", "КАВ'ЯРНЯ И\u0306", "кав'ярня и\u0306"):
        reply = await desk.anyone.post(PATH, {"login": login, "password": PASSWORD})
        assert reply.status == 200, login
    with pytest.raises(LoginTaken):
        await desk.services.db.write(users.found_company, "КАВ'ЯРНЯ И\u0306", "Copy", hashed)


async def test_a_stranger_is_slowed_and_the_crm_is_not(desk: Desk) -> None:
    for _ in range(8):
        await desk.anyone.post(PATH, WRONG)
    assert (await desk.anyone.post(PATH, RIGHT)).status == 200

    statuses = [
        (await desk.anyone.post(PATH, WRONG | {"login": "rival-2"})).status for _ in range(7)
    ]

    assert statuses == [401] * 5 + [429] * 2
    slowed = await desk.anyone.post(PATH, WRONG | {"login": "rival-2"})
    assert int(slowed.headers["retry-after"]) > 0
    desk.clock.move(seconds=15 * 60 + 1)
    assert (await desk.anyone.post(PATH, WRONG | {"login": "rival-2"})).status == 401


async def test_an_untrusted_forwarded_address_changes_nothing(desk: Desk) -> None:
    statuses = [
        (
            await desk.anyone.post(
                PATH, WRONG | {"login": f"guess-{n}"}, headers={"X-Forwarded-For": f"8.8.8.{n}"}
            )
        ).status
        for n in range(52)
    ]

    assert statuses[:49] == [401] * 49
    assert statuses[-1] == 429


async def test_behind_our_proxy_each_client_is_slowed_for_itself(
    settings: Settings, clock: MovableClock
) -> None:
    """The address is the last that the proxy wrote: what a client claims before it is not read."""
    async with opened_desk(replace(settings, trusted_proxies=LOOPBACK), clock) as desk:

        async def guess(n: int, forwarded: str) -> int:
            headers = {"X-Forwarded-For": forwarded}
            body = WRONG | {"login": f"guess-{n}"}
            return (await desk.anyone.post(PATH, body, headers=headers)).status

        guesser = [await guess(n, f"8.8.8.{n}, 198.51.100.7") for n in range(51)]
        neighbour = await guess(99, "198.51.100.8")

        assert guesser == [401] * 50 + [429]
        assert neighbour == 401


async def test_an_api_key_is_shown_once_and_revoked_at_once(desk: Desk) -> None:
    made = await desk.acme.api.post("/api/company/key", {"name": "CRM"})
    key = made.json["key"]
    api = Api(desk.client, {"X-Authorization-Key": key})

    assert (await api.get("/api/company/organization")).status == 200
    listed = await desk.acme.api.get("/api/company/key")
    assert key not in listed.text
    assert listed.json[0]["prefix"] == key[:12]
    assert listed.json[0]["lastUsedAt"] is not None
    await desk.acme.api.delete(f"/api/company/key/{made.json['id']}")
    assert (await api.get("/api/company/organization")).status == 401


async def test_revoking_ends_every_company_token(desk: Desk) -> None:
    await desk.acme.api.post("/api/company/revoke-tokens")

    assert (await desk.acme.api.get("/api/company/organization")).status == 401
    assert (await desk.rival.api.get("/api/company/organization")).status == 200
    assert (await desk.anyone.post(PATH, RIGHT)).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0007b"}, "name"),
        ({}, "name"),
        ({"name": "x", "timeZone": "Mars/Olympus"}, "timeZone"),
        ({"name": "x", "country": "XX"}, "country"),
        ({"name": "x", "language": "fr"}, "language"),
    ],
)
async def test_a_bad_organization_is_400_and_named(
    desk: Desk, body: dict[str, str], field: str
) -> None:
    reply = await desk.acme.api.post("/api/company/organization", body)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])


async def test_an_organization_has_a_zone_a_country_and_a_language(desk: Desk) -> None:
    kyiv = desk.acme.organizations[0]

    reply = await desk.acme.api.put(
        "/api/company/organization",
        {"id": kyiv, "timeZone": "Europe/Warsaw", "country": "pl", "language": "EN"},
    )

    assert reply.json == {
        "id": kyiv,
        "name": "Kyiv",
        "timeZone": "Europe/Warsaw",
        "country": "PL",
        "language": "en",
        "operatorsMayDelete": False,
        "workingHours": [],
        "quickReplies": [],
        "tags": [],
        "crmUrl": None,
        "retentionDays": None,
        "ownChatsOnly": False,
        "assignment": 0,
        "capacity": None,
    }


async def test_passwords_and_keys_are_not_stored_in_the_open(desk: Desk) -> None:
    made = await desk.acme.api.post("/api/company/key", {"name": "CRM"})
    tables = ("companies", "company_users", "api_keys", "sessions", "audit")

    found = await desk.services.db.read(
        lambda tx: [
            str(row) for table in tables for row in tx._driver.fetch(f"SELECT * FROM {table}", {})
        ]
    )

    assert PASSWORD not in "".join(found)
    assert made.json["key"] not in "".join(found)
    assert any("$argon2id$" in row for row in found)


async def test_no_secret_reaches_a_log_line(
    desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG", logger="opdesk")
    await desk.anyone.post(PATH, WRONG)
    await desk.anyone.get(f"/?phone=380501234567&token={desk.alice.token}")
    await desk.alice.api.post("/chathub/negotiate")

    said = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("opdesk"))
    output = "".join(capfd.readouterr())
    for secret in (WRONG["password"], desk.alice.token, "380501234567"):
        assert secret not in said + output
