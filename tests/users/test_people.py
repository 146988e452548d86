"""Who belongs to a company: invitations, roles, and what ends when they change."""

from typing import Any

import pytest

from tests.desk import PASSWORD, Api, Desk, Reply
from tests.people import ADMIN, ANALYST, OWNER, joined, secret_of

ORGANIZATIONS = "/api/company/organization"
LOOK, USE = "/api/one-time-link/look", "/api/one-time-link/use"
ANOTHER = "quite another passphrase"


async def sign_in(desk: Desk, login: str, password: str = PASSWORD, **more: Any) -> Reply:
    return await desk.anyone.post(
        "/api/company/sign-in",
        {"login": login, "password": password, **more},
        headers={"Origin": desk.base_url},
    )


def session_of(desk: Desk, reply: Reply) -> Api:
    """A browser with the cookie that a sign-in set."""
    cookie = reply.headers["set-cookie"].partition(";")[0]
    return Api(desk.client, {"Cookie": cookie, "Origin": desk.base_url})


async def test_the_first_person_is_an_owner_with_the_companys_login(desk: Desk) -> None:
    me = (await desk.acme.api.get("/api/company/me")).json

    assert me["role"] == OWNER
    assert me["company"] == {"id": desk.acme.id, "name": "Acme"}
    assert (me["user"]["login"], me["user"]["state"]) == ("acme", "active")


async def test_an_invited_person_chooses_a_login_and_a_password(desk: Desk) -> None:
    invited = await desk.acme.api.post(
        "/api/company/user", {"name": " Олена ", "email": "olena@example.com", "role": ADMIN}
    )
    assert (invited.status, invited.json["user"]["state"]) == (200, "invited")
    assert invited.json["user"]["name"] == "Олена"
    assert invited.json["link"]["isMailed"] is False
    secret = secret_of(invited.json["link"]["url"])

    told = (await desk.anyone.post(LOOK, {"secret": secret})).json
    assert told | {"expiresAt": ""} == {
        "kind": "userInvitation",
        "name": "Олена",
        "login": None,
        "company": "Acme",
        "expiresAt": "",
    }
    body = {"secret": secret, "password": PASSWORD}
    assert list((await desk.anyone.post(USE, body)).json["errors"]) == ["login"]
    assert list(
        (await desk.anyone.post(USE, body | {"login": "olena", "password": "short"})).json["errors"]
    ) == ["password"]
    taken = await desk.anyone.post(USE, body | {"login": "ACME"})
    assert (taken.status, list(taken.json["errors"])) == (409, ["login"])
    used = await desk.anyone.post(USE, body | {"login": "olena"})

    assert (used.status, used.json) == (200, {"leadsTo": "/dashboard"})
    assert (await desk.anyone.post(USE, body | {"login": "olena"})).status == 404
    assert (await sign_in(desk, "olena")).json["role"] == ADMIN


async def test_a_newer_link_replaces_the_older_and_every_link_ends(desk: Desk) -> None:
    invited = await desk.acme.api.post("/api/company/user", {"name": "Olena", "role": ANALYST})
    path = f"/api/company/user/{invited.json['user']['id']}/link"
    newer = await desk.acme.api.post(path)

    old, new = (secret_of(one.json["link"]["url"]) for one in (invited, newer))
    assert (await desk.anyone.post(LOOK, {"secret": old})).status == 404
    assert (await desk.anyone.post(LOOK, {"secret": new})).status == 200
    desk.clock.move(seconds=72 * 3600 + 1)
    assert (await desk.anyone.post(LOOK, {"secret": new})).status == 404


async def test_a_reset_ends_what_the_person_was_signed_in_with(desk: Desk) -> None:
    olena = await joined(desk, ADMIN)
    browser = session_of(desk, await sign_in(desk, olena.login))
    made = await desk.acme.api.post(f"/api/company/user/{olena.id}/link")
    secret = secret_of(made.json["link"]["url"])
    told = await desk.anyone.post(LOOK, {"secret": secret})
    assert (told.json["kind"], told.json["login"]) == ("userReset", olena.login)

    used = await desk.anyone.post(USE, {"secret": secret, "password": ANOTHER})

    assert used.status == 200, used.text
    assert (await olena.api.get(ORGANIZATIONS)).status == 401
    assert (await browser.get(ORGANIZATIONS)).status == 401
    assert (await sign_in(desk, olena.login)).status == 401
    assert (await sign_in(desk, olena.login, ANOTHER)).status == 200


async def test_a_role_counts_from_the_next_request_on(desk: Desk) -> None:
    olena = await joined(desk, ADMIN)
    assert (await olena.api.post(ORGANIZATIONS, {"name": "Odesa"})).status == 200

    await desk.acme.api.put(f"/api/company/user/{olena.id}", {"role": ANALYST})

    refused = await olena.api.post(ORGANIZATIONS, {"name": "Dnipro"})
    assert (refused.status, refused.json["title"]) == (403, "Your role may not do this")
    assert (await olena.api.get(ORGANIZATIONS)).status == 200


@pytest.mark.parametrize("way", ["removed", "signed out"])
async def test_whoever_leaves_is_out_at_once(desk: Desk, way: str) -> None:
    olena = await joined(desk, ADMIN)
    browser = session_of(desk, await sign_in(desk, olena.login))

    if way == "removed":
        reply = await desk.acme.api.delete(f"/api/company/user/{olena.id}")
    else:
        reply = await desk.acme.api.post(f"/api/company/user/{olena.id}/sign-out")

    assert reply.status == 200
    assert (await olena.api.get(ORGANIZATIONS)).status == 401
    assert (await browser.get(ORGANIZATIONS)).status == 401
    assert (await desk.acme.api.get(ORGANIZATIONS)).status == 200
    expected = 401 if way == "removed" else 200
    assert (await sign_in(desk, olena.login)).status == expected


async def test_a_company_keeps_an_owner_who_can_sign_in(desk: Desk) -> None:
    me = (await desk.acme.api.get("/api/company/me")).json["user"]["id"]
    await desk.acme.api.post("/api/company/user", {"name": "Invited", "role": OWNER})

    demoted = await desk.acme.api.put(f"/api/company/user/{me}", {"role": ADMIN})
    removed = await desk.acme.api.delete(f"/api/company/user/{me}")

    assert (demoted.status, removed.status) == (409, 409)
    second = await joined(desk, OWNER)
    assert (await second.api.delete(f"/api/company/user/{me}")).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " ", "role": 1}, "name"),
        ({"name": "Olena", "role": 3}, "role"),
        ({"name": "Olena"}, "role"),
        ({"name": "Olena", "role": 1, "email": "not an address"}, "email"),
        ({"name": "Olena", "role": 1, "email": "a@b.c\r\nBcc: x@y.z"}, "email"),
    ],
)
async def test_a_bad_invitation_is_400_and_named(
    desk: Desk, body: dict[str, Any], field: str
) -> None:
    reply = await desk.acme.api.post("/api/company/user", body)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])
    assert len((await desk.acme.api.get("/api/company/user")).json) == 1


async def test_ones_own_profile_and_password(desk: Desk) -> None:
    olena = await joined(desk, ANALYST)
    browser = session_of(desk, await sign_in(desk, olena.login))
    other = session_of(desk, await sign_in(desk, olena.login))

    changed = await browser.put("/api/company/me", {"name": "Олена", "language": "en"})
    assert (changed.json["user"]["name"], changed.json["user"]["language"]) == ("Олена", "en")
    wrong = await browser.put("/api/company/me/password", {"current": "x", "new": ANOTHER})
    assert (wrong.status, list(wrong.json["errors"])) == (401, ["current"])
    short = await browser.put("/api/company/me/password", {"current": PASSWORD, "new": "short"})
    assert (short.status, list(short.json["errors"])) == (400, ["new"])
    right = {"current": PASSWORD, "new": ANOTHER}
    reply = await browser.put("/api/company/me/password", right)

    assert reply.status == 200, reply.text
    assert (await session_of(desk, reply).get(ORGANIZATIONS)).status == 200
    assert (await other.get(ORGANIZATIONS)).status == 401
    assert (await olena.api.get(ORGANIZATIONS)).status == 401
    assert (await sign_in(desk, olena.login, ANOTHER)).status == 200


async def test_a_key_is_nobodys_profile_and_no_owner(desk: Desk) -> None:
    made = await desk.acme.api.post("/api/company/key", {"name": "CRM"})
    program = Api(desk.client, {"X-Authorization-Key": made.json["key"]})

    assert (await program.put("/api/company/me", {"name": "x"})).status == 403
    assert (await program.get("/api/company/user")).status == 403
    me = await program.get("/api/company/me")
    assert (me.json["user"], me.json["role"]) == (None, ADMIN)


async def test_a_key_may_be_tied_to_addresses(desk: Desk) -> None:
    body = {"name": "CRM", "allowedAddresses": ["203.0.113.0/24", "2001:db8::1"]}
    made = await desk.acme.api.post("/api/company/key", body)
    program = Api(desk.client, {"X-Authorization-Key": made.json["key"]})
    path = f"/api/company/key/{made.json['id']}"

    refused = await program.get(ORGANIZATIONS)
    assert (refused.status, refused.json["detail"]) == (
        403,
        "this API key may not be used from 127.0.0.1",
    )
    changed = await desk.acme.api.put(path, {"allowedAddresses": ["127.0.0.1"]})
    assert changed.json["allowedAddresses"] == ["127.0.0.1/32"]
    assert (await program.get(ORGANIZATIONS)).status == 200
    bad = await desk.acme.api.put(path, {"allowedAddresses": ["127.0.0.1", "nowhere"]})
    assert (bad.status, list(bad.json["errors"])) == (400, ["allowedAddresses[1]"])
