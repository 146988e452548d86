"""An operator's own password, one-time codes, and leaving everywhere."""

from typing import Any

import pyotp

from tests.desk import PASSWORD, Api, Desk, Reply
from tests.realtime.clients import bare_client
from tests.users.test_people import session_of

ME, TOTP = "/api/operator/me", "/api/operator/me/totp"
ANOTHER = "another long passphrase"


async def sign_in(desk: Desk, password: str = PASSWORD, **more: Any) -> Reply:
    body = {"login": "alice", "password": password, **more}
    return await desk.anyone.post("/api/operator/sign-in", body, headers={"Origin": desk.base_url})


async def at_work(desk: Desk) -> Api:
    """A browser in which Alice has signed in with her password."""
    login = {"id": desk.alice.id, "login": "alice", "password": PASSWORD}
    assert (await desk.acme.api.put("/api/operator/credentials", login)).status == 200
    return session_of(desk, await sign_in(desk))


def code_at(desk: Desk, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(desk.clock.now_ms() // 30_000 + steps)


async def with_codes(desk: Desk) -> tuple[Api, str, list[str]]:
    """(Alice's browser, her secret, recovery codes)."""
    browser = await at_work(desk)
    secret = (await browser.post(TOTP)).json["secret"]
    wrong = await browser.put(TOTP, {"code": "000000"})
    assert (wrong.status, list(wrong.json["errors"])) == (400, ["code"])
    reply = await browser.put(TOTP, {"code": code_at(desk, secret)})
    assert reply.status == 200, reply.text
    return browser, secret, reply.json["recoveryCodes"]


async def actions_in_audit(desk: Desk) -> list[str]:
    items = (await desk.acme.api.get("/api/audit")).json["items"]
    return [one["action"] for one in items if one["action"].startswith("operator.")]


async def test_another_password_ends_all_but_the_browser_that_chose_it(desk: Desk) -> None:
    browser, elsewhere = await at_work(desk), session_of(desk, await sign_in(desk))

    async with bare_client(desk.base_url, desk.alice.token) as hub:
        changed = await browser.put(f"{ME}/password", {"current": PASSWORD, "new": ANOTHER})
        assert (await hub.next(at_most_s=5))["type"] == 7

    assert changed.status == 200, changed.text
    assert (await session_of(desk, changed).get(ME)).json["operator"]["id"] == desk.alice.id
    for gone in (browser, elsewhere, desk.alice.api):
        assert (await gone.get(ME)).status == 401
    assert [(await sign_in(desk, one)).status for one in (PASSWORD, ANOTHER)] == [401, 200]
    assert "operator.passwordChanged" in await actions_in_audit(desk)


async def test_a_wrong_or_weak_password_names_its_field_and_the_session_goes_on(
    desk: Desk,
) -> None:
    browser = await at_work(desk)
    for body, status, field in (
        ({"current": "not my password", "new": ANOTHER}, 401, "current"),
        ({"current": PASSWORD, "new": "short"}, 400, "new"),
        ({"current": PASSWORD, "new": "alice"}, 400, "new"),
        ({"new": ANOTHER}, 400, "current"),
    ):
        reply = await browser.put(f"{ME}/password", body)

        assert (reply.status, list(reply.json["errors"])) == (status, [field])
    assert (await browser.get(ME)).status == 200
    assert (await sign_in(desk)).status == 200


async def test_who_comes_by_tokens_only_has_no_password(desk: Desk) -> None:
    bob = desk.bob.api
    me = (await bob.get(ME)).json
    assert (me["hasPassword"], me["hasTotp"]) == (False, False)

    for refused in (
        await bob.put(f"{ME}/password", {"current": PASSWORD, "new": ANOTHER}),
        await bob.post(TOTP),
        await bob.post(f"{TOTP}/remove", {"password": PASSWORD}),
    ):
        assert (refused.status, refused.json["title"]) == (409, "You have no password here")
    for path in (f"{ME}/sign-out", TOTP):
        assert (await desk.acme.api.post(path)).status == 401


async def test_leaving_everywhere_ends_tokens_sessions_and_connections(desk: Desk) -> None:
    browser, elsewhere = await at_work(desk), session_of(desk, await sign_in(desk))

    async with bare_client(desk.base_url, desk.alice.token) as hub:
        left = await browser.post(f"{ME}/sign-out")
        assert (await hub.next(at_most_s=5))["type"] == 7

    assert left.status == 200
    assert "Max-Age=0" in left.headers["set-cookie"]
    for gone in (browser, elsewhere, desk.alice.api):
        assert (await gone.get(ME)).status == 401
    assert (await desk.bob.api.get(ME)).status == 200
    assert "operator.signedOut" in await actions_in_audit(desk)


async def test_a_code_is_asked_for_and_counts_once(desk: Desk) -> None:
    browser, secret, recovery = await with_codes(desk)
    assert (await browser.get(ME)).json["hasTotp"] is True

    without, used = await sign_in(desk), await sign_in(desk, code=code_at(desk, secret))
    assert [(one.status, one.json.get("needsCode")) for one in (without, used)] == [(401, True)] * 2
    desk.clock.move(seconds=30)
    assert (await sign_in(desk, code=code_at(desk, secret))).status == 200
    assert (await sign_in(desk, code=recovery[3].upper())).status == 200
    assert (await sign_in(desk, code=recovery[3])).status == 401
    assert (await sign_in(desk, "not my password", code=recovery[4])).status == 401
    token = await desk.token_of(desk.acme, desk.alice.id)
    assert (await desk.anyone.bearer(token).get(ME)).status == 200


async def test_codes_are_switched_off_with_the_password_or_by_the_company(desk: Desk) -> None:
    browser, _, _ = await with_codes(desk)
    wrong = await browser.post(f"{TOTP}/remove", {"password": "not my password"})
    assert (wrong.status, list(wrong.json["errors"])) == (401, ["password"])
    assert (await browser.post(f"{TOTP}/remove", {"password": PASSWORD})).status == 200
    assert (await sign_in(desk)).status == 200

    await with_codes_again(desk, browser)
    assert (await desk.rival.api.delete(f"/api/operator/{desk.alice.id}/totp")).status == 404
    assert (await sign_in(desk)).status == 401
    assert (await desk.acme.api.delete(f"/api/operator/{desk.alice.id}/totp")).status == 200
    assert (await sign_in(desk)).status == 200
    told = await actions_in_audit(desk)
    assert [told.count(f"operator.totp{one}") for one in ("On", "Off")] == [2, 2]


async def with_codes_again(desk: Desk, browser: Api) -> None:
    desk.clock.move(seconds=60)
    secret = (await browser.post(TOTP)).json["secret"]
    assert (await browser.put(TOTP, {"code": code_at(desk, secret)})).status == 200
    refused = await browser.post(TOTP)
    assert refused.status == 409


async def test_the_secret_is_sealed(desk: Desk) -> None:
    _, secret, recovery = await with_codes(desk)

    rows = await desk.services.db.read(
        lambda tx: [repr(row) for row in tx._driver.fetch("SELECT * FROM operators", {})]
    )

    assert not any(secret in row or recovery[0] in row for row in rows)
