"""Which searches find which texts, and what of a text they mark."""

import pytest

from opdesk.kit.searching import asked_in, has_runs, search_words, spans_in

FOUND = [
    ("Мій м’яч тут", "м'яч", ["м’яч"]),
    ("Мій м'яч тут", "мяч", ["м'яч"]),
    ("З'їзд", "ЗʼЇЗ", ["З'їз"]),
    ("l'eau fraîche", "eau fraiche", ["eau", "fraîche"]),
    ("'цитата'", "цит", ["цит"]),
    ("Ёлка, ґанок", "елк ганок", ["Ёлк", "ґанок"]),
    ("за\u0301мок", "замок", ["за\u0301мок"]),
    ("Вiталiй (з латинськими i)", "віталій", ["Вiталiй"]),
    ("iPhone15купити", "iphone", ["iPhone"]),
    ("Straße", "STRASSE", ["Straße"]),
    ("😀 привіт, світе", "прив сві", ["прив", "сві"]),
    ("東京都に住む", "京都", ["京都"]),
    ("東京都に住む", "東", ["東"]),
    ("東京都に住む", "都に住", ["都に住"]),
    ("การทดสอบ", "ทดส", ["ทดส"]),
    ("안녕하세요", "하세", ["하세"]),
    ("हिन्दी में", "हिन्", ["हिन्"]),
    ("مُحَمَّد", "محمد", ["مُحَمَّد"]),
    ("user_name", "name", ["name"]),
    ("тел. 067 111-22 33, дякую", "1112", ["111-2"]),
    ("тел. +380671112233", "067 111 22 33", ["671112233"]),
    ("тел. +380671112233", "223", ["223"]),
    ("٠٦٧١١١٢٢٣٣", "0671", ["٠٦٧١"]),
    ("5 шт. по 10", "5 10", ["5", "10"]),
    ("червона шапка", "шапка червон", ["червон", "шапка"]),
]
NOT_FOUND = [
    ("йод", "иод"),
    ("Київ", "киів"),
    ("東京都に住む", "京に"),
    ("東京都に住む", "都京"),
    ("червона шапка", "апка"),
    ("тел. +380671112233", "1113"),
]


def is_found(text: str, query: str) -> bool:
    asked, words = asked_in(query), search_words(text)
    has_words = all(any(one.startswith(word) for one in words) for word in asked.words)
    return has_words and has_runs(text, asked)


@pytest.mark.parametrize(("text", "query", "marked"), FOUND)
def test_a_text_is_found_and_the_matching_parts_are_marked(
    text: str, query: str, marked: list[str]
) -> None:
    assert is_found(text, query)
    assert [text[start:end] for start, end in spans_in(text, asked_in(query))] == marked


@pytest.mark.parametrize(("text", "query"), NOT_FOUND)
def test_what_is_another_word_is_not_found(text: str, query: str) -> None:
    assert not is_found(text, query)
