"""The first company of a new server: for whoever sees what it printed."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import JSONBody

from opdesk.accounts import actions as account_actions
from opdesk.kit.endpoint import PUBLIC, Address, Cookies, Db, Given, require_own_origin
from opdesk.kit.errors import Invalid
from opdesk.kit.keyring import Keyring
from opdesk.kit.limits import FailureLimit
from opdesk.kit.passwords import Passwords
from opdesk.users import access, actions
from opdesk.users.endpoints.browser import signed_in
from opdesk.users.errors import AlreadySetUp
from opdesk.users.wire import SetUpIn, SetUpStateOut, SignedInOut

Hasher = Given[Passwords]
Ring = Given[Keyring]
Brake = Given[FailureLimit]
"""Slows addresses that guess at codes."""


@get("/api/setup", opt=PUBLIC, tags=["Dashboard"])
async def set_up_state(db: Db) -> SetUpStateOut:
    """Whether this server has no company yet."""
    return SetUpStateOut(is_needed=await db.read(actions.needs_set_up))


@post("/api/setup", status_code=200, opt=PUBLIC, tags=["Dashboard"])
async def set_up(
    request: Request[Any, Any, Any],
    db: Db,
    passwords: Hasher,
    keyring: Ring,
    code_brake: Brake,
    address: Address,
    jar: Cookies,
    data: JSONBody[SetUpIn],
) -> Response[SignedInOut]:
    """Make the first company with its owner, who is signed in at once.

    400: not the code that the server printed. 409: there is a company already.
    """
    require_own_origin(request.scope, jar.public_origins)
    if not await db.read(actions.needs_set_up):
        raise AlreadySetUp
    code_brake.count(address)
    if not access.is_set_up_code(keyring, data.code):
        raise Invalid.field("code", "is not the one that the server printed when it started")
    code_brake.forgive(address)
    hashed = await account_actions.hash_new_password(passwords, data.password, data.login)
    owner = await db.write(actions.set_up, data.to_model(), hashed, address)
    return await signed_in(db, jar, owner, address)


ROUTES = (set_up_state, set_up)
