"""The declarations that no connector here uses yet: they fit the sources that come."""

import pytest

from opdesk.connectors.base import BadSettings, Choice, Filler, Setting, SettingKind, Trouble, Words
from opdesk.connectors.declaration import checked, words_of
from opdesk.connectors.telegram.declaration import TELEGRAM

SAME = Words("те саме", "the same")


def setting(name: str, kind: SettingKind, **more: object) -> Setting:
    return Setting(name=name, kind=kind, label=SAME, help=SAME, example="x", **more)  # type: ignore[arg-type]


ROUTE = setting(
    "loginRoute",
    SettingKind.CHOICE,
    choices=(Choice("instagram", SAME), Choice("facebook", SAME)),
    default="instagram",
)
PAGE = setting("pageId", SettingKind.TEXT, only_with=("loginRoute", "facebook"), most=20)
VERIFY = setting("verifyToken", SettingKind.TEXT, filled_by=Filler.OPDESK)
NUMBER = setting("ttl", SettingKind.NUMBER, is_required=False, least=30, most=86_400)
EVERY = (ROUTE, PAGE, VERIFY, NUMBER)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {"loginRoute": "instagram"}),
        ({"pageId": "5"}, {"loginRoute": "instagram"}),
        (
            {"loginRoute": "facebook", "pageId": " 5 "},
            {"loginRoute": "facebook", "pageId": "5"},
        ),
        (
            {"verifyToken": "ours", "ttl": "60"},
            {"loginRoute": "instagram", "verifyToken": "ours", "ttl": "60"},
        ),
        ({"stranger": "x"}, {"loginRoute": "instagram"}),
    ],
)
def test_what_is_declared_is_kept(given: dict[str, str], found: dict[str, str]) -> None:
    assert checked(EVERY, given) == found


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ({"loginRoute": "google"}, "loginRoute", "must be one of: instagram, facebook"),
        ({"loginRoute": "facebook"}, "pageId", "is required"),
        ({"loginRoute": "facebook", "pageId": "5" * 21}, "pageId", "must have at most 20"),
        ({"ttl": "soon"}, "ttl", "must be a whole number"),
        ({"ttl": "29"}, "ttl", "must be at least 30"),
        ({"ttl": "9" * 40}, "ttl", "must be at most 86400"),
        ({"ttl": "٣٠"}, "ttl", "must be a whole number"),
    ],
)
def test_what_does_not_fit_is_named(given: dict[str, str], name: str, words: str) -> None:
    with pytest.raises(BadSettings, match=words) as refused:
        checked(EVERY, given)

    assert refused.value.name == name


def test_a_trouble_that_nobody_knows_tells_what_it_has() -> None:
    assert words_of(TELEGRAM, Trouble("of an older version", {"words": "why"}), "uk") == "why"
    assert "?" in words_of(TELEGRAM, Trouble("refused"), "en")
