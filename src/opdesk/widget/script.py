"""`/widget.js` and what it loads later: built files, read once, compressed once."""

import gzip
import hashlib
import re
from pathlib import Path
from typing import Any

from litestar import Request, Response

from opdesk.kit.errors import NotFound
from opdesk.kit.web import header

NAME = "widget.js"
_LATER = re.compile(r"[\w.-]+\.js\Z")
_NOT_BUILT = b"/* OpDesk: the widget is not built. Run `make setup` in the checkout. */\n"
_ANYONE = {
    # Any page may load the script, also one that only takes what says that it may be taken.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
    "Vary": "Accept-Encoding",
}
_A_YEAR = "public, max-age=31536000, immutable"
_FIVE_MINUTES = "public, max-age=300"
"""A page gets a new version within this time, without asking for each page."""


class Script:
    """The widget's files. Those loaded later have their digest in their name."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("*.js")) if folder.is_dir() else []
        self._files = {one.name: one.read_bytes() for one in paths if _LATER.match(one.name)}
        self._files.setdefault(NAME, _NOT_BUILT)
        self._small = {name: gzip.compress(body, 9, mtime=0) for name, body in self._files.items()}
        self._tags = {
            name: f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
            for name, body in self._files.items()
        }

    def answer(self, request: Request[Any, Any, Any], name: str) -> Response[bytes]:
        """A file by its name. Raises NotFound."""
        if name not in self._files:
            raise NotFound("there is no such script")
        tag = self._tags[name]
        cache = _FIVE_MINUTES if name == NAME else _A_YEAR
        headers = {**_ANYONE, "Cache-Control": cache, "ETag": tag}
        if header(request.scope, b"if-none-match") == tag:
            return Response(b"", status_code=304, headers=headers)
        body = self._files[name]
        if "gzip" in header(request.scope, b"accept-encoding").lower():
            body, headers["Content-Encoding"] = self._small[name], "gzip"
        return Response(body, media_type="text/javascript", headers=headers)
