"""Sizes in words: the same as the pages write them."""

import pytest

from opdesk.kit.sizes import size_in_words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (24_800, "24 kB"),
        (1_468_000, "1.4 MB"),
        (50 << 20, "50 MB"),
        (1_073_700_000, "1 GB"),
        (3 << 40, "3 TB"),
        (5000 << 40, "5000 TB"),
    ],
)
def test_a_size_is_told_in_the_unit_that_keeps_it_short(count: int, words: str) -> None:
    assert size_in_words(count) == words
