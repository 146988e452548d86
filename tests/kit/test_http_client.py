"""Nobody talks us into calling a private network."""

import ipaddress

import pytest

from opdesk.kit.http_client import AddressRefused, HttpClient, HttpError, is_public

PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["149.154.167.220", "2001:67c:4e8:f004::9"])
def test_public_addresses_are_called(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_an_allowed_network_is_called() -> None:
    allow = (ipaddress.ip_network("127.0.0.0/8"),)

    assert is_public(ipaddress.ip_address("127.0.0.1"), allow)
    assert not is_public(ipaddress.ip_address("10.0.0.1"), allow)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "user:password@127.0.0.1",
        "127.0.0.1.",
    ],
)
async def test_other_spellings_of_the_loopback_are_refused(host: str) -> None:
    client = HttpClient()
    with pytest.raises((AddressRefused, HttpError)) as caught:
        await client.get(f"http://{host}:9/secret-path", timeout_s=2)
    await client.close()

    assert "secret-path" not in str(caught.value)
    assert not caught.value.was_sent


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com", "http://", "nonsense"])
async def test_only_http_and_https_are_addresses(url: str) -> None:
    client = HttpClient()
    with pytest.raises(HttpError):
        await client.get(url, timeout_s=2)
    await client.close()
