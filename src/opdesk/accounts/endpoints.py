"""The company's API keys, and the pages that may read its answers."""

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.accounts import access, actions
from opdesk.accounts.model import CompanyCaller
from opdesk.accounts.wire import (
    ApiKeyChangeIn,
    ApiKeyIn,
    ApiKeyOut,
    NewApiKeyOut,
    OriginsIn,
    OriginsOut,
)
from opdesk.kit.endpoint import ADMIN_ONLY, COMPANY_ONLY, Db, Given
from opdesk.kit.ids import new_secret
from opdesk.kit.tokens import Tokens

Door = Given[actions.Door]
SignedTokens = Given[Tokens]
Company = Given[CompanyCaller]
AllowedOrigins = Given[access.Origins]


@get("/api/company/key", opt=ADMIN_ONLY, tags=["Dashboard"])
async def list_api_keys(db: Db, company: Company) -> list[ApiKeyOut]:
    """The company's keys for `X-Authorization-Key`, without the keys themselves."""
    return [ApiKeyOut.of(key) for key in await db.read(actions.list_api_keys, company)]


@post("/api/company/key", status_code=200, opt=COMPANY_ONLY, tags=["Dashboard"])
async def add_api_key(db: Db, company: Company, data: JSONBody[ApiKeyIn]) -> NewApiKeyOut:
    """Make a key. This answer is the only one that shows it."""
    made, key = await db.write(
        actions.add_api_key, company, data.name, new_secret(), data.allowed_addresses
    )
    return NewApiKeyOut(id=made.id, name=made.name, key=key)


@put("/api/company/key/{key_id:int}", opt=COMPANY_ONLY, tags=["Dashboard"])
async def change_api_key(
    db: Db, company: Company, key_id: FromPath[int], data: JSONBody[ApiKeyChangeIn]
) -> ApiKeyOut:
    """Rename a key, or say which addresses it may be used from."""
    changed = await db.write(
        actions.change_api_key, company, key_id, data.name, data.allowed_addresses
    )
    return ApiKeyOut.of(changed)


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


ROUTES = (
    list_api_keys,
    add_api_key,
    change_api_key,
    revoke_api_key,
    list_origins,
    set_origins,
)
