"""Sizes as people read them."""

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_UNIT = 1024


def size_in_words(count: int) -> str:
    """A number of bytes in English: `999 bytes`, `24 kB`, `1.4 MB`.

    A MB is 1024 x 1024 bytes, as in the settings and in the pages (`web/shared/format/size.ts`,
    which has the same words in every language). At most one digit after the point, from MB on.
    """
    unit, value = 0, float(count)
    while unit < len(_UNITS) - 1 and round(value, int(unit > 1)) >= _UNIT:
        unit, value = unit + 1, value / _UNIT
    return f"{value:.{int(unit > 1)}f}".removesuffix(".0") + f" {_UNITS[unit]}"
