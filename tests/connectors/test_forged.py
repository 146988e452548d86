"""Nobody but the platform puts anything into a channel: every source of the registry.

The webhook's handler is called without a network between. A call that was altered in any way is
refused before any of it is parsed. Decision 14 says why a replay is answered otherwise.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, Source
from opdesk.connectors.registry import CONNECTORS
from tests.chance import Chance, seeded
from tests.connectors.calling import Door, Posted, proven, with_proof
from tests.connectors.voice import Said, Voice
from tests.connectors.voices import SILENT, VOICES
from tests.desk import Desk

MUTATIONS = 1_000
"""At least so many of each source."""
TABLES = ("inbox", "early_updates", "chats", "messages", "events", "jobs", "contacts")
EVERY = [pytest.param(source, id=source.name) for source in CONNECTORS]
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def stored(door: Door) -> list[int]:
    """How many rows there are of all that a webhook can make."""
    return [(await door.rows(f"SELECT count(*) FROM {one}"))[0][0] for one in TABLES]


@pytest.fixture
def door(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Door:
    """With every connector's `parse` and `chat_of` counted."""
    made = Door(desk.services.db, desk.services.vault)

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any) -> Any:
            made.parsed += 1
            return function(*arguments)

        return counting

    for connector in CONNECTORS.values():
        for name in ("parse", "chat_of"):
            monkeypatch.setattr(connector, name, staticmethod(counted(getattr(connector, name))))
    return made


class World:
    """The channels of one source: ours, another of the same company, and a stranger's."""

    def __init__(self, voice: Voice, channel: Channel) -> None:
        self.voice, self.channel = voice, channel
        self.others: list[tuple[Voice, Channel]] = []

    @classmethod
    async def of(cls, desk: Desk, source: Source) -> "World":
        made = []
        for name, company in (("ours", desk.acme), ("second", desk.acme), ("rival", desk.rival)):
            voice = VOICES[source](name)
            place = (company.id, company.organizations[0])
            vault = desk.services.vault
            made.append((voice, await desk.services.db.write(voice.connected, vault, place)))
        world = cls(*made[0])
        world.others = made[1:]
        return world

    def genuine(self, number: int, text: str = "Де моя посилка?") -> Posted:
        said = Said(number, 1, 1_700_000_000_000 + 1_000 * number, text)
        return proven(self.voice, self.channel, self.voice.body([self.voice.text(said)]))

    def with_proof(self, proof: str | bytes, body: bytes) -> Posted:
        return with_proof(self.voice, self.channel, proof, body)


def altered(world: World, chance: Chance) -> Iterator[Posted]:
    """Calls that are not genuine any more, each for a reason of its own."""
    real = world.genuine(1)
    proof = world.voice.proof(world.channel, real.body)
    yield from (world.with_proof(one, real.body) for one in proofs(proof, chance))
    yield from strangers(world, real)
    if world.voice.header is not None:
        yield from headers(world, real, proof)
    if world.voice.signs_body:
        yield from bodies(real, chance)
        yield from (world.with_proof(one, real.body) for one in other_digests(world, real.body))


def proofs(proof: str, chance: Chance) -> Iterator[str | bytes]:
    """The proof itself, damaged: bits, length, case, alphabet."""
    raw = proof.encode()
    for place in range(len(raw)):
        for bit in range(8):
            yield raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]
    for cut in range(len(raw)):
        yield raw[:cut]
        yield raw[cut:] if cut else raw + raw
    for char in ("", " ", "\t", "\0", "0", "=", ",", ";", "'", '"', "/", "%00", "\u200b", "é"):
        yield from (f"{char}{proof}", f"{proof}{char}", f"{char}{proof}{char}")
    yield from (proof.upper(), proof.title(), proof.swapcase(), proof[::-1], f'"{proof}"')
    yield from lookalikes(proof)
    yield from guesses(proof, chance)
    for size in (0, 1, 63, 64, 65, 10_000):
        yield "a" * size
        yield "0" * size
        yield b"\xff" * size


def guesses(proof: str, chance: Chance) -> Iterator[str]:
    """One sign off, two signs exchanged, and plain luck."""
    alphabet = string.ascii_letters + string.digits + "_-"
    for place in range(len(proof)):
        yield f"{proof[:place]}{proof[place + 1 : place + 2]}{proof[place]}{proof[place + 2 :]}"
        for char in chance.sample(alphabet, 8):
            yield f"{proof[:place]}{char}{proof[place + 1 :]}"
    for _ in range(200):
        yield "".join(chance.choices(alphabet, k=len(proof)))


def lookalikes(proof: str) -> Iterator[str]:
    """What a careless comparison takes for the same: Cyrillic and fullwidth letters, folding."""
    same = str.maketrans("aceopxyi", "асеорхуі")
    yield proof.translate(same)
    for place, char in enumerate(proof):
        wide = chr(ord(char) + 0xFEE0)
        yield f"{proof[:place]}{wide}{proof[place + 1 :]}"
        yield f"{proof[:place]}{char}\u0301{proof[place + 1 :]}"
        yield f"{proof[:place]}{char.translate(same)}{proof[place + 1 :]}"


def strangers(world: World, real: Posted) -> Iterator[Posted]:
    """Keys of other channels and companies, and a genuine call at another's address."""
    for voice, channel in world.others:
        yield world.with_proof(voice.proof(channel, real.body), real.body)
        yield world.with_proof(voice.key, real.body)
        yield replace(real, place=(channel.company_id, channel.id))
        yield replace(real, place=(channel.company_id, real.place[1]))
        yield replace(real, place=(real.place[0], channel.id))
    yield from (replace(real, place=(real.place[0], one)) for one in (0, 999_999, 2**53 - 1))
    for setting, value in world.voice.settings.items():
        if world.voice.signs_body and value == world.voice.key:
            continue
        yield world.with_proof(value, real.body)
        yield world.with_proof(signature(value, real.body), real.body)
        yield world.with_proof(f"sha256={signature(value, real.body)}", real.body)
        yield world.with_proof(setting, real.body)
    for key in ("", "null", "None", "undefined", str(world.channel.id), world.channel.account_id):
        yield world.with_proof(key, real.body)
        yield world.with_proof(signature(key, real.body), real.body)
        yield world.with_proof(f"sha256={signature(key, real.body)}", real.body)


def signature(key: str, body: bytes, method: str = "sha256") -> str:
    return hmac.new(key.encode(), body, method).hexdigest()


def headers(world: World, real: Posted, proof: str) -> Iterator[Posted]:
    """The header missing, doubled, beside itself, or under another name."""
    [(name, value)] = real.headers
    yield replace(real, headers=())
    yield from (
        replace(real, tail=f"/{proof}", headers=one)
        for one in ((), ((name, b""),), ((name, b"x"),))
    )
    wrong = b"0" * len(value)
    for second in (value, wrong, b"", b" ", value.upper(), value[:-1]):
        yield replace(real, headers=((name, value), (name, second)))
        yield replace(real, headers=((name, second), (name, value)))
        yield replace(real, headers=((name, second), (name, value), (name, second)))
        yield replace(real, headers=((name, value + b", " + second),))
        yield replace(real, headers=((name, second + b", " + value),))
    names = ("authorization", "cookie", "x-hub-signature", "x-signature", "signature", "x-secret")
    for other in (*names, *(f"x-{one}" for one in names), f"{name.decode()}s"):
        yield replace(real, headers=((other.encode(), value),))
        yield replace(real, headers=((other.encode(), value), (name, wrong)))
    text = name.decode()
    for other in (text.replace("-", "_"), text[2:], f"{text} ", f" {text}", f"{text}\0"):
        yield replace(real, headers=((other.encode(), value),))


def bodies(real: Posted, chance: Chance) -> Iterator[Posted]:
    """Another body under the signature of this one."""
    body = real.body
    for _ in range(400):
        place, bit = chance.randrange(len(body)), 1 << chance.randrange(8)
        yield replace(real, body=body[:place] + bytes([body[place] ^ bit]) + body[place + 1 :])
    for _ in range(100):
        cut = chance.randrange(len(body))
        yield replace(real, body=body[:cut])
        yield replace(real, body=body[cut:] if cut else b"")
        yield replace(real, body=body[:cut] + b" " + body[cut:])
    value = json.loads(body)
    for other in (
        json.dumps(value).encode(),
        json.dumps(value, ensure_ascii=False, indent=1).encode(),
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(),
        b"\xef\xbb\xbf" + body,
        body + b"\n",
        body + b"\0",
        body + body,
        body.decode().encode("utf-16"),
        b"",
        b"{}",
        b"[" + body + b"]",
    ):
        if other != body:
            yield replace(real, body=other)


def other_digests(world: World, body: bytes) -> Iterator[str]:
    """The right key and body, in a way that the platform does not sign."""
    key = world.voice.key
    right = world.voice.proof(world.channel, body)
    digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
    for scheme in ("", "sha1=", "sha256=", "SHA256=", "Sha256=", "sha512=", "sha256:", "sha256 ="):
        for method in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256"):
            told = f"{scheme}{signature(key, body, method)}"
            yield from (one for one in (told, told.upper()) if one != right)
        for shown in (
            base64.b64encode(digest).decode(),
            base64.urlsafe_b64encode(digest).decode(),
            f"0x{digest.hex()}",
            digest.hex(":"),
            hashlib.sha256(key.encode() + body).hexdigest(),
            hashlib.sha256(body + key.encode()).hexdigest(),
            hashlib.sha256(body).hexdigest(),
            signature(key, b""),
            signature(key, body + b"\n"),
            signature(key + "\n", body),
            signature(signature(key, body), body),
        ):
            yield f"{scheme}{shown}"


def without_doubles(calls: Iterator[Posted], real: Posted) -> Sequence[Posted]:
    return [one for one in dict.fromkeys(calls) if one != real]


@on_sqlite
@pytest.mark.parametrize("source", EVERY)
async def test_what_a_platform_did_not_prove_is_refused_before_it_is_read(
    desk: Desk, door: Door, source: Source
) -> None:
    if source in SILENT:
        pytest.skip("nobody proves anything there: see the next test")
    assert source in VOICES, f"{source.name} has no voice in tests/connectors/voices.py"
    world = await World.of(desk, source)
    calls = without_doubles(altered(world, seeded()), world.genuine(1))
    before = await stored(door)

    for call in calls:
        status = await door.post(call)
        assert status == 401, (status, call)

    assert door.parsed == 0
    assert await stored(door) == before
    assert len(calls) >= MUTATIONS
    assert await door.post(world.genuine(1)) == 200, "the call that all were made from"
    assert door.parsed > 0


@on_sqlite
@pytest.mark.parametrize("source", [one for one in EVERY if one.values[0] in SILENT])
async def test_a_source_that_nobody_calls_believes_nobody(
    desk: Desk, door: Door, source: Source
) -> None:
    before, count, chance = await stored(door), 0, seeded()
    for voice in (voice("ours") for voice in VOICES.values()):
        place = (desk.acme.id, desk.acme.organizations[0])
        channel = await desk.services.db.write(
            voice.connected, desk.services.vault, place, source=source
        )
        world = World(voice, channel)
        for call in (world.genuine(1), *altered(world, chance)):
            assert await door.post(call) == 401, call
            count += 1

    assert count >= MUTATIONS
    assert door.parsed == 0
    assert await stored(door) == before


@pytest.mark.parametrize("source", EVERY)
async def test_a_genuine_call_that_comes_again_stores_nothing_twice(
    desk: Desk, door: Door, source: Source
) -> None:
    if source in SILENT:
        pytest.skip("nobody calls it")
    world = await World.of(desk, source)
    call = world.genuine(7)
    assert await door.post(call) == 200
    once = await stored(door)

    answers = await asyncio.gather(*(door.post(call) for _ in range(20)))

    assert set(answers) == {200}
    assert await stored(door) == once
    assert once[TABLES.index("messages")] == 1


@on_sqlite
async def test_a_channel_that_is_off_or_gone_takes_not_even_what_is_genuine(
    desk: Desk, door: Door
) -> None:
    for source in CONNECTORS.keys() - SILENT:
        world = await World.of(desk, source)
        place = (desk.acme.id, world.channel.id)
        await desk.services.db.write(channels.delete, desk.services.vault, *place)
        assert await door.post(world.genuine(1)) == 401, source.name

    assert door.parsed == 0
