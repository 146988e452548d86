"""New passwords: what is refused, and why."""

import pytest

from opdesk.kit.errors import Invalid
from opdesk.kit.passwords import check_new_password

EASY = "too easy to guess"


@pytest.mark.parametrize(
    ("password", "login", "reason"),
    [
        ("olenaolena", "olena", EASY),
        ("Olena-Olena!", "olena", EASY),
        ("olenaolena2026", "olena", EASY),
        ("olena12345", "olena", EASY),
        ("olena1olena1", "olena1", EASY),
        ("olena-koval", "Olena-Koval", EASY),
        ("кавʼярняи\u0306", "кавʼярняй", EASY),
        ("password12", "acme", EASY),
        ("aaaaaaaaaa", "acme", EASY),
        ("qwertyuiop", "acme", EASY),
        ("nine char", "acme", "10 to 256"),
        ("x" * 257, "acme", "10 to 256"),
        ("a long passphrase\r", "acme", "U+000A"),
        ("a long\npassphrase", "acme", "U+000A"),
        ("a long \0 passphrase", "acme", "U+0000"),
    ],
)
def test_a_password_that_is_refused_says_why(password: str, login: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_new_password(password, login=login)

    assert list(caught.value.errors) == ["password"]
    assert reason in caught.value.errors["password"][0]
    assert password not in str(caught.value)


@pytest.mark.parametrize(
    ("password", "login"),
    [
        ("olena at the desk", "olena"),
        ("8273645091827364", "1"),
        ("correct horse battery staple", "horse"),
        ("пароль, якого не вгадати", "olena"),
    ],
)
def test_a_good_password_is_taken(password: str, login: str) -> None:
    check_new_password(password, login=login)
