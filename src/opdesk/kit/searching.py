"""The words that a text is found by, and where in a text a search stands.

Both databases keep what `search_words` gives and look for what `Asked` says: both find the same.

- Case, width, accents and stress marks don't count, nor do `ё`/`е` and `ґ`/`г`. `й`, `ї`, `і` are
  letters of their own; a Latin letter in a Cyrillic word is also taken for the one it looks like.
- Apostrophes of every kind don't count: `м'яч`, `м’яч` and `мяч` are one word. What stands behind
  one is a word as well, so that `l'eau` is found by `eau`.
- Scripts without spaces between words (Chinese, Japanese, Thai, and Korean for its endings) are
  kept as pairs of letters, so that any part of a sentence is found.
- Phones and other numbers are found by any 3 digits in a row, whatever stands between them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MIN_FRAGMENT = 3
"""So many digits of a phone find it."""
MIN_GROUPED = 4
"""Fewer digits in groups (`5 10`) are words of their own."""
MAX_WORD_CHARS = 64
SNIPPET_CHARS = 200
SNIPPET_BEFORE = 40
"""So much of the text stands before the first word of a hit, at most."""
MAX_ASKED_WORDS = 10
MAX_GROUPED_DIGITS = 32
"""More digits in a row of groups are no number: they are words of their own."""
_WHOLE_NUMBER_DIGITS = 9
_APOSTROPHE = "\u02bc"
_APOSTROPHES = str.maketrans(dict.fromkeys("'’`´‘′‛ʹʻ＇", _APOSTROPHE))
_MARKS = "".join(
    chr(code) for code in range(0x0483, 0xAC00) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af]+"
)
_PHONE = re.compile(r"\+?\d[\d\s().-]{2,}\d")
_ASKED_PHONE = re.compile(rf"(?<!\w){_PHONE.pattern}(?!\w)")
_CLUSTER = re.compile("(?s).[\u0300-\u036f]*")
_ACCENTED_UP_TO = 0x0400
"""Latin and Greek letters lose their marks; a Cyrillic letter with one is another letter."""
_LIKE = str.maketrans(
    "ёґѐѝłøđıأإآٱىة",
    "егеиlodiاااايه",
)
_LATIN = re.compile("[a-z]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LOOK_ALIKES = str.maketrans("aceiopxyk", "асеіорхук")
Span = tuple[int, int]
"""Where something begins and where it ends."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks for: each of `words` is the beginning of one of a text's `search_words`.

    `runs` are the parts without spaces as they stand: their pairs are among `words`, but only the
    text itself tells whether they stand in a row.
    """

    words: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()


def search_words(text: str) -> set[str]:
    """Every word that `text` is found by."""
    folded = _folded(text)
    words: set[str] = set()
    for token in _WORD.findall(folded):
        words |= _words_of(token)
    for phone in _PHONE.findall(folded):
        digits = _digits(phone)
        words |= phone_words(digits) if len(digits) <= MAX_GROUPED_DIGITS else set()
    return {word[:MAX_WORD_CHARS] for word in words}


def phone_words(phone: str) -> set[str]:
    """Every ending of a phone's digits that a prefix search may begin at."""
    digits = _digits(phone)
    return {digits[start:] for start in range(len(digits) - MIN_FRAGMENT + 1)}


def asked_in(text: str) -> Asked:
    """What is looked for.

    A number in groups (`067 111 22 33`) is one word, and a whole one has no zeros before it: so
    every spelling of a phone finds it, national or not.
    """
    words: set[str] = set()
    runs: list[str] = []

    def take(found: re.Match[str]) -> str:
        groups, digits = re.findall(r"\d+", found[0]), _digits(found[0])
        is_one = len(groups) == 1 or max(map(len, groups)) < _WHOLE_NUMBER_DIGITS
        if not is_one or not MIN_GROUPED <= len(digits) <= MAX_GROUPED_DIGITS:
            return found[0]
        words.add(digits.lstrip("0") if len(digits) >= _WHOLE_NUMBER_DIGITS else digits)
        return " "

    for token in _WORD.findall(_ASKED_PHONE.sub(take, _folded(text))):
        for part in _parts(token):
            if _UNSPACED.match(part):
                runs.append(part)
                words |= {one + other for one, other in pairwise(part)} or {part}
            else:
                words.add(_bare(part))
    asked = sorted(word[:MAX_WORD_CHARS] for word in words if word)
    return Asked(tuple(asked[:MAX_ASKED_WORDS]), tuple(runs))


def spans_in(text: str, asked: Asked) -> list[Span]:
    """Where the words of a search stand in `text`, in their order, none over another."""
    folded, origins = _folded_with_origins(text)
    runs = [word for word in asked.words if not _UNSPACED.match(word)]
    found = sorted(
        {
            *_spans_of_words(folded, runs),
            *_spans_of_runs(folded, asked.runs),
            *_spans_of_numbers(folded, [word for word in runs if word.isdecimal()]),
        }
    )
    merged: list[Span] = []
    for start, end in ((origins[start][0], origins[end - 1][1]) for start, end in found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def snippet_of(text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """The part of a text around the first of `spans`, on one line, and where they stand in it.

    It has at most 202 characters, with `…` where it was cut.
    """
    first = spans[0][0] if spans else 0
    start = _word_begin(text, first - SNIPPET_BEFORE) if first > SNIPPET_BEFORE else 0
    end = min(start + SNIPPET_CHARS, len(text))
    ahead = "…" if start else ""
    part = "".join(" " if char.isspace() else char for char in text[start:end])
    snippet = f"{ahead}{part}{'…' if end < len(text) else ''}"
    moved = start - len(ahead)
    cut = [(one - moved, min(other, end) - moved) for one, other in spans if one < end]
    return snippet, cut


def _word_begin(text: str, at: int) -> int:
    """The beginning of the next word, when it is not far."""
    for place in range(at, at + SNIPPET_BEFORE // 2):
        if text[place - 1].isspace():
            return place
    return at


def has_runs(text: str, asked: Asked) -> bool:
    """Whether what was asked for without spaces stands in `text` in a row."""
    if not asked.runs:
        return True
    folded = _folded(text)
    return all(run in folded for run in asked.runs)


def _spans_of_words(folded: str, words: list[str]) -> Iterator[Span]:
    for token in _WORD.finditer(folded):
        places = [at for at, char in enumerate(token[0], token.start()) if char != _APOSTROPHE]
        spellings = token[0].replace(_APOSTROPHE, ""), _bare(token[0])
        begins = {0, *(index for index, at in enumerate(places) if folded[at - 1] == _APOSTROPHE)}
        for start in begins if places else ():
            starting = (
                len(word)
                for word in words
                if any(spelling.startswith(word, start) for spelling in spellings)
            )
            if length := max(starting, default=0):
                yield places[start], places[start + length - 1] + 1


def _spans_of_runs(folded: str, runs: tuple[str, ...]) -> Iterator[Span]:
    for run in runs:
        at = folded.find(run)
        while at >= 0:
            yield at, at + len(run)
            at = folded.find(run, at + len(run))


def _spans_of_numbers(folded: str, words: list[str]) -> Iterator[Span]:
    for number in _PHONE.finditer(folded):
        places = [at for at, char in enumerate(number[0], number.start()) if char.isdecimal()]
        digits = _digits(number[0])
        for word in words:
            at = digits.find(word)
            if 0 <= at <= len(digits) - MIN_FRAGMENT and len(digits) <= MAX_GROUPED_DIGITS:
                yield places[at], places[at + len(word) - 1] + 1


def _words_of(token: str) -> set[str]:
    words: set[str] = set()
    for part in _parts(token):
        if _UNSPACED.match(part):
            words |= {one + other for one, other in pairwise(part)} | {part[-1]}
        else:
            pieces = part.split(_APOSTROPHE)
            letters = part.replace(_APOSTROPHE, "")
            words |= {letters, _bare(part), *(piece for piece in pieces[1:] if len(piece) > 1)}
    return words - {""}


def _parts(token: str) -> Iterator[str]:
    """A token's parts with spaces between words, and those without."""
    end = 0
    for run in _UNSPACED.finditer(token):
        yield token[end : run.start()]
        yield run[0]
        end = run.end()
    yield token[end:]


def _bare(word: str) -> str:
    bare = word.replace(_APOSTROPHE, "")
    is_mixed = _LATIN.search(bare) and _CYRILLIC.search(bare)
    return bare.translate(_LOOK_ALIKES) if is_mixed else bare


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower().translate(_APOSTROPHES)
    unified = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()
    return unicodedata.normalize("NFC", unified).translate(_PLAIN)


def _plain(char: str) -> str:
    """A folded letter without its accents; nothing for a mark or a sign that nobody sees."""
    if "\u0300" <= char <= "\u036f" or "\u0591" <= char <= "\u05c7" or char == "\u0640":
        return ""
    if "\u064b" <= char <= "\u065f" or char == "\u0670" or unicodedata.category(char) == "Cf":
        return ""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    base = unicodedata.normalize("NFD", char)[0]
    return (base if ord(base) < _ACCENTED_UP_TO else char).translate(_LIKE)


class _Plain(dict[int, str]):
    """`_plain` of every letter that was met so far."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain(chr(code))
        return found


_PLAIN = _Plain()


def _folded_with_origins(text: str) -> tuple[str, list[Span]]:
    """The folded text, and for each of its letters where in `text` it came from."""
    parts: list[str] = []
    origins: list[Span] = []
    for cluster in _CLUSTER.finditer(text):
        folded = _folded(cluster[0])
        parts.append(folded)
        origins += [cluster.span()] * len(folded)
    return "".join(parts), origins


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())
