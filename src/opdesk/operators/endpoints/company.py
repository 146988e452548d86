"""The contract's section Operators: what company credentials do with them."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.accounts import actions as account_actions
from opdesk.accounts.model import CompanyCaller
from opdesk.kit.db import Database
from opdesk.kit.endpoint import COMPANY_ONLY, Db, Given, Recognizer, empty
from opdesk.kit.errors import TooLarge
from opdesk.kit.keyring import Vault
from opdesk.kit.layers import Receive, Scope, Send, answer, read_body
from opdesk.kit.passwords import Passwords
from opdesk.kit.query import described, flag, id_or_none, required_id, whole, whole_or_none
from opdesk.kit.tokens import Tokens
from opdesk.kit.web import header, require_content_type, send_problem, token_response
from opdesk.kit.wire import MAX_ID, time_in
from opdesk.operators import actions
from opdesk.operators.model import MAX_FOUND, MAX_VALIDATED_BYTES, Caller, OperatorStatus, Search
from opdesk.operators.wire import (
    CredentialsIn,
    FoundOperatorsOut,
    NewOperatorIn,
    OperatorOut,
    StatusIn,
    SynchronizedOut,
    TokenRequestIn,
    VerdictOut,
    token_in,
    verdict_body,
)

Company = Given[CompanyCaller]
AnyCaller = Given[Caller]
SignedTokens = Given[Tokens]
Hasher = Given[Passwords]
Sealing = Given[Vault]
OrganizationId = Annotated[str | None, described("organizationId", "Whose operators", "integer")]
SearchWords = Annotated[str | None, described("search", "A part of the name, id or login")]
StatusFilter = Annotated[str | None, described("status", "0 Active to 2 Deleted", "integer")]
After = Annotated[str | None, described("after", "The `next` of the page before", "integer")]
Limit = Annotated[str, described("limit", "Operators on a page, 1 to 200", "integer")]
DryRun = Annotated[str | None, described("dryRun", "Tell what would change", "boolean")]
OpenChats = Given[actions.OpenChats]
TOKEN_TYPES = ("application/json", "text/json", "text/plain")
MAX_SYNCHRONIZE_BYTES = 32 * 1024 * 1024
"""10,000 names of 200 characters, each written as two escaped halves, with room between."""
_TOKEN_TOO_LARGE = f"a token's body has at most {MAX_VALIDATED_BYTES} bytes"


@get("/api/operator", tags=["Operators"])
async def list_operators(
    db: Db, caller: AnyCaller, organization_id: OrganizationId = None
) -> list[OperatorOut]:
    """An organization's operators by id; deleted ones are there too, with status 2."""
    wanted = required_id("organizationId", organization_id)
    organization, found = await db.read(actions.list_operators, caller, wanted)
    return [OperatorOut.of(operator, organization) for operator in found]


@post(
    "/api/operator/synchronize",
    status_code=200,
    opt=COMPANY_ONLY,
    tags=["Operators"],
    request_max_body_size=MAX_SYNCHRONIZE_BYTES,
)
async def synchronize(
    db: Db, company: Company, data: JSONBody[list[NewOperatorIn]], dry_run: DryRun = None
) -> list[SynchronizedOut]:
    """Make sure that every operator of the list is there: 1 to 10,000, all or nothing.

    An operator is known by organization and name. Who is there keeps id and status, who is new
    is Active, who was Deleted comes back Active with the old id, and nobody else is touched.

    With an `externalId` an operator is known by organization and that id: another name is a new
    name of the same person. Someone who was known by name only gets the id. With `dryRun=true`
    nothing is saved, and each element tells the `change` that it would make.
    """
    elements = [(one.organization_id, one.name, one.external_id) for one in data]
    wanted = actions.new_operators(elements)
    is_dry_run = flag("dryRun", dry_run)
    if is_dry_run:
        found = await db.read_slow(actions.try_synchronize, company, wanted)
    else:
        found = await db.write(actions.synchronize, company, wanted)
    return [SynchronizedOut.of(one, is_dry_run=is_dry_run) for one in found]


@get("/api/operator/search", opt=COMPANY_ONLY, tags=["Operators"])
async def search_operators(
    db: Db,
    company: Company,
    open_chats: OpenChats,
    organization_id: OrganizationId = None,
    search: SearchWords = None,
    status: StatusFilter = None,
    after: After = None,
    limit: Limit = "50",
) -> FoundOperatorsOut:
    """Operators by id, of one organization or of the whole company, with `total` counted.

    `search` is a part of the name, of the `externalId` or of the login, in any case. `next` is
    the `after` of the next page.
    """
    asked = whole_or_none("status", status, 0, len(OperatorStatus) - 1)
    wanted = Search(
        organization_id=id_or_none("organizationId", organization_id),
        status=None if asked is None else OperatorStatus(asked),
        words=search or "",
        after=whole_or_none("after", after, 0, MAX_ID) or 0,
        limit=whole("limit", limit, 1, MAX_FOUND),
    )
    return FoundOperatorsOut.of(await db.read_slow(actions.search, company, wanted, open_chats))


@post("/api/operator/status", status_code=200, opt=COMPANY_ONLY, tags=["Operators"])
async def set_status(db: Db, company: Company, data: JSONBody[StatusIn]) -> Response[bytes]:
    """Set an operator's status. Leaving Active ends their sessions and tokens at once."""
    await db.write(actions.set_status, company, data.id, data.to_status())
    return empty()


@post(
    "/api/operator/{operator_id:int}/sign-out",
    status_code=200,
    opt=COMPANY_ONLY,
    tags=["Operators"],
)
async def sign_operator_out(
    db: Db, company: Company, operator_id: FromPath[int]
) -> Response[bytes]:
    """Sign an operator out everywhere: tokens, sessions and connections end at once."""
    await db.write(actions.sign_out_everywhere, company, operator_id)
    return empty()


@post("/api/operator/get-token", status_code=200, opt=COMPANY_ONLY, tags=["Operators"])
async def get_operator_token(
    request: Request[Any, Any, Any],
    db: Db,
    tokens: SignedTokens,
    company: Company,
    data: JSONBody[TokenRequestIn],
) -> Response[Any]:
    """A token for one Active operator, until `expiresAt`: at most 24 hours ahead.

    404: unknown or deleted. 409: inactive.
    """
    ends = time_in(data.expires_at, "expiresAt")
    claims = await db.read(actions.claims_for, company, data.id, ends)
    return token_response(request, tokens.issue(claims))


@post("/api/operator/validate-token", status_code=200, opt=COMPANY_ONLY, tags=["Operators"])
async def validate_token(
    request: Request[Any, Any, Any], db: Db, tokens: SignedTokens, company: Company
) -> VerdictOut:
    """Whether an operator's token counts. The body is the token as a JSON string.

    `{"token": "..."}` and a `text/plain` body work too. Always 200 for an authorised caller.
    """
    require_content_type(request.scope, TOKEN_TYPES)
    body = await request.body()
    if len(body) > MAX_VALIDATED_BYTES:
        raise TooLarge(_TOKEN_TOO_LARGE)
    token = token_in(body, _content_type(request.scope))
    return VerdictOut.of(await db.read(actions.validate, tokens, company, token))


class RawTokenValidation:
    """`validate_token` past the framework: a CRM may ask it for every page it shows.

    A test holds the two against each other.
    """

    def __init__(self, db: Database, tokens: Tokens, recognize: Recognizer) -> None:
        self._db, self._tokens, self._recognize = db, tokens, recognize

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._verdict(scope, receive)
        except Exception as error:
            await send_problem(send, error)
            return
        await answer(send, 200, body, b"application/json")

    async def _verdict(self, scope: Scope, receive: Receive) -> bytes:
        company = await self._recognize(scope, True, None)
        require_content_type(scope, TOKEN_TYPES)
        body = await read_body(receive, MAX_VALIDATED_BYTES)
        if body is None:
            raise TooLarge(_TOKEN_TOO_LARGE)
        token = token_in(body, _content_type(scope))
        return verdict_body(await self._db.read(actions.validate, self._tokens, company, token))


def _content_type(scope: Scope) -> str:
    return header(scope, b"content-type").split(";")[0].strip().lower()


@put("/api/operator/credentials", opt=COMPANY_ONLY, tags=["Operators"])
async def set_credentials(
    db: Db, company: Company, passwords: Hasher, data: JSONBody[CredentialsIn]
) -> Response[bytes]:
    """How an operator signs in at the panel's /login without a token.

    The login is unique in the company. A password has 10 to 256 characters.
    """
    login = await db.read(actions.find_for_credentials, company, data.id, data.login)
    hashed = await account_actions.hash_new_password(passwords, data.password, login)
    await db.write(actions.set_credentials, company, data.id, login, hashed)
    return empty()


@delete(
    "/api/operator/{operator_id:int}/totp", status_code=200, opt=COMPANY_ONLY, tags=["Dashboard"]
)
async def remove_operator_totp(
    db: Db, company: Company, vault: Sealing, operator_id: FromPath[int]
) -> None:
    """Let an operator who lost their authenticator in with the password alone."""
    await db.write(actions.remove_code, vault, company, operator_id)


ROUTES = (
    list_operators,
    synchronize,
    search_operators,
    set_status,
    sign_operator_out,
    get_operator_token,
    validate_token,
    set_credentials,
    remove_operator_totp,
)
