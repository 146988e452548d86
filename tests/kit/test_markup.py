"""HTML as plain text, whatever it is."""

import pytest
from hypothesis import given, settings, strategies as st

from opdesk.kit.markup import MAX_CHARS, plain_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b && c>d", "a < b && c>d"),
        ("рядок\nдругий", "рядок\nдругий"),
        ("x &amp; y &quot;z&quot;", 'x & y "z"'),
        ("один<br>два<br/>три", "один\nдва\nтри"),
        ("<p>один</p><p>два</p>три", "один\n\nдва\nтри"),
        ("<div>x <b>жирний</b></div>y", "x жирний\ny"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\n\nb\n\nc"),
        ("<a href='https://r.ua/1'>товар</a>", "товар (https://r.ua/1)"),
        ('<a href="https://r.ua/2">https://r.ua/2</a>', "https://r.ua/2"),
        ("<a href='javascript:x'>тут</a>", "тут"),
        ("<script>alert(1)</script><!-- тайна -->ok<br>", "ok"),
        ("<b>  багато   пробілів\r\n і рядків </b>", "багато пробілів і рядків"),
        ("<b>x</b>" + "y" * MAX_CHARS, "<b>x</b>" + "y" * MAX_CHARS),
        ("<div>" * 3_000 + "глибоко", "глибоко"),
    ],
)
def test_what_a_person_would_read(text: str, expected: str) -> None:
    assert plain_text(text) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/abpr &;#1'\"=!-\n хї[]?"), max_size=60))
def test_whatever_comes_has_a_text(text: str) -> None:
    assert isinstance(plain_text(text), str)
