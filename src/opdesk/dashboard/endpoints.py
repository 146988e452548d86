"""Set-up, one-time links, operators' invitations and the audit log."""

from dataclasses import replace
from typing import Annotated

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from opdesk.accounts import actions as account_actions
from opdesk.accounts.model import CompanyCaller
from opdesk.audit.model import Action as Written, Filter
from opdesk.dashboard import actions
from opdesk.dashboard.model import MAX_ENTRIES, MAX_EXPORTED
from opdesk.dashboard.wire import (
    EntriesOut,
    EntryOut,
    InvitationOut,
    LinkUsedOut,
    OperatorLinkIn,
    OperatorLinkOut,
    SecretIn,
    UseLinkIn,
    entries_csv,
)
from opdesk.invitations.actions import Post
from opdesk.kit.days import moment_in
from opdesk.kit.endpoint import ADMIN_ONLY, COMPANY_ONLY, PUBLIC, Address, Db, Given
from opdesk.kit.errors import Invalid
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Keyring
from opdesk.kit.limits import FailureLimit
from opdesk.kit.passwords import Passwords
from opdesk.kit.query import described, id_or_none, whole

Company = Given[CompanyCaller]
Handing = Given[Post]
Hasher = Given[Passwords]
Ring = Given[Keyring]
Brake = Given[FailureLimit]
"""Slows addresses that guess at codes."""
Action = Annotated[str | None, described("action", "Only these, such as apiKey.revoked")]
ByUser = Annotated[str | None, described("userId", "What this user did", "integer")]
ByOperator = Annotated[str | None, described("operatorId", "What this operator did", "integer")]
Since = Annotated[str | None, described("from", "From this time on")]
Until = Annotated[str | None, described("to", "Up to this time")]
Search = Annotated[str | None, described("search", "In names, actions and details")]
Before = Annotated[str | None, described("before", "Only entries older than this one", "integer")]
Limit = Annotated[str, described("limit", f"Entries, 1 to {MAX_ENTRIES}", "integer")]


@post("/api/one-time-link/look", status_code=200, opt=PUBLIC, tags=["Dashboard"])
async def look_at_link(db: Db, data: JSONBody[SecretIn]) -> InvitationOut:
    """Whom a one-time link is for. 404: it was used, replaced, or is too old."""
    return InvitationOut.of(await db.read(actions.look, data.secret))


@post("/api/one-time-link/use", status_code=200, opt=PUBLIC, tags=["Dashboard"])
async def use_link(
    db: Db, passwords: Hasher, address: Address, data: JSONBody[UseLinkIn]
) -> LinkUsedOut:
    """Choose a password (and a login, where there is none yet); the link is used up by it."""
    told = await db.read(actions.look, data.secret)
    login = data.login or told.login or ""
    hashed = await account_actions.hash_new_password(passwords, data.password, login)
    link = await db.write(actions.use, data.secret, data.login, hashed, address)
    return LinkUsedOut(leads_to="/login" if link.is_for_operator else "/dashboard")


@post("/api/operator/{operator_id:int}/link", status_code=200, opt=COMPANY_ONLY, tags=["Operators"])
async def make_operator_link(
    db: Db,
    company: Company,
    post_office: Handing,
    operator_id: FromPath[int],
    data: JSONBody[OperatorLinkIn],
) -> OperatorLinkOut:
    """A link with which an operator chooses login and password; earlier ones of theirs end.

    It is shown here only, and mailed where an address is given and the server can.
    """
    link = await db.write(
        actions.link_for_operator, company, operator_id, post_office, new_secret(), data.email
    )
    return OperatorLinkOut.of(link)


@get("/api/audit", opt=ADMIN_ONLY, tags=["Dashboard"])
async def list_entries(
    db: Db,
    company: Company,
    action: Action = None,
    user_id: ByUser = None,
    operator_id: ByOperator = None,
    since: Since = None,
    until: Until = None,
    search: Search = None,
    before: Before = None,
    limit: Limit = "50",
) -> EntriesOut:
    """Who did what, and from where; the newest first."""
    size = whole("limit", limit, 1, MAX_ENTRIES)
    wanted = replace(
        _filter(action, user_id, operator_id, since, until, search),
        before=id_or_none("before", before),
        limit=size + 1,
    )
    found = await db.read_slow(actions.list_entries, company, wanted)
    shown = found[:size]
    more = shown[-1].id if len(found) > size else None
    return EntriesOut(items=[EntryOut.of(entry) for entry in shown], next=more)


@get("/api/audit/export", opt=ADMIN_ONLY, tags=["Dashboard"])
async def export_entries(
    db: Db,
    company: Company,
    action: Action = None,
    user_id: ByUser = None,
    operator_id: ByOperator = None,
    since: Since = None,
    until: Until = None,
    search: Search = None,
) -> Response[bytes]:
    """The same as a table for a spreadsheet, at most 100,000 entries."""
    wanted = replace(
        _filter(action, user_id, operator_id, since, until, search), limit=MAX_EXPORTED
    )
    found = await db.read_slow(actions.list_entries, company, wanted)
    return Response(
        entries_csv(found),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _filter(
    action: str | None,
    user_id: str | None,
    operator_id: str | None,
    since: str | None,
    until: str | None,
    search: str | None,
) -> Filter:
    """What the query asks for. Raises Invalid."""
    return Filter(
        action=_action_in(action),
        user_id=id_or_none("userId", user_id),
        operator_id=id_or_none("operatorId", operator_id),
        since=moment_in("from", since) if since else None,
        until=moment_in("to", until) if until else None,
        search=search or "",
    )


def _action_in(text: str | None) -> str | None:
    """One of the actions that are written down. Raises Invalid."""
    if not text:
        return None
    if text not in set(Written):
        raise Invalid.field("action", f"must be an action such as {Written.API_KEY_REVOKED}")
    return text


ROUTES = (
    look_at_link,
    use_link,
    make_operator_link,
    list_entries,
    export_entries,
)
