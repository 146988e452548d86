"""Fetching a file by its signed address."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from opdesk.kit.endpoint import FILE, Db, Given, Now
from opdesk.kit.ranges import RangeOutside, part_of, range_in
from opdesk.kit.sniff import INLINE, sniff
from opdesk.kit.web import Problem, header
from opdesk.media import access, actions
from opdesk.media.errors import MediaNotFound
from opdesk.media.model import Media

MediaFiles = Given[access.Files]
MediaAddresses = Given[access.Addresses]
_CACHE = "private, max-age=86400, immutable"
_SANDBOX = "sandbox; default-src 'none'"


@get(
    "/media/{company_id:int}/{media_id:int}/{ends:int}/{kid:str}/{signature:str}/{name:str}",
    opt=FILE,
    include_in_schema=False,
)
async def fetch_media(
    request: Request[Any, Any, Any],
    db: Db,
    files: MediaFiles,
    addresses: MediaAddresses,
    now: Now,
    company_id: FromPath[int],
    media_id: FromPath[int],
    ends: FromPath[int],
    kid: FromPath[str],
    signature: FromPath[str],
    name: FromPath[str],
) -> Response[Any]:
    """The bytes, or the part that `Range` asks for.

    Pictures, audio and video are shown; everything else is only downloaded.
    """
    addresses.check(company_id, media_id, ends, (kid, signature), now)
    media = await db.read(actions.get, company_id, media_id)
    if media.digest is None:
        raise MediaNotFound(f"{name} is not here yet")
    path = files.path(company_id, media.digest)
    kind = sniff(files.head(company_id, media.digest))
    try:
        asked = range_in(header(request.scope, b"range"), media.size)
    except RangeOutside:
        return _outside(media.size)
    first, last = asked or (0, media.size - 1)
    headers = _headers(media, is_inline=kind in INLINE)
    headers["Content-Length"] = str(last - first + 1)
    if asked is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{media.size}"
    return Stream(
        part_of(path, first, last),
        status_code=HTTPStatus.OK if asked is None else HTTPStatus.PARTIAL_CONTENT,
        media_type=kind if kind in INLINE else "application/octet-stream",
        headers=headers,
    )


def _headers(media: Media, *, is_inline: bool) -> dict[str, str]:
    shown = "inline" if is_inline else "attachment"
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": _CACHE,
        "Content-Disposition": f"{shown}; filename*=utf-8''{quote(media.name, safe='')}",
        "Content-Security-Policy": _SANDBOX,
        "ETag": f'"{media.digest}"',
        "X-Content-Type-Options": "nosniff",
    }


def _outside(size: int) -> Response[Any]:
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    body = Problem("about:blank", status.phrase, status, f"the file has {size} bytes")
    return body.response({"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})


ROUTES = (fetch_media,)
