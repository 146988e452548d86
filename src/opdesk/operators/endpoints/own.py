"""The panel's own sign-in: who is at work, their password and codes."""

from typing import Any

from litestar import Request, Response, get, post, put
from litestar.params import JSONBody

from opdesk.accounts import actions as account_actions
from opdesk.accounts.model import SESSION_HOURS
from opdesk.kit.db import Database
from opdesk.kit.endpoint import (
    PUBLIC,
    Address,
    CookieJar,
    Cookies,
    Db,
    Given,
    empty,
    require_own_origin,
)
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Vault
from opdesk.kit.passwords import Passwords
from opdesk.kit.second_factor import CodeIn, OfferOut, RecoveryOut
from opdesk.media.access import Files
from opdesk.operators import access, actions
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.operators.wire import (
    MeOut,
    OwnPasswordIn,
    PasswordAgainIn,
    ProfileOut,
    ReplyOut,
    SignInIn,
)

AnyCaller = Given[Caller]
Door = Given[account_actions.Door]
Hasher = Given[Passwords]
MediaFiles = Given[Files]
Sealing = Given[Vault]


async def _signed_in(
    db: Database, jar: CookieJar, caller: OperatorCaller, secret: str
) -> Response[ProfileOut]:
    profile = await db.read(actions.profile, caller)
    cookie = jar.make(access.OPERATOR_COOKIE, secret, SESSION_HOURS * 3600)
    return Response(ProfileOut.of(profile), cookies=[cookie])


@post("/api/operator/sign-in", status_code=200, opt=PUBLIC, tags=["Panel"])
async def sign_in_operator(
    request: Request[Any, Any, Any],
    db: Db,
    door: Door,
    address: Address,
    jar: Cookies,
    vault: Sealing,
    data: JSONBody[SignInIn],
) -> Response[ProfileOut]:
    """Sign an operator in at the panel: sets its session cookie for 12 hours.

    401 with `needsCode`: the password is right, and the operator has a second factor.
    """
    require_own_origin(request.scope, jar.public_origins)
    attempt = account_actions.Attempt(data.login, data.password, address, data.code)
    company_id, operator_id = await actions.sign_in_operator(db, door, vault, attempt)
    secret = new_secret()
    caller = await db.write(actions.open_password_session, company_id, operator_id, secret)
    return await _signed_in(db, jar, caller, secret)


@post("/api/operator/sign-out", status_code=200, opt=PUBLIC, tags=["Panel"])
async def sign_out_operator(
    request: Request[Any, Any, Any], db: Db, jar: Cookies
) -> Response[bytes]:
    """End the panel's session in this browser."""
    require_own_origin(request.scope, jar.public_origins)
    if secret := request.cookies.get(jar.name(access.OPERATOR_COOKIE)):
        await db.write(account_actions.close_session, secret)
    return empty(jar.drop(access.OPERATOR_COOKIE))


@get("/api/operator/me", tags=["Panel"])
async def operator_me(db: Db, caller: AnyCaller, files: MediaFiles) -> MeOut:
    """Who is signed in at the panel, and the size of the largest file it may send."""
    me = access.operator_of(caller)
    return MeOut.within(await db.read(actions.profile, me), files.max_bytes)


@get("/api/operator/quick-replies", tags=["Panel"])
async def list_quick_replies(db: Db, caller: AnyCaller) -> list[ReplyOut]:
    """The organization's quick replies, for the operator who types `/` in the panel."""
    found = await db.read(actions.quick_replies, access.operator_of(caller))
    return [ReplyOut.of(one) for one in found]


@put("/api/operator/me/password", tags=["Panel"])
async def change_own_password(
    db: Db,
    door: Door,
    passwords: Hasher,
    address: Address,
    jar: Cookies,
    caller: AnyCaller,
    data: JSONBody[OwnPasswordIn],
) -> Response[ProfileOut]:
    """Choose another password. Everything else that one is signed in with ends, tokens too.

    401 naming `current`: it is not the password; the session goes on. 409: who comes by the CRM's
    tokens only has none.
    """
    given = account_actions.GivenPassword("current", data.current, address)
    login = await actions.check_password(db, door, caller, given)
    hashed = await account_actions.hash_new_password(passwords, data.new, login, "new")
    secret = new_secret()
    changed = await db.write(actions.change_password, caller, hashed, secret)
    return await _signed_in(db, jar, changed, secret)


@post("/api/operator/me/sign-out", status_code=200, tags=["Panel"])
async def leave_everywhere(db: Db, jar: Cookies, caller: AnyCaller) -> Response[bytes]:
    """Sign out everywhere: the operator's tokens, sessions and connections end at once."""
    await db.write(actions.leave_everywhere, caller)
    return empty(jar.drop(access.OPERATOR_COOKIE))


@post("/api/operator/me/totp", status_code=200, tags=["Panel"])
async def offer_own_totp(db: Db, vault: Sealing, caller: AnyCaller) -> OfferOut:
    """Begin to set up one-time codes; they are asked for once `PUT` got one of them."""
    return OfferOut.of(await db.write(actions.offer_code, vault, caller))


@put("/api/operator/me/totp", tags=["Panel"])
async def switch_own_totp_on(
    db: Db, vault: Sealing, caller: AnyCaller, data: JSONBody[CodeIn]
) -> RecoveryOut:
    """Switch one-time codes on, with a code as a proof that the authenticator has the secret.

    They are asked for at a sign-in with the password; a CRM's token needs none.
    """
    return RecoveryOut(
        recovery_codes=await db.write(actions.switch_code_on, vault, caller, data.code)
    )


@post("/api/operator/me/totp/remove", status_code=200, tags=["Panel"])
async def switch_own_totp_off(
    db: Db,
    door: Door,
    vault: Sealing,
    address: Address,
    caller: AnyCaller,
    data: JSONBody[PasswordAgainIn],
) -> None:
    """Switch one-time codes off, with one's password; 401 naming `password` when it is not."""
    given = account_actions.GivenPassword("password", data.password, address)
    await actions.check_password(db, door, caller, given)
    await db.write(actions.switch_code_off, vault, caller)


ROUTES = (
    sign_in_operator,
    sign_out_operator,
    operator_me,
    list_quick_replies,
    change_own_password,
    leave_everywhere,
    offer_own_totp,
    switch_own_totp_on,
    switch_own_totp_off,
)
