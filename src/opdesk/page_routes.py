"""The addresses of pages: which page each of them shows, and who may frame it."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import HTTPException

from opdesk.deeplinks import endpoints as link_endpoints
from opdesk.kit.endpoint import PUBLIC
from opdesk.kit.pages import Pages, frame_ancestors, may_be_framed
from opdesk.kit.web import answer_http_error, header
from opdesk.operators import access
from opdesk.parts import Services

_Request = Request[Any, Any, Any]


def nowhere(pages: Pages) -> Callable[[_Request, HTTPException], Response[bytes]]:
    """An unknown address: a page for a person, a problem for a program."""

    def answer(request: _Request, error: HTTPException) -> Response[bytes]:
        is_page = request.method == "GET" and not request.url.path.startswith("/api/")
        if is_page and "text/html" in header(request.scope, b"accept"):
            return pages.lost()
        return answer_http_error(request, error)

    return answer


def page_routes(pages: Pages) -> list[Any]:
    """The panel's and the dashboard's addresses; each is the same page, which knows its way."""

    @get(["/login", "/switch", "/chats/{chat:str}"], opt=PUBLIC, include_in_schema=False)
    async def panel(request: _Request, panel_page: link_endpoints.PanelPage) -> Response[bytes]:
        return await panel_page(request)

    @get(["/dashboard", "/dashboard/{page:path}", "/join"], opt=PUBLIC, include_in_schema=False)
    async def dashboard() -> Response[bytes]:
        return pages.dashboard()

    @get("/index.html", opt=PUBLIC, include_in_schema=False)
    async def swagger() -> Response[bytes]:
        return pages.swagger()

    @get("/offline.html", opt=PUBLIC, include_in_schema=False)
    async def offline() -> Response[bytes]:
        return pages.offline()

    @get("/sw.js", opt=PUBLIC, include_in_schema=False)
    async def worker() -> Response[bytes]:
        return pages.worker()

    @get("/manifest.webmanifest", opt=PUBLIC, include_in_schema=False)
    async def manifest() -> Response[bytes]:
        return pages.manifest()

    return [panel, dashboard, swagger, offline, worker, manifest]


def panel_page(services: Services, pages: Pages) -> Callable[[_Request], Awaitable[Any]]:
    """The panel for a request; who may frame it hangs on whose session came along."""

    async def page(request: _Request) -> Response[bytes]:
        if not may_be_framed(request.scope):
            return pages.panel()
        cookie = request.cookies.get(services.jar.name(access.OPERATOR_COOKIE))
        found = await services.db.read(access.operator_of_session, cookie) if cookie else None
        company_id = found.company_id if found else None
        return pages.panel(frame_ancestors(request.scope, services.origins, company_id))

    return page
