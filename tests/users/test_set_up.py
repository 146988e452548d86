"""A server without any company: the set-up page's call, behind the code that the server prints."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from opdesk.settings import Settings
from opdesk.users.access import set_up_code
from tests.desk import PASSWORD, Api
from tests.fakes import MovableClock
from tests.servers import New, opened_new

BODY = {
    "company": "Acme",
    "login": "olena",
    "name": "Olena",
    "password": PASSWORD,
    "organization": "Kyiv shop",
}


@pytest.fixture
async def new(settings: Settings, clock: MovableClock) -> AsyncIterator[New]:
    async with opened_new(settings, clock) as opened:
        yield opened


async def set_up(new: New, code: str, **changes: Any) -> Any:
    return await new.api.post(
        "/api/setup", BODY | {"code": code} | changes, headers={"Origin": new.base_url}
    )


async def test_the_first_company_is_made_with_the_printed_code(new: New) -> None:
    assert (await new.api.get("/api/setup")).json == {"isNeeded": True}

    code = f" {set_up_code(new.services.keyring).lower()} "
    reply = await set_up(new, code, language="en")

    assert reply.status == 200, reply.text
    assert reply.json["user"]["language"] == "en"
    assert (reply.json["company"]["name"], reply.json["role"]) == ("Acme", 0)
    cookie = reply.headers["set-cookie"].partition(";")[0]
    browser = Api(new.client, {"Cookie": cookie})
    listed = await browser.get("/api/company/organization")
    assert [one["name"] for one in listed.json] == ["Kyiv shop"]
    assert (await new.api.get("/api/setup")).json == {"isNeeded": False}
    again = await set_up(new, set_up_code(new.services.keyring), login="other")
    assert (again.status, again.json["title"]) == (409, "This server is set up already")


async def test_without_the_code_nothing_is_made(new: New) -> None:
    statuses = [(await set_up(new, "AAAA-BBBB-CCCC")).status for _ in range(11)]

    assert statuses == [400] * 10 + [429]
    assert (await new.api.get("/api/setup")).json == {"isNeeded": True}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short"}, "password"),
        ({"login": " "}, "login"),
        ({"company": ""}, "company"),
        ({"name": ""}, "name"),
        ({"organization": ""}, "organization"),
        ({"language": "fr"}, "language"),
    ],
)
async def test_a_bad_set_up_saves_nothing(new: New, changes: dict[str, Any], field: str) -> None:
    reply = await set_up(new, set_up_code(new.services.keyring), **changes)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])
    assert (await new.api.get("/api/setup")).json == {"isNeeded": True}


async def test_of_two_at_once_one_is_the_first(new: New) -> None:
    code = set_up_code(new.services.keyring)

    replies = await asyncio.gather(*(set_up(new, code, login=f"login-{n}") for n in range(4)))

    assert sorted(reply.status for reply in replies) == [200, 409, 409, 409]
