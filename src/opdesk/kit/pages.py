"""The built pages: two HTML files and their assets, served with a policy that allows only us."""

from http import HTTPStatus
from pathlib import Path

from litestar import MediaType, Response, Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
A_YEAR_S = 365 * 24 * 3600
_NOT_BUILT = (
    b"<!doctype html><title>OpDesk</title><p>The panel is not built. "
    b"Run <code>make setup</code> in the checkout, or install the wheel.</p>"
)


class Pages:
    """The HTML of the panel, the dashboard and Swagger UI, read once."""

    def __init__(self, folder: Path) -> None:
        self._panel = _read(folder / "panel.html")
        self._dashboard = _read(folder / "dashboard.html")
        self._swagger = _read(folder / "swagger" / "index.html")
        self._folder = folder

    def panel(self) -> Response[bytes]:
        return _page(self._panel)

    def lost(self) -> Response[bytes]:
        """For an address that is nobody's: the panel, which says so."""
        return _page(self._panel, HTTPStatus.NOT_FOUND)

    def dashboard(self) -> Response[bytes]:
        return _page(self._dashboard)

    def swagger(self) -> Response[bytes]:
        return _page(self._swagger)

    def assets(self) -> list[Router]:
        """Files whose names carry their digest are kept for a year by the browser."""
        cache = CacheControlHeader(max_age=A_YEAR_S, public=True, immutable=True)
        return [
            create_static_files_router(
                path=f"/{name}",
                directories=[self._folder / name],
                cache_control=cache if name == "assets" else None,
                opt={"callers": "anyone"},
                include_in_schema=False,
            )
            for name in ("assets", "swagger")
            if (self._folder / name).is_dir()
        ]


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else _NOT_BUILT


def _page(body: bytes, status: HTTPStatus = HTTPStatus.OK) -> Response[bytes]:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)
