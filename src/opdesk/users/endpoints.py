"""Sign-in of a company's people, their company tokens, and who they are."""

from typing import Any

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.accounts import access as accounts, actions as account_actions
from opdesk.accounts.model import SESSION_HOURS, CompanyCaller
from opdesk.kit.endpoint import (
    COMPANY_ONLY,
    OWN_PROFILE,
    OWNER_ONLY,
    PUBLIC,
    Address,
    Cookies,
    Db,
    Given,
    empty,
    require_own_origin,
)
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Vault
from opdesk.kit.layers import note_tenant
from opdesk.kit.tokens import Tokens
from opdesk.kit.web import token_response
from opdesk.users import actions
from opdesk.users.wire import LoginIn, MeOut, ProfileChangeIn, UserChangeIn, UserOut

Door = Given[account_actions.Door]
SignedTokens = Given[Tokens]
Company = Given[CompanyCaller]
Sealing = Given[Vault]


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
    attempt = actions.Attempt(data.login, data.password, address, data.code)
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
) -> Response[MeOut]:
    """Sign in to the dashboard: sets its session cookie for 12 hours.

    401 with `needsCode`: the password is right, and the person has a second factor.
    """
    require_own_origin(request.scope, jar.public_origins)
    attempt = actions.Attempt(data.login, data.password, address, data.code)
    user = await actions.sign_in(db, door, vault, attempt)
    secret = new_secret()
    signed_in = await db.write(actions.open_session, user, secret, address)
    cookie = jar.make(accounts.COMPANY_COOKIE, secret, SESSION_HOURS * 3600)
    return Response(MeOut.of(signed_in), cookies=[cookie])


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
async def company_me(db: Db, company: Company) -> MeOut:
    """The company and the person that these credentials belong to."""
    return MeOut.of(await db.read(actions.signed_in, company))


@put("/api/company/me", opt=OWN_PROFILE, tags=["Dashboard"])
async def change_me(db: Db, company: Company, data: JSONBody[ProfileChangeIn]) -> MeOut:
    """Change one's own name, address or language; what is left out stays."""
    await db.write(actions.change, company, company.user_id or 0, data.to_change())
    return MeOut.of(await db.read(actions.signed_in, company))


@get("/api/company/user", opt=OWNER_ONLY, tags=["Dashboard"])
async def list_users(db: Db, company: Company) -> list[UserOut]:
    """The company's people, by id."""
    return [UserOut.of(user) for user in await db.read(actions.list_users, company)]


@put("/api/company/user/{user_id:int}", opt=OWNER_ONLY, tags=["Dashboard"])
async def change_user(
    db: Db, company: Company, user_id: FromPath[int], data: JSONBody[UserChangeIn]
) -> UserOut:
    """Change a person's name, address or role. 409: the last owner stays one."""
    return UserOut.of(await db.write(actions.change, company, user_id, data.to_change()))


@delete("/api/company/user/{user_id:int}", status_code=200, opt=OWNER_ONLY, tags=["Dashboard"])
async def remove_user(db: Db, company: Company, user_id: FromPath[int]) -> None:
    """Remove a person; all that they are signed in with ends. 409: the last owner stays."""
    await db.write(actions.remove, company, user_id)


@post(
    "/api/company/user/{user_id:int}/sign-out",
    status_code=200,
    opt=OWNER_ONLY,
    tags=["Dashboard"],
)
async def sign_out_user(db: Db, company: Company, user_id: FromPath[int]) -> None:
    """End a person's company tokens and dashboard sessions."""
    await db.write(actions.sign_out, company, user_id)


ROUTES = (
    get_company_token,
    sign_in_company,
    sign_out_company,
    revoke_company_tokens,
    company_me,
    change_me,
    list_users,
    change_user,
    remove_user,
    sign_out_user,
)
