"""Draws the icons of the installed panel: `python scripts/icons.py` writes web/public/icons.

The mark is that of web/shared/ui/icon.svg, in a square of 32 units: a speech bubble with a signal.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

ICONS = Path(__file__).resolve().parents[1] / "web" / "public" / "icons"
SPRUCE, WHITE, CORAL = (15, 102, 87), (255, 255, 255), (240, 101, 63)
UNITS = 32.0
SAMPLES = 4
"""Each pixel is the mean of so many by so many points: smooth edges."""

Pixel = tuple[int, int, int, int]


def color_at(x: float, y: float, *, is_maskable: bool) -> Pixel:
    """The colour at a point of the square; clear outside of its round corners."""
    if is_maskable:
        # The platform cuts its own shape out: all of it is ground, and the mark keeps inside.
        x, y = 16 + (x - 16) / 0.78, 16 + (y - 16) / 0.78
    elif not in_round_box(x, y, (0, 0, 32, 32), 9):
        return (0, 0, 0, 0)
    if (x - 19.6) ** 2 + (y - 14) ** 2 <= 2.1**2:
        return (*CORAL, 255)
    is_bubble = in_round_box(x, y, (8, 8, 24, 20), 5.2) or in_tail(x, y)
    return (*(WHITE if is_bubble else SPRUCE), 255)


def in_round_box(x: float, y: float, box: tuple[float, float, float, float], radius: float) -> bool:
    left, top, right, bottom = box
    if not (left <= x <= right and top <= y <= bottom):
        return False
    from_x = max(left + radius - x, x - right + radius, 0.0)
    from_y = max(top + radius - y, y - bottom + radius, 0.0)
    return from_x**2 + from_y**2 <= radius**2


def in_tail(x: float, y: float) -> bool:
    """The corner of the bubble that points at whoever speaks."""
    return 9 <= x <= 14 and 16 <= y <= 23.6 - (x - 9) * 0.72


def pixels(size: int, *, is_maskable: bool) -> Iterator[bytes]:
    """The rows of the picture, each with the filter byte of PNG before it."""
    step = UNITS / size / SAMPLES
    for row in range(size):
        line = bytearray(b"\x00")
        for column in range(size):
            points = [
                color_at(
                    (column * SAMPLES + dx + 0.5) * step,
                    (row * SAMPLES + dy + 0.5) * step,
                    is_maskable=is_maskable,
                )
                for dy in range(SAMPLES)
                for dx in range(SAMPLES)
            ]
            line += bytes(mean(points))
        yield bytes(line)


def mean(points: list[Pixel]) -> Pixel:
    """Clear points have no colour to bring in."""
    alpha = sum(point[3] for point in points)
    if alpha == 0:
        return (0, 0, 0, 0)
    red, green, blue = (
        round(sum(point[at] * point[3] for point in points) / alpha) for at in range(3)
    )
    return (red, green, blue, round(alpha / len(points)))


def png(size: int, *, is_maskable: bool = False) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(pixels(size, is_maskable=is_maskable)), 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def main() -> None:
    ICONS.mkdir(parents=True, exist_ok=True)
    for size in (192, 512):
        (ICONS / f"icon-{size}.png").write_bytes(png(size))
    (ICONS / "maskable-512.png").write_bytes(png(512, is_maskable=True))


if __name__ == "__main__":
    main()
