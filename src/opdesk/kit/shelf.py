"""Files of a built page, compressed where the build has them so and the browser takes them."""

import mimetypes
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from opdesk.kit.endpoint import FILE
from opdesk.kit.web import header

ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""The better one first."""


class Shelf:
    """A flat folder of files, listed once: a name that is not there is never looked for."""

    def __init__(self, folder: Path, cache_control: str) -> None:
        self._folder, self._cache_control = folder, cache_control
        self._names = frozenset(path.name for path in folder.iterdir() if path.is_file())

    def file(self, scope: Any, name: str) -> Response[bytes]:
        """Raises NotFoundException; the compressed forms are no files of their own."""
        if name not in self._names or name.endswith(tuple(end for _, end in ENCODINGS)):
            raise NotFoundException
        accepted = accepted_encodings(header(scope, b"accept-encoding"))
        headers = {"Cache-Control": self._cache_control, "Vary": "Accept-Encoding"}
        stored = name
        for encoding, end in ENCODINGS:
            if encoding in accepted and name + end in self._names:
                stored = name + end
                headers["Content-Encoding"] = encoding
                break
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        is_text = kind.startswith("text/")
        media_type = f"{kind}; charset=utf-8" if is_text else kind
        return Response(
            (self._folder / stored).read_bytes(), media_type=media_type, headers=headers
        )


def accepted_encodings(text: str) -> frozenset[str]:
    """What an `Accept-Encoding` names, without what it refuses by `q=0` (RFC 9110, 12.5.3)."""
    found = (part.strip().lower().partition(";") for part in text.split(","))
    return frozenset(
        name.strip()
        for name, _, weight in found
        if name and weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    )


def shelf_route(path: str, folder: Path, cache_control: str) -> Any:
    """`GET <path>/<name>` for the files of a folder."""
    shelf = Shelf(folder, cache_control)

    @get(
        f"{path}/{{name:str}}",
        opt=FILE,
        include_in_schema=False,
        sync_to_thread=True,
        name=f"files of {path}",
    )
    def fetch_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        return shelf.file(request.scope, name)

    return fetch_file
