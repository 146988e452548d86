"""The contract's section Company, and what the dashboard's first page needs."""

from typing import Any

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.accounts import access, actions
from opdesk.accounts.model import SESSION_HOURS, CompanyCaller
from opdesk.accounts.wire import (
    ApiKeyIn,
    ApiKeyOut,
    LoginIn,
    NewApiKeyOut,
    OrganizationChangeIn,
    OrganizationDetailsOut,
    OrganizationIn,
    OrganizationOut,
    OriginsIn,
    OriginsOut,
    SignedInCompanyOut,
)
from opdesk.kit.endpoint import (
    COMPANY_ONLY,
    PUBLIC,
    Address,
    Cookies,
    Db,
    Given,
    Now,
    empty,
    require_own_origin,
)
from opdesk.kit.ids import new_secret
from opdesk.kit.layers import note_tenant
from opdesk.kit.tokens import Tokens
from opdesk.kit.web import token_response

Door = Given[actions.Door]
SignedTokens = Given[Tokens]
Company = Given[CompanyCaller]
AllowedOrigins = Given[access.Origins]


@post("/api/company/get-token", status_code=200, opt=PUBLIC, tags=["Company"])
async def get_company_token(
    request: Request[Any, Any, Any],
    db: Db,
    door: Door,
    tokens: SignedTokens,
    now: Now,
    address: Address,
    data: JSONBody[LoginIn],
) -> Response[Any]:
    """Sign in a company: the token that every company-level call takes. It lives 180 days.

    401: wrong login or password. 429: too many failures; wait as long as `Retry-After` says.
    """
    company = await actions.sign_in_company(db, door, data.login, data.password, address)
    note_tenant(request.scope, company.id)
    return token_response(request, actions.issue_company_token(tokens, company, now))


@get("/api/company/organization", opt=COMPANY_ONLY, tags=["Company"])
async def list_organizations(db: Db, company: Company) -> list[OrganizationOut]:
    """The company's organizations, by id."""
    found = await db.read(actions.list_organizations, company)
    return [OrganizationOut.of(organization) for organization in found]


@post("/api/company/organization", status_code=200, opt=COMPANY_ONLY, tags=["Company"])
async def add_organization(
    db: Db, company: Company, data: JSONBody[OrganizationIn]
) -> OrganizationOut:
    """Make an organization. Its time zone, country and language have defaults."""
    made = await db.write(
        actions.add_organization,
        company,
        data.name,
        data.time_zone,
        data.country,
        data.language,
        operators_may_delete=data.operators_may_delete,
    )
    return OrganizationOut.of(made)


@put("/api/company/organization", opt=COMPANY_ONLY, tags=["Company"])
async def change_organization(
    db: Db, company: Company, data: JSONBody[OrganizationChangeIn]
) -> OrganizationDetailsOut:
    """Change an organization's name, time zone, country or language; what is left out stays."""
    changed = await db.write(actions.change_organization, company, data.id, data.to_change())
    return OrganizationDetailsOut.of(changed)


@post("/api/company/sign-in", status_code=200, opt=PUBLIC, tags=["Dashboard"])
async def sign_in_company(
    request: Request[Any, Any, Any],
    db: Db,
    door: Door,
    address: Address,
    jar: Cookies,
    data: JSONBody[LoginIn],
) -> Response[SignedInCompanyOut]:
    """Sign in to the dashboard: sets its session cookie for 12 hours."""
    require_own_origin(request.scope, jar.public_origins)
    found = await actions.sign_in_company(db, door, data.login, data.password, address)
    secret = new_secret()
    company = await db.write(actions.open_company_session, found.id, secret)
    cookie = jar.make(access.COMPANY_COOKIE, secret, SESSION_HOURS * 3600)
    return Response(SignedInCompanyOut.of(company), cookies=[cookie])


@post("/api/company/sign-out", status_code=200, opt=PUBLIC, tags=["Dashboard"])
async def sign_out_company(
    request: Request[Any, Any, Any], db: Db, jar: Cookies
) -> Response[bytes]:
    """End the dashboard's session in this browser."""
    require_own_origin(request.scope, jar.public_origins)
    if secret := request.cookies.get(jar.name(access.COMPANY_COOKIE)):
        await db.write(actions.close_session, secret)
    return empty(jar.drop(access.COMPANY_COOKIE))


@get("/api/company/me", opt=COMPANY_ONLY, tags=["Dashboard"])
async def company_me(db: Db, company: Company) -> SignedInCompanyOut:
    """The company that these credentials belong to."""
    return SignedInCompanyOut.of(await db.read(actions.company_of, company))


@get("/api/company/key", opt=COMPANY_ONLY, tags=["Dashboard"])
async def list_api_keys(db: Db, company: Company) -> list[ApiKeyOut]:
    """The company's keys for `X-Authorization-Key`, without the keys themselves."""
    return [ApiKeyOut.of(key) for key in await db.read(actions.list_api_keys, company)]


@post("/api/company/key", status_code=200, opt=COMPANY_ONLY, tags=["Dashboard"])
async def add_api_key(db: Db, company: Company, data: JSONBody[ApiKeyIn]) -> NewApiKeyOut:
    """Make a key. This answer is the only one that shows it."""
    made, key = await db.write(actions.add_api_key, company, data.name, new_secret())
    return NewApiKeyOut(id=made.id, name=made.name, key=key)


@delete("/api/company/key/{key_id:int}", status_code=200, opt=COMPANY_ONLY, tags=["Dashboard"])
async def revoke_api_key(db: Db, company: Company, key_id: FromPath[int]) -> None:
    """Revoke a key, at once and for good."""
    await db.write(actions.revoke_api_key, company, key_id)


@get("/api/company/origins", opt=COMPANY_ONLY, tags=["Dashboard"])
async def list_origins(db: Db, company: Company) -> OriginsOut:
    """The pages of other origins that may read answers to the company's credentials (CORS)."""
    return OriginsOut(origins=await db.read(actions.origins_of, company))


@put("/api/company/origins", opt=COMPANY_ONLY, tags=["Dashboard"])
async def set_origins(
    db: Db, company: Company, allowed: AllowedOrigins, data: JSONBody[OriginsIn]
) -> OriginsOut:
    """Set them all: https, or http on the loopback, at most 50. They count at once."""
    origins = actions.origins_in(data.origins)
    await db.write(actions.set_origins, company, origins)
    await allowed.refresh(db)
    return OriginsOut(origins=origins)


@post("/api/company/revoke-tokens", status_code=200, opt=COMPANY_ONLY, tags=["Dashboard"])
async def revoke_company_tokens(db: Db, company: Company) -> None:
    """Sign out everywhere: every company token and dashboard session ends now."""
    await db.write(actions.revoke_company_tokens, company)


ROUTES = (
    get_company_token,
    list_organizations,
    add_organization,
    change_organization,
    sign_in_company,
    sign_out_company,
    company_me,
    list_api_keys,
    add_api_key,
    revoke_api_key,
    list_origins,
    set_origins,
    revoke_company_tokens,
)
