"""The built pages: two HTML files and their assets, served with a policy that allows only us.

A page refuses to be framed, but for the panel in a page of an origin that the company allows.
"""

from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litestar import MediaType, Response
from litestar.exceptions import NotFoundException

from opdesk.kit.layers import AllowedOrigins
from opdesk.kit.origins import origin_in
from opdesk.kit.shelf import shelf_route
from opdesk.kit.web import header

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "
)
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
"""The service worker fetches from us, and loads no code."""
NOBODY = "'none'"
FRAME_VARY = "Sec-Fetch-Dest, Referer, Cookie"
"""What the framing policy of a page hangs on."""
_FRAMES = ("iframe", "frame")
A_YEAR_S = 365 * 24 * 3600
_NOT_BUILT = (
    b"<!doctype html><title>OpDesk</title><p>The panel is not built. "
    b"Run <code>make setup</code> in the checkout, or install the wheel.</p>"
)


def may_be_framed(scope: Any) -> bool:
    """Whether a page is asked for as a frame's document; on plain http nobody says: maybe."""
    return header(scope, b"sec-fetch-dest") in ("", *_FRAMES)


def frame_ancestors(scope: Any, allowed: AllowedOrigins, tenant_id: int | None) -> str:
    """Who may frame the page asked for, as the policy says it.

    That is the origin of the page that asks (`Referer`), if the tenant whose session came along
    allows it; without a session, if anyone does. A frame that does not say who asks, as when the
    panel itself moves on, is left to the origins of its session's tenant. So nobody learns from a
    policy whom other tenants allow.
    """
    if not may_be_framed(scope):
        return NOBODY
    origin = _asking_origin(scope)
    if origin is None:
        own = allowed.list_allowed(tenant_id) if tenant_id is not None else ()
        return " ".join(sorted(own)) or NOBODY
    if tenant_id is None:
        return origin if allowed.is_allowed_by_anyone(origin) else NOBODY
    return origin if allowed.is_allowed(tenant_id, origin) else NOBODY


def _asking_origin(scope: Any) -> str | None:
    """The origin of the page that asks, if it says so and is not one of ours."""
    try:
        parts = urlsplit(header(scope, b"referer"))
        origin = origin_in(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return None
    is_at_home = parts.netloc.lower() == header(scope, b"host").lower()
    return None if is_at_home or header(scope, b"sec-fetch-site") == "same-origin" else origin


class Pages:
    """The HTML of the panel, the dashboard and Swagger UI, read once."""

    def __init__(self, folder: Path) -> None:
        self._panel = _read(folder / "panel.html")
        self._dashboard = _read(folder / "dashboard.html")
        self._swagger = _read(folder / "swagger" / "index.html")
        self._offline = _read(folder / "offline.html")
        self._worker = folder / "sw.js"
        self._manifest = folder / "manifest.webmanifest"
        self._folder = folder

    def panel(self, framed_by: str = NOBODY) -> Response[bytes]:
        """The panel, which the origins of `framed_by` may show in a frame."""
        return _page(self._panel, framed_by=framed_by)

    def lost(self) -> Response[bytes]:
        """For an address that is nobody's: the panel, which says so."""
        return _page(self._panel, HTTPStatus.NOT_FOUND)

    def dashboard(self) -> Response[bytes]:
        return _page(self._dashboard)

    def swagger(self) -> Response[bytes]:
        return _page(self._swagger)

    def offline(self) -> Response[bytes]:
        """What the service worker shows of the panel when it does not reach us."""
        return _page(self._offline)

    def worker(self) -> Response[bytes]:
        """The panel's service worker, another one for each build: so it forgets the former's files.

        Raises NotFoundException where the panel is not built.
        """
        version = sha256(self._panel + self._offline).hexdigest()[:16]
        body = b'self.opdeskVersion = "%s";\n' % version.encode() + _file(self._worker)
        headers = {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": WORKER_POLICY,
            "Service-Worker-Allowed": "/",
        }
        return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)

    def manifest(self) -> Response[bytes]:
        """What a browser needs to install the panel. Raises NotFoundException, as `worker`."""
        headers = {"Cache-Control": "no-cache"}
        body = _file(self._manifest)
        return Response(body, media_type="application/manifest+json", headers=headers)

    def assets(self) -> list[Any]:
        """Files whose names carry their digest are kept for a year by the browser."""
        kept = {"assets": f"public, max-age={A_YEAR_S}, immutable"}
        return [
            shelf_route(f"/{name}", self._folder / name, kept.get(name, "no-cache"))
            for name in ("assets", "icons", "swagger")
            if (self._folder / name).is_dir()
        ]


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else _NOT_BUILT


def _file(path: Path) -> bytes:
    if not path.is_file():
        raise NotFoundException
    return path.read_bytes()


def _page(
    body: bytes, status: HTTPStatus = HTTPStatus.OK, framed_by: str = NOBODY
) -> Response[bytes]:
    headers = {
        "Content-Security-Policy": POLICY + framed_by,
        "Cache-Control": "no-cache",
        "Vary": FRAME_VARY,
    }
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)
