"""Real reverse proxies with TLS in front of a server: Caddy always, nginx where it is installed."""

import asyncio
import contextlib
import datetime
import os
import re
import shutil
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.desk import eventually

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
CADDYFILE = (DEPLOY / "Caddyfile").read_text()
NGINX_CONF = (DEPLOY / "nginx.conf").read_text()
NGINX = os.environ.get("OPDESK_TEST_NGINX") or shutil.which("nginx") or ""
NAME = "desk.example.com"


@dataclass(frozen=True)
class Proxy:
    """Where a proxy listens, and the authority that has signed its certificate."""

    port: int
    authority: Path

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def caddy_program() -> Path:
    return Path(sys.executable).with_name("caddy")


def caddy_environment(folder: Path) -> dict[str, str]:
    """Everything that Caddy keeps is in the folder; so is its authority, once it has started."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }


def caddy_authority(folder: Path) -> Path:
    return folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"


@contextlib.asynccontextmanager
async def caddy(
    folder: Path, port: int, upstream: str, config: str = CADDYFILE
) -> AsyncIterator[Proxy]:
    """Caddy with the installation's own file, and certificates of its internal authority."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "Caddyfile"
    # Its administration listens on a fixed port, which another test's Caddy may have.
    file.write_text(config.replace("{\n", "{\n\tadmin off\n", 1))
    environment = {
        **caddy_environment(folder),
        "OPDESK_DOMAIN": f"localhost:{port}",
        "OPDESK_UPSTREAM": upstream,
        "OPDESK_HTTP_PORT": str(free_port()),
    }
    words = [str(caddy_program()), "run", "--adapter", "caddyfile", "--config", str(file)]
    async with _process(words, environment, folder / "caddy.log"):
        authority = caddy_authority(folder)
        await _answers(port, authority)
        yield Proxy(port, authority)


@contextlib.asynccontextmanager
async def nginx(
    folder: Path, port: int, upstream: str, config: str = NGINX_CONF
) -> AsyncIterator[Proxy]:
    """nginx with the installation's own file, and a certificate of an authority made here."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = _certificate(folder)
    http = free_port()
    changes: Mapping[str, str] = {
        r"listen (\[::\]:)?80;": f"listen 127.0.0.1:{http};",
        r"\n *listen \[::\]:443 ssl;": "",
        r"listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        r"/etc/letsencrypt/live/desk.example.com": str(folder),
        re.escape(NAME): "localhost",
        re.escape("127.0.0.1:8080"): upstream,
    }
    for old, new in changes.items():
        config = re.sub(old, new, config)
    # The first of the two lines for port 80 is enough.
    config = config.replace(f"    listen 127.0.0.1:{http};\n", "", 1)
    main = (
        f"pid {folder}/nginx.pid; daemon off; error_log {folder}/nginx.log;\n"
        "user root; worker_processes 1; events {}\n"
        if os.geteuid() == 0
        else f"pid {folder}/nginx.pid; daemon off; error_log {folder}/nginx.log; events {{}}\n"
    )
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(f"{main}http {{ access_log off;\n{places}{config}}}\n")
    words = [NGINX, "-c", str(file), "-e", str(folder / "nginx.log")]
    async with _process(words, {"PATH": os.environ["PATH"]}, folder / "nginx.out"):
        await _answers(port, authority)
        yield Proxy(port, authority)


@contextlib.asynccontextmanager
async def _process(
    words: list[str], environment: Mapping[str, str], log: Path
) -> AsyncIterator[None]:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *words, env=dict(environment), stdout=output, stderr=output
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _answers(port: int, authority: Path) -> None:
    """Once it listens and has its certificate."""

    async def look() -> bool | None:
        try:
            trusted = ssl.create_default_context(cafile=authority)
            _, writer = await asyncio.open_connection("localhost", port, ssl=trusted)
        except OSError:
            return None
        writer.close()
        return True

    await eventually(look, at_most_s=30)


def _certificate(folder: Path) -> Path:
    """A key and a certificate for localhost that an authority of its own has signed."""
    now = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    ends = datetime.datetime(2090, 1, 1, tzinfo=datetime.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of a test")])
    about_root = (
        x509.CertificateBuilder(root, root, root_key.public_key(), 1, now, ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder(root, name, key.public_key(), 2, now, ends)
        .add_extension(names, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(secret)
    authority = folder / "authority.pem"
    authority.write_bytes(about_root.public_bytes(pem))
    return authority


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
