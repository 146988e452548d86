"""Sign-in of a company's people, their company tokens, and their own profile."""

from typing import Any

from litestar import Request, Response, get, post, put
from litestar.params import JSONBody

from opdesk.accounts import access as accounts, actions as account_actions
from opdesk.accounts.model import CompanyCaller
from opdesk.kit.endpoint import (
    COMPANY_ONLY,
    OWN_PROFILE,
    PUBLIC,
    Address,
    Cookies,
    Db,
    Given,
    empty,
    require_own_origin,
)
from opdesk.kit.keyring import Vault
from opdesk.kit.layers import note_tenant
from opdesk.kit.passwords import Passwords
from opdesk.kit.second_factor import CodeIn, OfferOut, RecoveryOut
from opdesk.kit.tokens import Tokens
from opdesk.kit.web import token_response
from opdesk.users import actions
from opdesk.users.endpoints.browser import signed_in
from opdesk.users.wire import ConfirmedIn, LoginIn, PasswordIn, ProfileChangeIn, SignedInOut

Door = Given[account_actions.Door]
SignedTokens = Given[Tokens]
Company = Given[CompanyCaller]
Sealing = Given[Vault]
Hasher = Given[Passwords]


@post("/api/company/get-token", status_code=200, opt=PUBLIC, tags=["Company"])
async def get_company_token(
    request: Request[Any, Any, Any],
    db: Db,
    door: Door,
    tokens: SignedTokens,
    vault: Sealing,
    address: Address,
    data: JSONBody[LoginIn],
) -> Response[Any]:
    """Sign in a company: the token that every company-level call takes. It lives 180 days.

    It has the rights of the person whose login this is. 401: wrong login or password, or a
    missing `code`. 429: too many failures; wait as long as `Retry-After` says.
    """
    attempt = account_actions.Attempt(data.login, data.password, address, data.code)
    user = await actions.sign_in(db, door, vault, attempt)
    note_tenant(request.scope, user.company_id)
    return token_response(
        request, await db.write(actions.issue_company_token, tokens, user, address)
    )


@post("/api/company/sign-in", status_code=200, opt=PUBLIC, tags=["Dashboard"])
async def sign_in_company(
    request: Request[Any, Any, Any],
    db: Db,
    door: Door,
    vault: Sealing,
    address: Address,
    jar: Cookies,
    data: JSONBody[LoginIn],
) -> Response[SignedInOut]:
    """Sign in to the dashboard: sets its session cookie for 12 hours.

    401 with `needsCode`: the password is right, and the person has a second factor.
    """
    require_own_origin(request.scope, jar.public_origins)
    attempt = account_actions.Attempt(data.login, data.password, address, data.code)
    user = await actions.sign_in(db, door, vault, attempt)
    return await signed_in(db, jar, user, address)


@post("/api/company/sign-out", status_code=200, opt=PUBLIC, tags=["Dashboard"])
async def sign_out_company(
    request: Request[Any, Any, Any], db: Db, jar: Cookies
) -> Response[bytes]:
    """End the dashboard's session in this browser."""
    require_own_origin(request.scope, jar.public_origins)
    if secret := request.cookies.get(jar.name(accounts.COMPANY_COOKIE)):
        await db.write(account_actions.close_session, secret)
    return empty(jar.drop(accounts.COMPANY_COOKIE))


@post("/api/company/revoke-tokens", status_code=200, opt=COMPANY_ONLY, tags=["Dashboard"])
async def revoke_company_tokens(db: Db, company: Company) -> None:
    """Sign out everywhere: every company token and dashboard session ends now."""
    await db.write(actions.revoke_all, company)


@get("/api/company/me", opt=COMPANY_ONLY, tags=["Dashboard"])
async def company_me(db: Db, company: Company) -> SignedInOut:
    """The company and the person that these credentials belong to."""
    return SignedInOut.of(await db.read(actions.signed_in, company))


@put("/api/company/me", opt=OWN_PROFILE, tags=["Dashboard"])
async def change_me(db: Db, company: Company, data: JSONBody[ProfileChangeIn]) -> SignedInOut:
    """Change one's own name, address or language; what is left out stays."""
    await db.write(actions.change, company, company.user_id or 0, data.to_change())
    return SignedInOut.of(await db.read(actions.signed_in, company))


@put("/api/company/me/password", opt=OWN_PROFILE, tags=["Dashboard"])
async def change_password(
    db: Db,
    door: Door,
    passwords: Hasher,
    address: Address,
    jar: Cookies,
    company: Company,
    data: JSONBody[PasswordIn],
) -> Response[SignedInOut]:
    """Choose another password. Everything else that one is signed in with ends.

    401 naming `current`: it is not the password; the session goes on.
    """
    given = account_actions.GivenPassword("current", data.current, address)
    user = await actions.check_password(db, door, company, given)
    hashed = await account_actions.hash_new_password(passwords, data.new, user.login or "", "new")
    changed = await db.write(actions.change_password, company, hashed)
    return await signed_in(db, jar, changed, address)


@post("/api/company/me/totp", status_code=200, opt=OWN_PROFILE, tags=["Dashboard"])
async def offer_totp(db: Db, vault: Sealing, company: Company) -> OfferOut:
    """Begin to set up one-time codes; they are asked for once `PUT` got one of them."""
    return OfferOut.of(await db.write(actions.offer, vault, company))


@put("/api/company/me/totp", opt=OWN_PROFILE, tags=["Dashboard"])
async def switch_totp_on(
    db: Db, vault: Sealing, company: Company, data: JSONBody[CodeIn]
) -> RecoveryOut:
    """Switch one-time codes on, with a code as a proof that the authenticator has the secret."""
    codes = await db.write(actions.switch_on, vault, company, data.code)
    return RecoveryOut(recovery_codes=codes)


@post("/api/company/me/totp/remove", status_code=200, opt=OWN_PROFILE, tags=["Dashboard"])
async def switch_totp_off(
    db: Db,
    door: Door,
    vault: Sealing,
    address: Address,
    company: Company,
    data: JSONBody[ConfirmedIn],
) -> None:
    """Switch one-time codes off, with one's password; 401 naming `password` when it is not."""
    given = account_actions.GivenPassword("password", data.password, address)
    user = await actions.check_password(db, door, company, given)
    await db.write(actions.switch_off, vault, company, user)


ROUTES = (
    get_company_token,
    sign_in_company,
    sign_out_company,
    revoke_company_tokens,
    company_me,
    change_me,
    change_password,
    offer_totp,
    switch_totp_on,
    switch_totp_off,
)
