"""Fetching a file by its signed address."""

from litestar import get
from litestar.params import FromPath
from litestar.response import File

from opdesk.kit.endpoint import PUBLIC, Db, Given, Now
from opdesk.kit.sniff import INLINE, sniff
from opdesk.media import access, actions
from opdesk.media.errors import MediaNotFound

MediaFiles = Given[access.Files]
MediaAddresses = Given[access.Addresses]
_CACHE = "private, max-age=86400, immutable"
_SANDBOX = "sandbox; default-src 'none'"


@get(
    "/media/{company_id:int}/{media_id:int}/{ends:int}/{kid:str}/{signature:str}/{name:str}",
    opt=PUBLIC,
    include_in_schema=False,
)
async def fetch_media(
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
) -> File:
    """The bytes. Pictures, audio and video are shown; everything else is only downloaded."""
    addresses.check(company_id, media_id, ends, (kid, signature), now)
    media = await db.read(actions.get, company_id, media_id)
    if media.digest is None:
        raise MediaNotFound(f"{name} is not here yet")
    path = files.path(company_id, media.digest)
    with path.open("rb") as file:
        kind = sniff(file.read(64))
    is_inline = kind in INLINE
    return File(
        path=path,
        filename=media.name,
        media_type=kind if is_inline else "application/octet-stream",
        content_disposition_type="inline" if is_inline else "attachment",
        headers={
            "Cache-Control": _CACHE,
            "Content-Security-Policy": _SANDBOX,
            "X-Content-Type-Options": "nosniff",
        },
    )


ROUTES = (fetch_media,)
