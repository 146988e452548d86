"""`opdesk doctor` behind real proxies: the files of deploy/ pass, and each mistake is named."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from opdesk.settings import Settings
from tests.proxies import CADDYFILE, NGINX, NGINX_CONF, Proxy, caddy, free_port, nginx
from tests.servers import Started, program, started

Finding = dict[str, Any]
THROUGH = {"publicUrl", "proxy", "webSocket", "stream", "body"}
needs_nginx = pytest.mark.skipif(
    not NGINX, reason="nginx is not installed (OPDESK_TEST_NGINX may name it)"
)


@dataclass(frozen=True)
class Place:
    """A server behind a proxy, and what its admin has in the environment."""

    server: Started
    proxy: Proxy
    data: Path
    environment: dict[str, str]

    async def doctor(self, **changed: str) -> tuple[int, dict[str, Finding]]:
        """The exit code, and the worst finding of each check."""
        return await examined(self.data, self.server.url, {**self.environment, **changed})


async def examined(
    data: Path, url: str, environment: dict[str, str]
) -> tuple[int, dict[str, Finding]]:
    port = url.rsplit(":", 1)[1]
    process = await asyncio.create_subprocess_exec(
        str(program()),
        *("doctor", "--json", "--data", str(data), "--port", port),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    findings: list[Finding] = json.loads(output)["findings"]
    # Problems come last, so that they stay.
    findings.sort(key=lambda one: ("ok", "warning", "problem").index(one["level"]))
    assert process.returncode is not None
    return process.returncode, {one["check"]: one for one in findings}


@contextlib.asynccontextmanager
async def placed(
    folder: Path,
    start: Callable[..., Any] = caddy,
    config: str | None = None,
    trusted: str = "127.0.0.1",
    upstream: str | None = None,
) -> AsyncIterator[Place]:
    port = free_port()
    environment = {
        "OPDESK_PUBLIC_URL": f"https://localhost:{port}",
        "OPDESK_TRUSTED_PROXIES": trusted,
    }
    settings = Settings(data=folder / "data")
    async with started(settings, environment) as server:
        to = upstream or server.url.removeprefix("http://")
        words = (to, config) if config else (to,)
        async with start(folder / "proxy", port, *words) as proxy:
            environment["SSL_CERT_FILE"] = str(proxy.authority)
            yield Place(server, proxy, settings.data, environment)


def wrong(findings: dict[str, Finding]) -> dict[str, str]:
    return {check: one["text"] for check, one in findings.items() if one["level"] != "ok"}


async def test_behind_caddy_all_is_well(tmp_path: Path) -> None:
    async with placed(tmp_path) as place:
        code, findings = await place.doctor()

    assert wrong(findings) == {}
    assert code == 0
    assert findings.keys() >= THROUGH | {"server", "database", "disk", "files", "openFiles"}
    assert findings["proxy"]["params"]["peer"] == "127.0.0.1"
    assert findings["body"]["params"]["size"] == 50 << 20


@needs_nginx
async def test_behind_nginx_all_is_well(tmp_path: Path) -> None:
    async with placed(tmp_path, nginx) as place:
        code, findings = await place.doctor()

    assert wrong(findings) == {}
    assert code == 0
    assert findings.keys() >= THROUGH


async def test_a_proxy_that_is_not_believed(tmp_path: Path) -> None:
    async with placed(tmp_path, trusted="203.0.113.7") as place:
        code, findings = await place.doctor()

        assert code == 1
        assert wrong(findings) == {"proxy": "proxy.untrusted"}
        line = findings["proxy"]["params"]["line"]
        assert line == "OPDESK_TRUSTED_PROXIES=203.0.113.7/32,127.0.0.1"


async def test_what_the_mend_says_mends_it(tmp_path: Path) -> None:
    async with placed(tmp_path / "before", trusted="") as place:
        _, findings = await place.doctor()
    _, value = findings["proxy"]["params"]["line"].split("=", 1)

    async with placed(tmp_path / "after", trusted=value) as place:
        assert (await place.doctor())[0] == 0


async def test_a_proxy_that_does_not_say_whom_it_serves(tmp_path: Path) -> None:
    config = CADDYFILE.replace(
        "flush_interval -1", "flush_interval -1\n\t\theader_up -X-Forwarded-For"
    )
    async with placed(tmp_path, config=config) as place:
        code, findings = await place.doctor()

    assert (code, wrong(findings)) == (1, {"proxy": "proxy.silent"})


async def test_a_proxy_that_passes_no_upgrades(tmp_path: Path) -> None:
    config = CADDYFILE.replace("flush_interval -1", "header_up -Connection\n\t\theader_up -Upgrade")
    async with placed(tmp_path, config=config) as place:
        code, findings = await place.doctor()

    assert (code, wrong(findings)) == (1, {"webSocket": "webSocket.refused"})
    assert "proxy_set_header Upgrade $http_upgrade;" in findings["webSocket"]["params"]["line"]


async def test_a_proxy_that_takes_small_bodies_only(tmp_path: Path) -> None:
    config = CADDYFILE.replace(
        "\treverse_proxy", "\trequest_body {\n\t\tmax_size 1MB\n\t}\n\treverse_proxy"
    )
    async with placed(tmp_path, config=config) as place:
        code, findings = await place.doctor()

    assert code == 1
    assert wrong(findings).keys() == {"body"}
    assert findings["body"]["params"]["line"] == "client_max_body_size 60m;"


@needs_nginx
@pytest.mark.parametrize(
    ("without", "check", "text"),
    [
        ("client_max_body_size 60m;", "body", "body.tooSmall"),
        ("proxy_set_header Upgrade $http_upgrade;", "webSocket", "webSocket.refused"),
        (
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            "proxy",
            "proxy.silent",
        ),
    ],
)
async def test_each_line_of_nginx_is_needed(
    tmp_path: Path, without: str, check: str, text: str
) -> None:
    assert without in NGINX_CONF
    async with placed(tmp_path, nginx, NGINX_CONF.replace(without, "")) as place:
        code, findings = await place.doctor()

    assert (code, wrong(findings)) == (1, {check: text})
    # The mend names the line that is missing.
    assert without in findings[check]["params"]["line"]


@needs_nginx
async def test_a_proxy_that_keeps_answers_back(tmp_path: Path) -> None:
    config = NGINX_CONF.replace(
        "proxy_buffering off;", "proxy_ignore_headers X-Accel-Buffering; proxy_buffering on;"
    )
    async with placed(tmp_path, nginx, config) as place:
        code, findings = await place.doctor()

    assert (code, wrong(findings)) == (1, {"stream": "stream.buffered"})


async def test_a_proxy_that_does_not_reach_the_server(tmp_path: Path) -> None:
    async with placed(tmp_path, upstream=f"127.0.0.1:{free_port()}") as place:
        code, findings = await place.doctor()

        assert (code, wrong(findings)) == (1, {"publicUrl": "publicUrl.gateway"})
        listens = place.server.url.removeprefix("http://")
        assert findings["publicUrl"]["params"]["line"] == f"reverse_proxy {listens}"


async def test_an_address_that_leads_to_another_server(tmp_path: Path) -> None:
    """Another OpDesk even: only what holds our master key is ours."""
    other = Settings(data=tmp_path / "other")
    async with started(other) as theirs:
        to = theirs.url.removeprefix("http://")
        async with placed(tmp_path, upstream=to) as place:
            code, findings = await place.doctor()

    assert (code, wrong(findings)) == (1, {"publicUrl": "publicUrl.elsewhere"})


async def test_an_address_where_nothing_answers(tmp_path: Path) -> None:
    async with started(Settings(data=tmp_path / "data")) as server:
        for url, text in (
            (f"https://localhost:{free_port()}", "publicUrl.noConnection"),
            ("https://nowhere.invalid", "publicUrl.noName"),
        ):
            environment = {"OPDESK_PUBLIC_URL": url}
            code, findings = await examined(tmp_path / "data", server.url, environment)

            assert (code, wrong(findings)) == (1, {"publicUrl": text})


async def test_a_certificate_that_nobody_believes(tmp_path: Path) -> None:
    async with placed(tmp_path) as place:
        code, findings = await place.doctor(SSL_CERT_FILE="/dev/null")

    assert (code, wrong(findings)) == (1, {"publicUrl": "publicUrl.certificate"})
    assert "local issuer" in findings["publicUrl"]["params"]["words"]
