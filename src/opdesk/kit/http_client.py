"""The one way out: HTTP calls to addresses that other people chose.

The name is resolved once, every address it has is checked, and the connection goes to the very
address that was checked, so that a name can't change its mind in between. Nothing here ever puts
a URL into a log or an error: bots' tokens stand in them.
"""

import asyncio
import contextlib
import functools
import ipaddress
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpcore
import httpx
import msgspec
from typing_extensions import override

from opdesk.kit.text import readable_json

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
CONNECT_TIMEOUT_S = 10.0
MAX_REPLY_BYTES = 4 * 1024 * 1024
MAX_PORT = 65_535
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All global IPv6 addresses; loopback, link-local, unique local, site-local and multicast are

outside of it, as are IPv4-compatible and translated ones.
"""
_SPECIAL_V6 = [
    ipaddress.ip_network(one)
    for one in (
        "2001::/23",  # protocols: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
]
_SPECIAL_V4 = [
    ipaddress.ip_network(one)
    for one in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
]


class HttpError(Exception):
    """The call did not bring an answer. `was_sent`: the other side may have acted on it."""

    def __init__(self, text: str, *, was_sent: bool) -> None:
        super().__init__(text)
        self.was_sent = was_sent


class AddressRefused(HttpError):
    """The address is on a private network that nobody allowed."""

    def __init__(self) -> None:
        super().__init__(
            "the address is on a private network, which OPDESK_OUTGOING_ALLOW does not admit",
            was_sent=False,
        )


class NameUnknown(HttpError):
    """There is no address for the name."""

    def __init__(self) -> None:
        super().__init__("the name has no address", was_sent=False)


class CertificateRefused(HttpError):
    """The other side's certificate is not one that we can believe; `reason` says why not."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the certificate is not valid: {reason}", was_sent=False)
        self.reason = reason


class ReplyTooLarge(HttpError):
    """More bytes than the caller takes."""

    def __init__(self) -> None:
        super().__init__("the answer is too large", was_sent=True)


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer of any status. `json` is None when the body is none; what is no text is dropped."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        for readable in (bytes, readable_json):
            with contextlib.suppress(msgspec.DecodeError, ValueError, RecursionError):
                return msgspec.json.decode(readable(self.body))
        return None


def is_public(address: IpAddress, allow: Iterable[Network] = ()) -> bool:
    """Whether we may call an address: a global one, or one of the allowed networks.

    An IPv6 address that carries an IPv4 one inside is as good as that; but who allows a network
    does not allow it behind somebody's translator. What is global is ours to
    say (IANA's special-purpose registries, 2025): Python's own lists differ between its versions.
    """
    allow = tuple(allow)
    if any(address in network for network in allow):
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped, allow)
    inner = _translated(address)
    if inner is not None:
        return is_public(inner)
    if address not in _UNICAST or any(address in network for network in _SPECIAL_V6):
        return False
    routed = _by_isatap(address)
    return routed is None or is_public(routed)


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a call of this one ends at, where there is a translator or relay."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour


def _by_isatap(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The host behind an ISATAP router (RFC 5214): its IPv4 address ends the interface's id."""
    is_isatap = int(address) >> 32 & 0xFDFF_FFFF == 0x0000_5EFE
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if is_isatap else None


Resolve = Callable[[str, int], Awaitable[Sequence[IpAddress]]]
"""The addresses of (name, port), at least one. Raises OSError, UnicodeError."""


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(
        self, allow: tuple[Network, ...], resolve: Resolve, inner: httpcore.AsyncNetworkBackend
    ) -> None:
        self._allow, self._resolve, self._inner = allow, resolve, inner

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        if not 0 < port <= MAX_PORT:
            raise NameUnknown
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise NameUnknown from error
        # IPv4 first: a home server often has IPv6 addresses that lead nowhere.
        addresses = sorted(set(found), key=lambda address: (address.version, int(address)))
        if not all(is_public(address, self._allow) for address in addresses):
            raise AddressRefused
        return await self._inner.connect_tcp(
            str(addresses[0]), port, timeout, local_address, socket_options
        )

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def resolved(host: str, port: int) -> list[IpAddress]:
    """What the system's resolver says."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]


def trust() -> ssl.SSLContext:
    """The authorities that we believe: the usual ones, and those that the system's admin added.

    OpenSSL looks at SSL_CERT_FILE and SSL_CERT_DIR, else at the system's own store. Reading them
    takes a tenth of a second.
    """
    return _read_trust(*(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")))


@functools.lru_cache(maxsize=1)
def _read_trust(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


class HttpClient:
    """Calls with a time limit and a size limit; redirects are never followed."""

    def __init__(
        self,
        allow: tuple[Network, ...] = (),
        resolve: Resolve = resolved,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """`allow` may be called although they are private; `network` opens the connections."""
        guarded = _GuardedNetwork(allow, resolve, network or httpcore.AnyIOBackend())
        transport = httpx.AsyncHTTPTransport(verify=trust(), trust_env=False, retries=0)
        # httpx has no parameter for the network; its pool does.
        transport._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust(),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=30.0,
            network_backend=guarded,
        )
        self._client = httpx.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, max_redirects=0
        )

    async def get(
        self,
        url: str,
        *,
        timeout_s: float,
        max_bytes: int = MAX_REPLY_BYTES,
        headers: Mapping[str, str] | None = None,
    ) -> HttpReply:
        """Raises HttpError."""
        return await self._call("GET", url, timeout_s, max_bytes, headers=headers)

    async def post(
        self,
        url: str,
        *,
        timeout_s: float,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, Any] | tuple[str, Any, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpReply:
        """A JSON body, or a form with `files` (field -> file name, open file and MIME type).

        Raises HttpError.
        """
        extra: dict[str, Any] = {"data": data, "files": files} if files else {"json": json}
        return await self._call("POST", url, timeout_s, MAX_REPLY_BYTES, headers=headers, **extra)

    async def request(
        self,
        method: str,
        url: str,
        *,
        timeout_s: float,
        headers: Mapping[str, str],
        content: AsyncIterator[bytes] | bytes | None = None,
    ) -> HttpReply:
        """Any call, with headers of its own. Raises HttpError."""
        return await self._call(
            method, url, timeout_s, MAX_REPLY_BYTES, headers=headers, content=content
        )

    @contextlib.asynccontextmanager
    async def download(
        self,
        url: str,
        *,
        timeout_s: float,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """(status, chunks) of a file; more than `max_bytes` raises ReplyTooLarge."""
        with _told():
            async with (
                asyncio.timeout(timeout_s),
                self._client.stream(
                    "GET", url, timeout=_timeout(timeout_s), headers=headers
                ) as response,
            ):
                yield response.status_code, _limited(response, max_bytes)

    async def close(self) -> None:
        await self._client.aclose()

    async def _call(
        self, method: str, url: str, timeout_s: float, max_bytes: int, **extra: Any
    ) -> HttpReply:
        with _told():
            async with (
                asyncio.timeout(timeout_s + CONNECT_TIMEOUT_S),
                self._client.stream(method, url, timeout=_timeout(timeout_s), **extra) as response,
            ):
                body = b"".join([chunk async for chunk in _limited(response, max_bytes)])
                return HttpReply(response.status_code, response.headers, body)


async def _limited(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > max_bytes:
            raise ReplyTooLarge
        yield chunk


def _timeout(timeout_s: float) -> httpx.Timeout:
    return httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S)


class _told:  # noqa: N801  reads as what it does: with _told(): ...
    """Turns the library's errors into ours, without the URL that theirs would show."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, HttpError):
            return
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            raise HttpError("the address is not an http or https one", was_sent=False) from None
        if (refusal := _refusal_of(error)) is not None:
            raise CertificateRefused(refusal.verify_message) from None
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
            raise HttpError("no connection", was_sent=False) from None
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            raise HttpError("no answer in time", was_sent=True) from None
        if isinstance(error, httpx.HTTPError):
            raise HttpError("the connection broke", was_sent=True) from None


def _refusal_of(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """What is wrong with the certificate, if that is what an error came from."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None
