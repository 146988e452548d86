"""Settings: where they come from, and what is said when one is wrong."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from opdesk.settings import SettingError, Settings, load, without_secrets

NOTHING: dict[str, str] = {}


def test_without_any_setting_the_defaults_hold(tmp_path: Path) -> None:
    assert load({}, NOTHING, tmp_path / "none.toml") == Settings()


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "opdesk.toml"
    file.write_text('port = 1001\nhost = "0.0.0.0"\nlog_level = "debug"\n')
    environment = {"OPDESK_PORT": "1002", "OPDESK_HOST": "::1", "UNRELATED": "x"}

    found = load({"port": 1003, "data": None}, environment, file)

    assert (found.port, found.host, found.log_level) == (1003, "::1", "debug")


def test_lists_are_read_from_text_and_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "opdesk.toml"
    file.write_text('public_url = ["https://a.example/", "https://b.example"]\n')

    found = load({}, {"OPDESK_TRUSTED_PROXIES": "10.0.0.0/8, 192.168.1.7"}, file)

    assert found.public_url == ("https://a.example", "https://b.example")
    assert found.primary_url == "https://a.example"
    assert found.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("192.168.1.7/32"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("PORT", ""),
        ("PUBLIC_URL", "desk.example.com"),
        ("PUBLIC_URL", "https://desk.example.com/path"),
        ("PUBLIC_URL", "https://desk example.com"),
        ("PUBLIC_URL", "https://admin:secret@desk.example.com"),
        ("PUBLIC_URL", "https://desk.example.com?next=1"),
        ("PUBLIC_URL", "https://desk.example.com#top"),
        ("PUBLIC_URL", "https://desk.example.com:65536"),
        ("PUBLIC_URL", "https://desk.example.com:0"),
        ("PUBLIC_URL", "https://desk.example.com:"),
        ("PUBLIC_URL", "https://[::1"),
        ("PUBLIC_URL", "https://деск.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "ftp://desk.example.com"),
        ("DATABASE_CONNECTIONS", "0"),
        ("OUTGOING_ALLOW", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "everyone"),
        ("MEDIA_MAX_MB", "-1"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SettingError) as caught:
        load({}, {f"OPDESK_{name}": text}, tmp_path / "none.toml")

    said = str(caught.value)
    assert f"OPDESK_{name}" in said
    assert repr(text) in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Desk.Example.com/", "https://desk.example.com"),
        ("https://desk.example.com:443", "https://desk.example.com"),
        ("http://desk.example.com:80/", "http://desk.example.com"),
        ("HTTP://10.0.0.5:8080", "http://10.0.0.5:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_public_address_is_kept_as_browsers_write_it(
    tmp_path: Path, text: str, origin: str
) -> None:
    found = load({}, {"OPDESK_PUBLIC_URL": text}, tmp_path / "none.toml")

    assert (found.public_url, found.public_origins) == ((origin,), (origin,))


@pytest.mark.parametrize(
    "url",
    [
        "mysql://desk:pass-word@host/desk",
        "postgresql://desk:pass-word@host:port/desk",
        "postgresql://desk:pass-word/@host/desk",
        "postgresql://desk:pass-word#@host:70000/desk",
    ],
)
def test_a_wrong_database_address_does_not_show_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingError) as caught:
        load({}, {"OPDESK_DATABASE_URL": url}, tmp_path / "none.toml")

    said = str(caught.value)
    assert "OPDESK_DATABASE_URL" in said
    assert "pass-word" not in said
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:p%40ss-word@host/desk",
        "postgresql://desk@host/desk?password=p%40ss-word",
    ],
)
def test_a_librarys_words_about_the_database_lose_its_password(url: str) -> None:
    for told in ("p%40ss-word", "p@ss-word"):
        assert without_secrets(f'invalid "{told}"', url) == 'invalid "***"'


@pytest.mark.parametrize("content", ["prot = 80\n", "port = \n", b"\xff\xfe"])
def test_a_file_that_is_not_right_is_named(tmp_path: Path, content: str | bytes) -> None:
    file = tmp_path / "opdesk.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(SettingError, match=r"prot|opdesk\.toml"):
        load({}, NOTHING, file)
