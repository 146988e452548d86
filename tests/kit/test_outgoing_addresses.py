"""Nobody talks us into calling this machine or a network behind it.

Each URL of the corpus is called as a connector would call it. What would connect is a recorder, so
that no attempt is overlooked; some tests have a real socket that listens on the loopback instead.
"""

import asyncio
import ipaddress
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpcore
import pytest
from typing_extensions import override

from opdesk.kit.http_client import (
    AddressRefused,
    HttpClient,
    HttpError,
    IpAddress,
    NameUnknown,
    is_public,
    resolved,
)
from tests.kit.addresses import LOOPBACKS, NAMES, PRIVATE_V4, PRIVATE_V6, SPELLED, carried, urls

PORT = 48_123
PUBLIC = ipaddress.ip_address("93.184.216.34")
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
CORPUS = urls(PORT)
REDIRECTS = (300, 301, 302, 303, 305, 307, 308)


class Recorder(httpcore.AsyncNetworkBackend):
    """Connects to nothing, and knows to what it would have."""

    def __init__(self) -> None:
        self.tried: list[tuple[str, int]] = []

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        self.tried.append((host, port))
        raise httpcore.ConnectError("nobody listens")

    @override
    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.AsyncNetworkStream:
        self.tried.append((path, 0))
        raise httpcore.ConnectError("nobody listens")


async def hostile(host: str, port: int) -> Sequence[IpAddress]:
    """Names lead where `NAMES` says; what is no name is read as the system reads it."""
    if host in NAMES:
        return [ipaddress.ip_address(NAMES[host])]
    loop, flags = asyncio.get_running_loop(), socket.AI_NUMERICHOST
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]


async def refusal(client: HttpClient, url: str) -> HttpError:
    with pytest.raises(HttpError) as caught:
        await client.get(url, timeout_s=2)
    return caught.value


def test_the_corpus_is_large_and_says_nothing_twice() -> None:
    assert len(CORPUS) >= 300
    assert len(set(CORPUS)) == len(CORPUS)


@pytest.mark.parametrize("url", CORPUS, ids=[f"{n}:{url[:60]!a}" for n, url in enumerate(CORPUS)])
async def test_no_address_of_the_corpus_is_connected_to(url: str) -> None:
    recorder = Recorder()
    client = HttpClient((), hostile, recorder)

    error = await refusal(client, url)

    assert recorder.tried == []
    assert not error.was_sent
    assert len(url) < 8 or url not in str(error), "a URL may hold a token"
    await client.close()


@pytest.mark.parametrize("address", [*LOOPBACKS, *PRIVATE_V4, *PRIVATE_V6])
def test_an_address_of_the_corpus_is_none_to_call(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", list(itertools.chain.from_iterable(carried(one) for one in SPELLED))
)
def test_an_address_that_carries_a_private_one_is_none_to_call(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "93.184.216.34", "100.63.255.255", "172.15.0.1", "172.32.0.1"),
        *("192.167.1.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001:81b::200e"),
        *("::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1", "2a00::5efe:1.1.1.1"),
    ],
)
def test_what_lies_beside_the_private_networks_is_called(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


async def test_an_admin_opens_the_networks_that_they_name_and_no_other() -> None:
    recorder = Recorder()
    client = HttpClient(LOOPBACK, hostile, recorder)

    for url in CORPUS:
        await refusal(client, url)

    assert len(recorder.tried) > 50, "spellings of the loopback lead to it now"
    for host, port in recorder.tried:
        address = ipaddress.ip_address(host)
        address = getattr(address, "ipv4_mapped", None) or address
        assert any(address in one for one in LOOPBACK), host
        assert 0 < port < 65_536
    await client.close()


async def opened(client: HttpClient, url: str) -> None:
    async with client.download(url, timeout_s=2, max_bytes=10):
        pytest.fail("it was opened")


WAYS: dict[str, Callable[[HttpClient, str], Awaitable[object]]] = {
    "get": lambda client, url: client.get(url, timeout_s=2),
    "post": lambda client, url: client.post(url, timeout_s=2, json={}),
    "request": lambda client, url: client.request("PUT", url, timeout_s=2, headers={}),
    "download": opened,
}


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_out_is_guarded(way: str) -> None:
    recorder = Recorder()
    client = HttpClient((), hostile, recorder)

    with pytest.raises(AddressRefused):
        await WAYS[way](client, f"http://127.0.0.1:{PORT}/")

    assert recorder.tried == []
    await client.close()


class Turning:
    """A name server that answers something else each time."""

    def __init__(self, *answers: Iterable[str]) -> None:
        self._answers = iter(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[IpAddress]:
        self.asked += 1
        return [ipaddress.ip_address(one) for one in next(self._answers)]


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    recorder, names = Recorder(), Turning([str(PUBLIC)], ["127.0.0.1"], ["::1"])
    client = HttpClient((), names, recorder)

    await refusal(client, f"http://rebinding.example:{PORT}/")
    assert names.asked == 1
    assert recorder.tried == [(str(PUBLIC), PORT)]

    for _ in range(2):
        error = await refusal(client, f"http://rebinding.example:{PORT}/")
        assert isinstance(error, AddressRefused)
    assert recorder.tried == [(str(PUBLIC), PORT)]
    await client.close()


@pytest.mark.parametrize("private", ["127.0.0.1", "::1", "10.0.0.1", "::ffff:169.254.169.254"])
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_name_with_one_private_address_among_public_ones_is_not_called(
    private: str, is_first: bool
) -> None:
    answers = [private, str(PUBLIC)] if is_first else [str(PUBLIC), private]
    recorder = Recorder()
    client = HttpClient((), Turning(answers), recorder)

    assert isinstance(await refusal(client, "http://mixed.example/"), AddressRefused)
    assert recorder.tried == []
    await client.close()


async def test_a_name_that_the_resolver_does_not_know_or_cannot_write_is_named_so() -> None:
    async def unknown(host: str, port: int) -> Sequence[IpAddress]:
        raise socket.gaierror("no such name")

    client = HttpClient((), unknown, Recorder())
    assert isinstance(await refusal(client, "http://nowhere.example/"), NameUnknown)
    await client.close()
    assert await resolved("127.0.0.1", 80) == [ipaddress.ip_address("127.0.0.1")]


Answer = Callable[[int], bytes]


@asynccontextmanager
async def listening(
    answer: Answer, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A real socket: its port, and the first bytes of everyone who came."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4_096))
        writer.write(answer(len(heard)))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, host, 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


def fine(_number: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


async def test_a_socket_that_listens_hears_nothing_until_its_network_is_allowed() -> None:
    async with listening(fine) as (port, heard):
        guarded, allowed = HttpClient((), hostile), HttpClient(LOOPBACK, hostile)
        for url in urls(port):
            await refusal(guarded, url)
        assert heard == []

        assert (await allowed.get(f"http://127.0.0.1:{port}/", timeout_s=5)).body == b"ok"
        assert len(heard) == 1
        await guarded.close()
        await allowed.close()


@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_redirect_is_handed_back_and_never_followed(status: int) -> None:
    """Not even to an address that is allowed: whoever may be called does not say who else may."""
    async with listening(fine) as (inner_port, inner):
        places = (
            f"http://127.0.0.1:{inner_port}/",
            f"//127.0.0.1:{inner_port}/",
            f"http://localhost:{inner_port}/",
            f"http://2130706433:{inner_port}/",
            f"http://[::ffff:127.0.0.1]:{inner_port}/",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
        )

        def elsewhere(number: int) -> bytes:
            place = places[(number - 1) % len(places)]
            head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {place}\r\n"
            return f"{head}Refresh: 0;url={place}\r\nContent-Length: 0\r\n\r\n".encode()

        async with listening(elsewhere) as (port, outer):
            client = HttpClient(LOOPBACK, hostile)
            url = f"http://127.0.0.1:{port}/"
            for _ in places:
                assert (await client.get(url, timeout_s=5)).status == status
                assert (await client.post(url, json={}, timeout_s=5)).status == status
                async with client.download(url, timeout_s=5, max_bytes=10) as (told, _chunks):
                    assert told == status
            assert len(outer) == 3 * len(places)
            await client.close()
        assert inner == []
