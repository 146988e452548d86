"""Errors as the problems that callers read; whose page it is that asks."""

import json

import pytest

from opdesk.kit.errors import Conflict
from opdesk.kit.web import origin_is_ours, problem_of


def test_an_extension_member_stands_beside_the_others_and_replaces_none() -> None:
    error = Conflict("the shelf is empty")
    error.members = {"left": 0, "status": 200}

    body, _ = problem_of(error)

    assert json.loads(body.encoded()) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "the shelf is empty",
        "left": 0,
    }


def asks(origin: str, host: str, *public: str, scheme: str = "http") -> bool:
    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    return origin_is_ours({"scheme": scheme, "headers": headers}, public)


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        ("https://desk.example", True),
        ("https://DESK.example", True),
        ("http://desk.example", False),
        ("https://desk.example:8443", False),
        ("https://sub.desk.example", False),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_with_a_public_address_only_its_own_pages_are_ours(origin: str, is_ours: bool) -> None:
    for host in ("desk.example", "evil.example", "evil.example:8443"):
        assert asks(origin, host, "https://desk.example", scheme="https") is is_ours
        assert asks(origin, host, "https://desk.example", scheme="wss") is is_ours


def test_without_a_public_address_a_page_is_ours_where_it_asks() -> None:
    assert asks("http://127.0.0.1:8080", "127.0.0.1:8080")
    assert asks("http://127.0.0.1:8080", "127.0.0.1:8080", scheme="ws")
    assert not asks("http://127.0.0.1:8081", "127.0.0.1:8080")
    assert not asks("https://127.0.0.1:8080", "127.0.0.1:8080")
