"""A push service on the loopback, and browsers that subscribe there with keys of their own."""

import asyncio
import base64
import json
import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from opdesk.kit.layers import Receive, Scope, Send, answer, read_body
from tests.desk import Api, eventually

CURVE = ec.SECP256R1()


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    form = PublicFormat.UncompressedPoint
    return private.public_key().public_bytes(Encoding.X962, form)


def derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)


def decrypted(body: bytes, private: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser reads (RFC 8188 and 8291). Raises ValueError when it is for another one."""
    salt, size, id_size = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, record = body[21 : 21 + id_size], body[21 + id_size :]
    assert (id_size, len(record) <= size) == (65, True)
    shared = private.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
    )
    secret = derived(shared, auth, b"WebPush: info\0" + point_of(private) + sender, 32)
    key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    try:
        padded = AESGCM(key).decrypt(nonce, record, None)
    except InvalidTag as error:
        raise ValueError("it was encrypted for somebody else") from error
    text = padded.rstrip(b"\0")
    assert text[-1:] == b"\2", "not the last record"
    return text[:-1]


@dataclass(frozen=True)
class Push:
    """One call that the service took or refused."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class PushService:
    """Answers 201, or what `answers` has for the next calls; `is_silent`: it never answers."""

    pushes: list[Push] = field(default_factory=list)
    answers: deque[tuple[int, Mapping[str, str]]] = field(default_factory=deque)
    is_silent: bool = False
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for kind in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{kind}.complete"})
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = await read_body(receive, 8192)
        assert body is not None
        self.pushes.append(Push(scope["path"], headers, body))
        if self.is_silent:
            await asyncio.Event().wait()
        status, said = self.answers.popleft() if self.answers else (201, {})
        extra = [(name.encode(), value.encode()) for name, value in said.items()]
        await answer(send, status, b"", b"text/plain", extra)


@dataclass
class Browser:
    """A browser with a subscription of its own."""

    service: PushService
    private: ec.EllipticCurvePrivateKey
    auth: bytes
    path: str

    @classmethod
    def new(cls, service: PushService) -> "Browser":
        path = f"/push/{os.urandom(6).hex()}"
        return cls(service, ec.generate_private_key(CURVE), os.urandom(16), path)

    @property
    def endpoint(self) -> str:
        return self.service.url + self.path

    async def body(self, api: Api, **changes: Any) -> dict[str, Any]:
        """What the panel sends of it."""
        key = (await api.get("/api/operator/push")).json["key"]
        given = {
            "endpoint": self.endpoint,
            "p256dh": encoded(point_of(self.private)),
            "auth": encoded(self.auth),
            "key": key,
            "language": "uk",
        }
        return {**given, **changes}

    async def subscribes(self, api: Api, **changes: Any) -> int:
        reply = await api.put("/api/operator/push", await self.body(api, **changes))
        assert reply.status == 200, reply.text
        found: int = reply.json["id"]
        return found

    @property
    def pushes(self) -> list[Push]:
        return [one for one in self.service.pushes if one.path == self.path]

    @property
    def notices(self) -> list[dict[str, Any]]:
        """What was pushed to it, as it reads it."""
        return [json.loads(decrypted(one.body, self.private, self.auth)) for one in self.pushes]

    async def told(self, count: int = 1) -> list[dict[str, Any]]:
        """Its notices, once there are so many."""

        async def look() -> list[dict[str, Any]] | None:
            return self.notices if len(self.pushes) >= count else None

        return await eventually(look)


def signer_of(push: Push, audience: str) -> tuple[str, Mapping[str, Any]]:
    """(public key, claims) of a push, as its service checks them (RFC 8292)."""
    kind, _, rest = push.headers["authorization"].partition(" ")
    parts = dict(one.split("=", 1) for one in rest.split(", "))
    verifying = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw(parts["k"]))
    claims = jwt.decode(parts["t"], verifying, ["ES256"], audience=audience)
    assert kind == "vapid"
    return parts["k"], claims
