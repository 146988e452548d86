"""A part of a file: the `Range` header (RFC 9110, 14), for one range of bytes.

A player asks for the piece it is about to show. Several ranges at once, other units and what
can't be read are answered with the whole file, as the standard allows.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import anyio

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,20})\s*-\s*(\d{0,20})\s*\Z", re.IGNORECASE)
_CHUNK_BYTES = 256 * 1024


class RangeOutside(Exception):
    """No byte of the file lies in the range."""


def range_in(header: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte of a file of `size` bytes, None for all of it. Raises RangeOutside."""
    found = _RANGE.match(header)
    if found is None or found.groups() == ("", ""):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is None:
        # The last so many bytes.
        first, last = max(0, size - (last or 0)), None
    if last is not None and last < first:
        return None
    if first >= size:
        raise RangeOutside
    return first, size - 1 if last is None else min(last, size - 1)


async def part_of(path: Path, first: int, last: int) -> AsyncIterator[bytes]:
    """The bytes from `first` to `last`, both included."""
    left = last - first + 1
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(first)
        while left > 0 and (chunk := await file.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
            yield chunk
