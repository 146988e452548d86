"""Settings: where they come from, and what is said when one is wrong."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from opdesk.settings import SettingError, Settings, load

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
        ("DATABASE_URL", "mysql://somewhere"),
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


@pytest.mark.parametrize("content", ["prot = 80\n", "port = \n", b"\xff\xfe"])
def test_a_file_that_is_not_right_is_named(tmp_path: Path, content: str | bytes) -> None:
    file = tmp_path / "opdesk.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(SettingError, match=r"prot|opdesk\.toml"):
        load({}, NOTHING, file)
