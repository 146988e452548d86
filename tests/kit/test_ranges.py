"""Which bytes a `Range` asks for."""

from pathlib import Path

import pytest

from opdesk.kit.ranges import RangeOutside, part_of, range_in


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("bytes=0-3", (0, 3)),
        ("bytes=4-", (4, 9)),
        ("bytes=4-99", (4, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-99", (0, 9)),
        ("Bytes = 9-9", (9, 9)),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,4-5", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_one_range_of_bytes_is_understood(header: str, asked: tuple[int, int] | None) -> None:
    assert range_in(header, 10) == asked


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0", f"bytes={10**19}-"])
def test_a_range_behind_the_end_is_told(header: str) -> None:
    with pytest.raises(RangeOutside):
        range_in(header, 10)


async def test_a_part_is_read_in_pieces(tmp_path: Path) -> None:
    content = bytes(range(256)) * 3000
    path = tmp_path / "file"
    path.write_bytes(content)

    pieces = [piece async for piece in part_of(path, 7, 700_000)]

    assert len(pieces) == 3
    assert b"".join(pieces) == content[7:700_001]
