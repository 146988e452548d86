"""The way from outside to this server: our own public addresses, asked as a browser would.

Only addresses that the server's admin has set are called, so these may lead to a private network.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import websockets
from websockets.asyncio.client import connect

from opdesk.doctor import probe
from opdesk.doctor.model import Finding, ok, problem, warning
from opdesk.doctor.probe import PAUSE_S, Arrival, Question
from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.http_client import CertificateRefused, HttpClient, HttpError, NameUnknown, trust
from opdesk.kit.keyring import Vault
from opdesk.kit.web import HUB_PATH
from opdesk.settings import Settings

ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
TIMEOUT_S = 10.0
BODY_TIMEOUT_S = 20.0
GATEWAY = (502, 503, 504)
TOO_WIDE = {4: 8, 6: 16}
"""Networks of proxies with fewer fixed bits are no longer somebody's own."""
FEW_DAYS, USUAL_DAYS = 7, 60
"""When a certificate should have been renewed; those that live for hours are renewed in hours."""
LOCAL = ("localhost", "127.0.0.1", "[::1]")
_CHUNK = bytes(64 * 1024)
NGINX_FORWARD = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
NGINX_UPGRADE = (
    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
    "proxy_set_header Connection $connection_upgrade;"
)


class Road:
    """Asks at addresses and says what became of it."""

    def __init__(self, settings: Settings, vault: Vault, clock: Clock) -> None:
        self._settings, self._vault, self._clock = settings, vault, clock
        self._http = HttpClient(ANYWHERE)

    async def close(self) -> None:
        await self._http.close()

    async def local(self) -> Arrival | None:
        """What the server on this machine answers; None when there is none of ours."""
        question = self._question()
        try:
            reply = await self._http.request(
                "GET",
                local_url(self._settings) + probe.PROBE,
                timeout_s=2,
                headers=question.headers(),
            )
        except HttpError:
            return None
        return question.arrival(self._vault, reply.body)

    async def examine(self, url: str) -> list[Finding]:
        """What is to be said of the way that one public address leads."""
        question = self._question()
        try:
            reply = await self._http.request(
                "GET", url + probe.PROBE, timeout_s=TIMEOUT_S, headers=question.headers()
            )
        except HttpError as error:
            return [_unreachable(url, error)]
        arrival = question.arrival(self._vault, reply.body)
        if arrival is None:
            return [self._elsewhere(url, reply.status)]
        found = [ok("publicUrl.ok", url=url)]
        if url.startswith("http:") and (urlsplit(url).hostname or "") not in LOCAL:
            found = [warning("publicUrl.plain", "https", url=url, line=_https_line(url))]
        found.append(self._of_proxy(url, arrival))
        found += await self._socket(url)
        found.append(await self._streamed(url))
        found.append(await self._body(url))
        return found

    def _question(self) -> Question:
        return probe.ask(self._vault, self._clock)

    def _elsewhere(self, url: str, status: int) -> Finding:
        if status in GATEWAY:
            line = f"reverse_proxy {_upstream(self._settings)}"
            return problem("publicUrl.gateway", "upstream", url=url, status=status, line=line)
        line = f"OPDESK_PUBLIC_URL={url}"
        return problem("publicUrl.elsewhere", "pointHere", url=url, status=status, line=line)

    def _of_proxy(self, url: str, arrival: Arrival) -> Finding:
        about = {"url": url, "peer": arrival.peer}
        if not arrival.is_forwarded:
            if url.startswith("http:") and not arrival.is_trusted:
                return ok("proxy.direct", url=url)
            # We don't speak TLS ourselves: somebody in between does.
            return problem("proxy.silent", "forward", **about, line=NGINX_FORWARD)
        if not arrival.is_trusted:
            networks = ",".join(map(str, (*self._settings.trusted_proxies, arrival.peer)))
            line = f"OPDESK_TRUSTED_PROXIES={networks}"
            return problem("proxy.untrusted", "trust", **about, line=line)
        return ok("proxy.ok", **about)

    async def _socket(self, url: str) -> list[Finding]:
        question = self._question()
        is_secure = url.startswith("https:")
        try:
            async with connect(
                "ws" + url.removeprefix("http") + HUB_PATH,
                additional_headers=question.headers(),
                ssl=trust() if is_secure else None,
                proxy=None,
                open_timeout=TIMEOUT_S,
                close_timeout=1,
            ) as socket:
                ends = self._ending(url, socket.transport) if is_secure else None
                async with asyncio.timeout(TIMEOUT_S):
                    text = await socket.recv()
        except websockets.InvalidStatus as error:
            status = error.response.status_code
            line = NGINX_UPGRADE
            return [problem("webSocket.refused", "upgrade", url=url, status=status, line=line)]
        except (websockets.WebSocketException, OSError, TimeoutError) as error:
            words, line = str(error) or type(error).__name__, NGINX_UPGRADE
            return [problem("webSocket.failed", "upgrade", url=url, words=words, line=line)]
        answer = text if isinstance(text, bytes) else text.encode()
        if question.arrival(self._vault, answer) is None:
            words, line = "another server answers", f"OPDESK_PUBLIC_URL={url}"
            return [problem("webSocket.failed", "pointHere", url=url, words=words, line=line)]
        return [ok("webSocket.ok", url=url), *([ends] if ends else [])]

    def _ending(self, url: str, transport: Any) -> Finding | None:
        """Of a certificate that should have been renewed."""
        certificate = transport.get_extra_info("peercert") or {}
        if "notAfter" not in certificate:
            return None
        starts, ends = (
            ssl.cert_time_to_seconds(certificate[name]) for name in ("notBefore", "notAfter")
        )
        days = int(ends - self._clock.now_ms() / SECOND_MS) // 86_400
        if days >= FEW_DAYS or ends - starts < USUAL_DAYS * 86_400:
            return None
        return warning("publicUrl.certificateEnds", "renew", url=url, days=days)

    async def _streamed(self, url: str) -> Finding:
        """Whether the first part of an answer is here before the last."""
        began, first = self._clock.monotonic_s(), 0.0
        try:
            async with self._http.download(
                url + probe.STREAM,
                timeout_s=TIMEOUT_S,
                max_bytes=1024,
                headers=self._question().headers(),
            ) as (status, chunks):
                async for _ in chunks:
                    first = first or self._clock.monotonic_s()
        except HttpError as error:
            return problem("stream.failed", "noBuffer", url=url, words=str(error), line=_NO_BUFFER)
        if status != 200:
            words = f"status {status}"
            return problem("stream.failed", "noBuffer", url=url, words=words, line=_NO_BUFFER)
        if self._clock.monotonic_s() - first < PAUSE_S / 2 or first - began > TIMEOUT_S / 2:
            return problem("stream.buffered", "noBuffer", url=url, line=_NO_BUFFER)
        return ok("stream.ok", url=url)

    async def _body(self, url: str) -> Finding:
        """Whether the largest file that we take comes through."""
        megabytes = self._settings.media_max_mb
        size = megabytes << 20
        about: dict[str, str | int] = {"url": url, "size": size}
        line = f"client_max_body_size {megabytes + 10}m;"
        question = self._question()
        headers = {**question.headers(), "Content-Length": str(size)}
        headers["Content-Type"] = "application/octet-stream"
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                reply = await self._http.request(
                    "POST",
                    url + probe.PROBE,
                    timeout_s=BODY_TIMEOUT_S,
                    headers=headers,
                    content=_zeros(size),
                )
        except TimeoutError:
            return warning("body.slow", "slowLine", **about, seconds=int(BODY_TIMEOUT_S))
        except HttpError as error:
            return problem("body.broken", "bodyLimit", **about, words=str(error), line=line)
        arrival = question.arrival(self._vault, reply.body)
        if arrival is None or arrival.received != size:
            return problem("body.tooSmall", "bodyLimit", **about, status=reply.status, line=line)
        return ok("body.ok", **about)


_NO_BUFFER = "proxy_buffering off;"


def of_networks(settings: Settings) -> list[Finding]:
    """What is to be said of the networks that are believed."""
    return [
        warning(
            "proxy.tooWide", "narrow", network=str(one), line="OPDESK_TRUSTED_PROXIES=127.0.0.1"
        )
        for one in settings.trusted_proxies
        if one.prefixlen < TOO_WIDE[one.version] and one.num_addresses > 1
    ]


def local_url(settings: Settings) -> str:
    """Where the server listens, as this machine reaches it."""
    return f"http://{_upstream(settings)}"


def _upstream(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"


def _unreachable(url: str, error: HttpError) -> Finding:
    if isinstance(error, CertificateRefused):
        line = "cp YOUR-AUTHORITY.crt /usr/local/share/ca-certificates/ && update-ca-certificates"
        about = {"url": url, "words": error.reason, "line": line}
        return problem("publicUrl.certificate", "certificate", **about)
    if isinstance(error, NameUnknown):
        return problem("publicUrl.noName", "dns", url=url)
    return problem("publicUrl.noConnection", "listen", url=url, words=str(error))


def _https_line(url: str) -> str:
    return f"OPDESK_PUBLIC_URL=https://{urlsplit(url).hostname}"


async def _zeros(size: int) -> AsyncIterator[bytes]:
    for begin in range(0, size, len(_CHUNK)):
        yield _CHUNK[: size - begin]
