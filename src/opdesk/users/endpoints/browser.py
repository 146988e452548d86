"""The answer that leaves a person signed in, in the browser that asked."""

from litestar import Response

from opdesk.accounts import access as accounts
from opdesk.accounts.model import SESSION_HOURS
from opdesk.kit.db import Database
from opdesk.kit.endpoint import CookieJar
from opdesk.kit.ids import new_secret
from opdesk.users import actions
from opdesk.users.model import User
from opdesk.users.wire import SignedInOut


async def signed_in(
    db: Database, jar: CookieJar, user: User, address: str
) -> Response[SignedInOut]:
    """Open a session at the dashboard, and set its cookie."""
    secret = new_secret()
    found = await db.write(actions.open_session, user, secret, address)
    cookie = jar.make(accounts.COMPANY_COOKIE, secret, SESSION_HOURS * 3600)
    return Response(SignedInOut.of(found), cookies=[cookie])
