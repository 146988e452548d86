"""One-time codes by the clock, and recovery codes."""

import pyotp

from tests.desk import PASSWORD, Api, Desk
from tests.people import ADMIN, joined
from tests.users.test_people import session_of, sign_in

TOTP = "/api/company/me/totp"


def code_at(desk: Desk, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(desk.clock.now_ms() // 30_000 + steps)


async def with_totp(desk: Desk) -> tuple[Api, str, str, list[str]]:
    """(a browser, login, secret, recovery codes) of someone who has just switched codes on."""
    olena = await joined(desk, ADMIN)
    browser = session_of(desk, await sign_in(desk, olena.login))
    offered = (await browser.post(TOTP)).json
    assert offered["qrSvg"].startswith("<svg")
    assert offered["uri"].startswith("otpauth://totp/OpDesk:")
    wrong = await browser.put(TOTP, {"code": "000000"})
    assert (wrong.status, list(wrong.json["errors"])) == (400, ["code"])
    reply = await browser.put(TOTP, {"code": code_at(desk, offered["secret"])})
    assert reply.status == 200, reply.text
    return browser, olena.login, offered["secret"], reply.json["recoveryCodes"]


async def test_a_code_is_asked_for_once_the_authenticator_has_shown_one(desk: Desk) -> None:
    _, login, secret, _ = await with_totp(desk)

    without = await sign_in(desk, login)
    assert (without.status, without.json["needsCode"]) == (401, True)
    token = await desk.anyone.post("/api/company/get-token", {"login": login, "password": PASSWORD})
    assert token.status == 401
    wrong_password = await sign_in(desk, login, "not the password", code=code_at(desk, secret, 1))
    assert (wrong_password.status, "needsCode" in wrong_password.json) == (401, False)
    assert (await sign_in(desk, login, code=code_at(desk, secret, 1))).status == 200


async def test_a_code_counts_once(desk: Desk) -> None:
    _, login, secret, _ = await with_totp(desk)
    used = code_at(desk, secret)

    assert (await sign_in(desk, login, code=used)).status == 401
    desk.clock.move(seconds=30)
    code = code_at(desk, secret)
    assert (await sign_in(desk, login, code=code)).status == 200
    assert (await sign_in(desk, login, code=code)).status == 401


async def test_a_recovery_code_counts_once_too(desk: Desk) -> None:
    _, login, _, recovery = await with_totp(desk)
    assert len(set(recovery)) == 10

    assert (await sign_in(desk, login, code=recovery[3].upper())).status == 200
    assert (await sign_in(desk, login, code=recovery[3])).status == 401
    assert (await sign_in(desk, login, code=recovery[4])).status == 200


async def test_who_guesses_codes_is_slowed(desk: Desk) -> None:
    """With the right password, from an address that never signed in to this account."""
    _, login, _, _ = await with_totp(desk)
    await desk.services.db.write(lambda tx: tx._driver.execute("DELETE FROM known_addresses", {}))

    statuses = [(await sign_in(desk, login, code=f"{n:06}")).status for n in range(6)]

    assert statuses == [401] * 5 + [429]


async def test_codes_are_switched_off_with_the_password_or_by_an_owner(desk: Desk) -> None:
    browser, login, _, _ = await with_totp(desk)
    assert (await browser.post(f"{TOTP}/remove", {"password": "wrong one"})).status == 401
    assert (await browser.post(f"{TOTP}/remove", {"password": PASSWORD})).status == 200
    assert (await sign_in(desk, login)).status == 200

    _, other, _, _ = await with_totp(desk)
    users = (await desk.acme.api.get("/api/company/user")).json
    [number] = [user["id"] for user in users if user["login"] == other]
    assert (await desk.acme.api.delete(f"/api/company/user/{number}/totp")).status == 200
    assert (await sign_in(desk, other)).status == 200


async def test_the_secret_is_sealed(desk: Desk) -> None:
    _, _, secret, recovery = await with_totp(desk)

    rows = await desk.services.db.read(
        lambda tx: [repr(row) for row in tx._driver.fetch("SELECT * FROM company_users", {})]
    )

    assert not any(secret in row or recovery[0] in row for row in rows)
