"""`GET /` with a link's parameters, and what the panel asks about a link.

The server answers a link itself, so that no page ever holds the token: it checks the token, opens
the session and sends the browser on to an address without token and phone.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, JSONBody

from opdesk.accounts import actions as account_actions
from opdesk.accounts.model import CompanyCaller
from opdesk.deeplinks import actions
from opdesk.deeplinks.model import Grant, Query, Target, WantedLink, read_query
from opdesk.deeplinks.wire import (
    ChatShape,
    LinkBuildIn,
    LinkBuildOut,
    LinkCheckIn,
    LinkCheckOut,
    LinkOut,
    PersonOut,
    SwitchedOut,
    WaitingOut,
    WriteFirst,
    open_grant,
    open_target,
    seal_grant,
    seal_target,
)
from opdesk.kit.clock import SECOND_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.endpoint import (
    COMPANY_ONLY,
    PUBLIC,
    CookieJar,
    Cookies,
    Db,
    Given,
    Now,
    require_own_origin,
)
from opdesk.kit.errors import NotFound
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Vault
from opdesk.kit.layers import AllowedOrigins
from opdesk.kit.pages import NOBODY, frame_ancestors
from opdesk.kit.tokens import BadToken, TokenProblem, Tokens
from opdesk.kit.web import header, unquoted
from opdesk.operators import access, actions as operator_actions
from opdesk.operators.errors import OperatorSignedOut
from opdesk.operators.model import OPERATOR_TOKEN, Caller, OperatorCaller

AnyCaller = Given[Caller]
Company = Given[CompanyCaller]
SignedTokens = Given[Tokens]
SecretVault = Given[Vault]
PanelPage = Given[Callable[[Request[Any, Any, Any]], Awaitable[Response[bytes]]]]
"""The panel, framable by whom the request's session allows; the composition root brings it."""
Shape = Given[ChatShape]
MayWriteFirst = Given[WriteFirst]
Allowed = Given[AllowedOrigins]
GRANT_COOKIE = "opdesk-grant"
GRANT_S = 60
_Request = Request[Any, Any, Any]


@get("/", opt=PUBLIC, include_in_schema=False)
async def open_link(
    request: _Request,
    db: Db,
    tokens: SignedTokens,
    vault: SecretVault,
    panel_page: PanelPage,
    jar: Cookies,
    allowed: Allowed,
    now: Now,
) -> Response[bytes]:
    """The panel; with a link's parameters, the way to where the link leads."""
    query = read_query(request.scope["query_string"])
    if query.token is None and query.target == Target():
        return await panel_page(request)
    answer = await _follow(request, query, (db, tokens, vault), jar, now)
    if frame_ancestors(request.scope, allowed, None) != NOBODY:
        # What is passed on is who asked for this address, never the address itself.
        answer.headers["Referrer-Policy"] = "strict-origin"
    return answer


_Stores = tuple[Database, Tokens, Vault]


async def _follow(
    request: _Request, query: Query, stores: _Stores, jar: CookieJar, now: int
) -> Response[bytes]:
    (db, tokens, vault), target, token = stores, query.target, query.token
    cookie = request.cookies.get(jar.name(access.OPERATOR_COOKIE))
    current = await db.read(access.operator_of_session, cookie) if cookie else None
    if token is None:
        if current is None:
            return _to_login(vault, target, "signed_out")
        return _go(await _path(db, vault, current, target))
    caller = await db.read(_holder, tokens, unquoted(token))
    if not isinstance(caller, OperatorCaller):
        return _to_login(vault, target, caller)
    path = await _path(db, vault, caller, target)
    if current is not None and current.operator_id != caller.operator_id:
        return _ask_first(vault, jar, caller, path, now)
    return await _enter(db, jar, caller, path, cookie, now)


@get("/links/{sealed:str}", opt=PUBLIC, include_in_schema=False)
async def continue_link(
    request: _Request,
    db: Db,
    vault: SecretVault,
    panel_page: PanelPage,
    jar: Cookies,
    sealed: FromPath[str],
) -> Response[bytes]:
    """Where a link goes on after a sign-in: to its chat, or to the page that says why not."""
    cookie = request.cookies.get(jar.name(access.OPERATOR_COOKIE))
    caller = await db.read(access.operator_of_session, cookie) if cookie else None
    target = open_target(vault, sealed)
    if caller is not None and target is not None:
        path = await _path(db, vault, caller, target)
        if not path.startswith("/links/"):
            return _go(path)
    return await panel_page(request)


@get("/api/link/{sealed:str}", tags=["Panel"])
async def describe_link(
    db: Db,
    vault: SecretVault,
    caller: AnyCaller,
    chat_shape: Shape,
    write_first: MayWriteFirst,
    sealed: FromPath[str],
) -> LinkOut:
    """Where a link leads for the operator who is signed in."""
    target = open_target(vault, sealed)
    if target is None:
        return LinkOut.unreadable()
    found = await db.read(actions.resolve, vault, _reader(_operator(caller)), target)
    return LinkOut.of(found, chat_shape, write_first)


@post("/api/link/check", status_code=200, opt=COMPANY_ONLY, tags=["Links"])
async def check_link(
    request: _Request,
    db: Db,
    tokens: SignedTokens,
    vault: SecretVault,
    company: Company,
    jar: Cookies,
    chat_shape: Shape,
    write_first: MayWriteFirst,
    data: JSONBody[LinkCheckIn],
) -> LinkCheckOut:
    """Why a link opens the chat that it opens, rule by rule, or why it opens none.

    The rules are those of `GET /`. A link without a token is read as `operatorId` would open it
    when signed in; without that, the organization that finds most is shown. No part of a token
    is answered or kept.
    """
    asked = actions.Asked(data.link, data.operator_id, _own_origins(request, jar))
    found = await db.read_slow(actions.check, vault, tokens, company, asked, write_first)
    return LinkCheckOut.of(found, chat_shape)


@post("/api/link/build", status_code=200, opt=COMPANY_ONLY, tags=["Links"])
async def build_link(
    request: _Request,
    db: Db,
    tokens: SignedTokens,
    vault: SecretVault,
    company: Company,
    jar: Cookies,
    data: JSONBody[LinkBuildIn],
) -> LinkBuildOut:
    """A link that opens a chat, and its other spellings where the client has a phone.

    With a token (`withToken`, `operatorId`) whoever has the link is that operator until the token
    ends, by default in 60 minutes. 409: the operator is inactive.
    """
    wanted = WantedLink(data.chat_id, data.operator_id, data.with_token, data.expires_in_minutes)
    base = _own_origins(request, jar)[0]
    made = await db.write(actions.build, vault, tokens, company, wanted, base)
    return LinkBuildOut.of(made)


@get("/api/link/waiting", opt=PUBLIC, tags=["Panel"])
async def waiting_link(
    request: _Request, db: Db, vault: SecretVault, jar: Cookies, now: Now
) -> WaitingOut:
    """The link that waits for a click because another operator is signed in. 404: none does."""
    grant = _grant(request, vault, jar, now)
    waiting = await db.read(access.operator, grant.company_id, grant.operator_id)
    cookie = request.cookies.get(jar.name(access.OPERATOR_COOKIE))
    current = await db.read(access.operator_of_session, cookie) if cookie else None
    return WaitingOut(
        current=PersonOut(id=current.operator_id, name=current.name) if current else None,
        next=PersonOut(id=waiting.id, name=waiting.name),
        target=grant.path,
    )


@post("/api/link/switch", status_code=200, opt=PUBLIC, tags=["Panel"])
async def switch_operator(
    request: _Request, db: Db, vault: SecretVault, jar: Cookies, now: Now
) -> Response[SwitchedOut]:
    """Sign in the operator whose link waits, in place of the one signed in now."""
    require_own_origin(request.scope, jar.public_origins)
    grant = _grant(request, vault, jar, now)
    caller = await db.read(
        access.operator_of_grant, grant.company_id, grant.operator_id, grant.epoch, grant.expires_at
    )
    if caller is None:
        raise OperatorSignedOut("the link's token has ended")
    cookie = request.cookies.get(jar.name(access.OPERATOR_COOKIE))
    made = await _session(db, jar, caller, cookie, now)
    return Response(SwitchedOut(target=grant.path), cookies=[made, jar.drop(GRANT_COOKIE)])


def _own_origins(request: _Request, jar: CookieJar) -> tuple[str, ...]:
    """Our public addresses; without any, the one that was asked."""
    asked = f"{request.scope['scheme']}://{header(request.scope, b'host').lower()}"
    return jar.public_origins or (asked,)


def _holder(tx: Tx, tokens: Tokens, token: str) -> OperatorCaller | str:
    """Whose token it is, or why it does not count."""
    try:
        claims = tokens.verify(OPERATOR_TOKEN, token, tx.now)
    except BadToken as error:
        return "expired" if error.problem is TokenProblem.EXPIRED else "invalid"
    return access.operator_of_claims(tx, claims) or "invalid"


def _holder_of_grant(tx: Tx, grant: Grant) -> OperatorCaller | None:
    return access.operator_of_grant(
        tx, grant.company_id, grant.operator_id, grant.epoch, grant.expires_at
    )


async def _path(db: Database, vault: Vault, caller: OperatorCaller, target: Target) -> str:
    """The panel's address for a link, without anything that should not be seen."""
    if target.is_empty and not target.source:
        return "/"
    found = await db.read(actions.resolve, vault, _reader(caller), target)
    if found.chat_id is None:
        return "/" if found.is_desk else f"/links/{seal_target(vault, target)}"
    if found.others:
        return f"/chats/{found.chat_id}?link={seal_target(vault, target)}"
    return f"/chats/{found.chat_id}"


def _reader(caller: OperatorCaller) -> tuple[OperatorCaller, int]:
    return caller, caller.organization_id


def _to_login(vault: Vault, target: Target, reason: str) -> Response[bytes]:
    path = "/" if target.is_empty else f"/links/{seal_target(vault, target)}"
    suffix = "" if reason == "signed_out" else f"&reason={reason}"
    return _go(f"/login?next={quote(path, safe='/')}{suffix}")


def _ask_first(
    vault: Vault, jar: Cookies, caller: OperatorCaller, path: str, now: int
) -> Response[bytes]:
    grant = Grant(
        caller.company_id,
        caller.operator_id,
        caller.epoch,
        caller.expires_at,
        now + GRANT_S * SECOND_MS,
        path,
    )
    return _go("/switch", jar.make(GRANT_COOKIE, seal_grant(vault, grant), GRANT_S))


async def _enter(
    db: Database, jar: Cookies, caller: OperatorCaller, path: str, cookie: str | None, now: int
) -> Response[bytes]:
    return _go(path, await _session(db, jar, caller, cookie, now))


async def _session(
    db: Database, jar: Cookies, caller: OperatorCaller, replaced: str | None, now: int
) -> Cookie:
    """A session that ends with the token; the browser's former one is closed."""
    secret = new_secret()
    await db.write(_open_session, caller, secret, replaced)
    return jar.make(access.OPERATOR_COOKIE, secret, max(1, (caller.expires_at - now) // SECOND_MS))


def _open_session(tx: Tx, caller: OperatorCaller, secret: str, replaced: str | None) -> None:
    if replaced:
        account_actions.close_session(tx, replaced)
    operator_actions.open_session(tx, caller, secret)


def _grant(request: _Request, vault: Vault, jar: Cookies, now: int) -> Grant:
    text = request.cookies.get(jar.name(GRANT_COOKIE))
    grant = open_grant(vault, text) if text else None
    if grant is None or grant.waits_until <= now:
        raise NotFound("no link waits; open it again")
    return grant


def _operator(caller: Caller) -> OperatorCaller:
    if not isinstance(caller, OperatorCaller):
        raise OperatorSignedOut("links are opened by operators")
    return caller


def _go(path: str, *cookies: Cookie) -> Response[bytes]:
    """303, so that neither the browser's history nor its cache keeps the link itself."""
    headers = {
        "Location": path,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(b"", status_code=303, headers=headers, cookies=list(cookies))


ROUTES = (
    open_link,
    continue_link,
    describe_link,
    check_link,
    build_link,
    waiting_link,
    switch_operator,
)
