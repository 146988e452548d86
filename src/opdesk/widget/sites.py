"""The door of the widget's calls: which site asks, and whether its pages may read the answer.

Other pages of the API are opened to origins that a company allows; these to the sites of one
widget, exactly named, without cookies or any other credentials of the browser.
"""

from collections.abc import Callable
from typing import Any

from opdesk.kit.db import Database
from opdesk.kit.errors import AppError
from opdesk.kit.keyring import Vault
from opdesk.kit.layers import App, Event, Header, Receive, Scope, Send, answer
from opdesk.kit.web import header, send_problem
from opdesk.widget import access
from opdesk.widget.errors import OriginRefused, SiteNotFound
from opdesk.widget.model import Site

CALLS = "/api/widget/"
VISITOR_HEADER = "X-OpDesk-Visitor"
_SITE = "opdesk.site"
_VARY: Header = (b"vary", b"Origin")
_EXPOSED: Header = (b"access-control-expose-headers", b"Retry-After")
_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", f"Content-Type, {VISITOR_HEADER}".encode()),
    (b"access-control-max-age", b"7200"),
)


class Sites:
    """Around the API: finds the site of a call below `CALLS`; everything else goes to `others`.

    `brake` raises TooManyRequests for an address that asks too often.
    """

    def __init__(
        self, app: App, others: App, db: Database, vault: Vault, brake: Callable[[Scope], None]
    ) -> None:
        self._app, self._others, self._brake = app, others, brake
        self._db, self._vault = db, vault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(CALLS):
            await self._others(scope, receive, send)
            return
        origin = header(scope, b"origin")
        try:
            site = await self._site(scope["path"], origin)
        except AppError as error:
            await send_problem(send, error)
            return
        readable = (_VARY, (b"access-control-allow-origin", origin.encode("latin-1")))
        if scope["method"] == "OPTIONS":
            await answer(send, 204, b"", b"text/plain", [*readable, *_PREFLIGHT])
            return

        async def send_readable(event: Event) -> None:
            if event["type"] == "http.response.start":
                event["headers"] = [*event.get("headers", ()), *readable, _EXPOSED]
            await send(event)

        try:
            self._brake(scope)
        except AppError as error:
            await send_problem(send_readable, error)
            return
        scope[_SITE] = site
        await self._app(scope, receive, send_readable)

    async def _site(self, path: str, origin: str) -> Site:
        key = path.removeprefix(CALLS).partition("/")[0]
        site = await self._db.read(access.find_site, self._vault, key)
        if site is None:
            raise SiteNotFound("no widget has this key, or it is switched off")
        if not site.allows(origin):
            raise OriginRefused(f"{origin or 'a page without an origin'} is not among its sites")
        return site


def site_of(scope: Any) -> Site:
    """The site that the door has let in. Raises SiteNotFound past the door."""
    found = scope.get(_SITE)
    if not isinstance(found, Site):
        raise SiteNotFound("the widget's calls go by their own door")
    return found
