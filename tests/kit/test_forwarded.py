"""Who sent a request, behind the proxies that we trust."""

from ipaddress import ip_network

import pytest

from opdesk.kit.forwarded import client_address

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
PROXY = "10.0.0.1"


def asked(peer: str, *lines: tuple[str, str]) -> str:
    headers = [(name.encode(), value.encode()) for name, value in lines]
    return client_address({"client": (peer, 5000), "headers": headers}, TRUSTED)


def forwarded_for(*lines: str) -> str:
    return asked(PROXY, *(("x-forwarded-for", line) for line in lines))


def forwarded(*lines: str) -> str:
    return asked(PROXY, *(("forwarded", line) for line in lines))


def test_a_stranger_is_believed_nothing() -> None:
    claims = (("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=1.2.3.4"))

    assert asked("203.0.113.9", *claims) == "203.0.113.9"


@pytest.mark.parametrize(
    "lines",
    [
        ("198.51.100.7",),
        ("1.1.1.1, 198.51.100.7",),
        ("1.1.1.1", "198.51.100.7"),
        ("1.1.1.1, 2.2.2.2", "198.51.100.7, 10.9.9.9"),
        ("1.1.1.1", "198.51.100.7", "10.9.9.9"),
        ("198.51.100.7:49152",),
        ("garbage", "198.51.100.7"),
    ],
)
def test_the_first_address_from_the_end_that_is_no_proxy_counts(lines: tuple[str, ...]) -> None:
    assert forwarded_for(*lines) == "198.51.100.7"


@pytest.mark.parametrize("claim", ["unknown", "_hidden", "", "not-an-address"])
def test_a_proxy_that_does_not_say_whom_it_serves_is_the_end(claim: str) -> None:
    assert forwarded_for(f"1.1.1.1, {claim}, 10.0.0.2") == "10.0.0.2"
    assert forwarded(f"for=1.1.1.1, for={claim}, for=10.0.0.2") == "10.0.0.2"


@pytest.mark.parametrize(
    "lines",
    [
        ("for=198.51.100.7",),
        ("For=198.51.100.7;proto=https;by=10.0.0.1",),
        ('for="198.51.100.7:4711"',),
        ("for=1.1.1.1, for=198.51.100.7",),
        ("for=1.1.1.1", "for=198.51.100.7", "proto=https;for=10.9.9.9"),
        ('for=1.1.1.1;host="a,b;for=2.2.2.2", for=198.51.100.7',),
        ('for="1.1.1.1', "for=198.51.100.7"),
    ],
)
def test_forwarded_is_read_by_the_same_rule(lines: tuple[str, ...]) -> None:
    assert forwarded(*lines) == "198.51.100.7"


@pytest.mark.parametrize(
    "text", ['"[2001:db8::17]"', '"[2001:DB8::17]:4711"', '"[2001:db8::17]:_p"']
)
def test_an_ipv6_address_stands_in_brackets(text: str) -> None:
    assert forwarded(f"for={text}") == "2001:db8::17"
    assert forwarded_for(text.strip('"')) == "2001:db8::17"


@pytest.mark.parametrize(
    "line",
    [
        "proto=https",
        'for="1.1.1.1',
        "for=1.1.1.1;for=2.2.2.2",
        'host="x;for=1.1.1.1;y"',
        'a",for=b"',
    ],
)
def test_a_line_that_cannot_be_read_says_nothing(line: str) -> None:
    assert forwarded(line) == PROXY


def test_x_forwarded_for_wins_where_both_are_there() -> None:
    lines = (("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "198.51.100.7"))

    assert asked(PROXY, *lines) == "198.51.100.7"


def test_an_ipv4_peer_on_an_ipv6_socket_is_its_ipv4_address() -> None:
    assert asked("::ffff:203.0.113.9") == "203.0.113.9"
    assert asked("::ffff:10.0.0.1", ("x-forwarded-for", "198.51.100.7")) == "198.51.100.7"
