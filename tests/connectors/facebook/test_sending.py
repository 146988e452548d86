"""What we tell Messenger, and what it answers, on the connector's own level."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opdesk import parts
from opdesk.connectors.base import (
    Card,
    DeliveryError,
    MediaType,
    Outbound,
    OutboundFile,
    Place,
    Problem,
    Profile,
    TemplateFill,
)
from opdesk.connectors.declaration import checked
from opdesk.connectors.facebook.connector import Facebook
from opdesk.connectors.facebook.declaration import FACEBOOK
from opdesk.kit.http_client import HttpClient
from opdesk.simulators.base import Person, Reply
from opdesk.simulators.facebook import FacebookPage
from opdesk.simulators.meta import refusal
from tests.fakes import MovableClock
from tests.meta import OLENA
from tests.servers import serving


class Talk:
    """A connector, and the page that it speaks for."""

    def __init__(self, page: FacebookPage, facebook: Facebook, folder: Path) -> None:
        self.page, self.facebook, self.folder = page, facebook, folder

    async def sends(self, text: str = "так", **more: Any) -> str:
        out = Outbound(message_id=1, chat_id=OLENA.id, text=text, **more)
        return await self.facebook.send(out)

    def file(self, kind: MediaType, name: str = "a.jpg", content: bytes = b"x") -> OutboundFile:
        path = self.folder / "content"
        path.write_bytes(content)
        url = "http://unused.example.com/a.jpg"
        suffix = name.rpartition(".")[2]
        return OutboundFile(path, name, suffix, kind, len(content), "image/jpeg", url)


@pytest.fixture
async def talk(clock: MovableClock, tmp_path: Path) -> AsyncIterator[Talk]:
    page = FacebookPage(clock)
    http = HttpClient(parts.LOOPBACK)
    async with serving(page) as url:
        settings = checked(FACEBOOK.settings, page.settings(url))
        await page.writes(OLENA, "Добрий день")
        yield Talk(page, Facebook(http, settings), tmp_path)
    await http.close()


async def test_a_text_arrives_and_has_the_platforms_id(talk: Talk) -> None:
    message_id = await talk.sends("Вітаємо")

    line = talk.page.phones[OLENA.id][-1]
    assert (line.id, line.text) == (message_id, "Вітаємо")
    [call] = talk.page.sent("messages")
    assert call.body == {
        "recipient": {"id": OLENA.id},
        "messaging_type": "RESPONSE",
        "message": {"text": "Вітаємо"},
    }
    assert call.path == "/v26.0/me/messages"
    assert talk.page.token not in str(call.query)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (MediaType.PHOTO, "image"),
        (MediaType.VIDEO, "video"),
        (MediaType.AUDIO, "audio"),
        (MediaType.FILE, "file"),
    ],
)
async def test_each_kind_of_file_is_uploaded_and_sent(
    talk: Talk, kind: MediaType, name: str
) -> None:
    await talk.sends("", file=talk.file(kind, "звіт.jpg", b"content"))

    line = talk.page.phones[OLENA.id][-1]
    assert (line.kind, line.file) == (kind, ("звіт.jpg", "image/jpeg", b"content"))
    [call] = talk.page.sent("messages")
    assert call.body["message"]["attachment"]["type"] == name


async def test_a_late_answer_is_a_human_agents(talk: Talk, clock: MovableClock) -> None:
    clock.move(seconds=25 * 3600)
    with pytest.raises(DeliveryError) as refused:
        await talk.sends()
    await talk.sends("пізно", is_late=True)
    clock.move(seconds=6 * 24 * 3600)
    with pytest.raises(DeliveryError) as too_late:
        await talk.sends(is_late=True)

    assert refused.value.problem is too_late.value.problem is Problem.WINDOW_CLOSED
    assert talk.page.phones[OLENA.id][-1].text == "пізно"
    assert talk.page.sent("messages")[1].body["tag"] == "HUMAN_AGENT"


@pytest.mark.parametrize(
    "more",
    [
        {"place": Place(50.4, 30.5)},
        {"card": Card("Олена")},
        {"template": TemplateFill("hello", "uk")},
    ],
)
async def test_what_messenger_does_not_take_is_not_sent(talk: Talk, more: dict[str, Any]) -> None:
    with pytest.raises(DeliveryError) as refused:
        await talk.sends("", **more)

    assert (refused.value.problem, refused.value.is_permanent) == (Problem.UNSUPPORTED, True)
    assert talk.page.sent("messages") == []


async def test_a_sticker_is_no_file_to_send(talk: Talk) -> None:
    with pytest.raises(DeliveryError) as refused:
        await talk.sends("", file=talk.file(MediaType.STICKER))

    assert refused.value.problem is Problem.UNSUPPORTED


ERRORS = [
    (400, 10, 2018278, Problem.WINDOW_CLOSED),
    (400, 10, 2018065, Problem.WINDOW_CLOSED),
    (403, 10, 2534022, Problem.WINDOW_CLOSED),
    (400, 551, 0, Problem.BLOCKED),
    (400, 551, 1545041, Problem.BLOCKED),
    (400, 10, 2018108, Problem.BLOCKED),
    (400, 200, 1545041, Problem.BLOCKED),
    (400, 100, 2018001, Problem.RECIPIENT_UNKNOWN),
    (400, 100, 2018109, Problem.TOO_LARGE),
    (400, 100, 2018032, Problem.BAD_REQUEST),
    (400, 100, 0, Problem.BAD_REQUEST),
    (401, 190, 463, Problem.AUTH),
    (403, 200, 0, Problem.AUTH),
    (403, 10, 2018028, Problem.AUTH),
    (403, 10, 2018300, Problem.REJECTED),
    (403, 10, 1893063, Problem.REJECTED),
    (400, 368, 0, Problem.REJECTED),
    (400, 987654, 0, Problem.REJECTED),
    (400, 4, 0, Problem.THROTTLED),
    (400, 32, 0, Problem.THROTTLED),
    (400, 613, 0, Problem.THROTTLED),
    (400, 80001, 0, Problem.THROTTLED),
    (400, 80006, 0, Problem.THROTTLED),
    (429, 987654, 0, Problem.THROTTLED),
    (500, 1, 0, Problem.TRANSIENT),
    (400, 2, 0, Problem.TRANSIENT),
    (502, 0, 0, Problem.TRANSIENT),
]


@pytest.mark.parametrize(("status", "code", "subcode", "problem"), ERRORS)
async def test_each_refusal_is_what_its_numbers_say(
    talk: Talk, status: int, code: int, subcode: int, problem: Problem
) -> None:
    told = refusal(status, code, subcode, "Meta's words")
    talk.page.faults.refusals["messages"] = [replace(told, headers={"Retry-After": "7"})]

    with pytest.raises(DeliveryError, match="Meta's words") as refused:
        await talk.sends()

    assert refused.value.problem is problem
    is_repeatable = problem in (Problem.THROTTLED, Problem.TRANSIENT)
    assert refused.value.is_permanent is not is_repeatable
    assert refused.value.retry_after_s == 7.0


async def test_a_stranger_and_somebody_who_blocked_us(talk: Talk) -> None:
    with pytest.raises(DeliveryError) as unknown:
        await talk.facebook.send(Outbound(message_id=1, chat_id="5", text="?"))
    talk.page.blocked.add(OLENA.id)
    with pytest.raises(DeliveryError) as blocked:
        await talk.sends()

    assert unknown.value.problem is Problem.RECIPIENT_UNKNOWN
    assert blocked.value.problem is Problem.BLOCKED


async def test_limits_are_the_platforms_own(talk: Talk) -> None:
    limits = FACEBOOK.limits
    await talk.sends("ї" * limits.text_chars)
    await talk.sends("", file=talk.file(MediaType.PHOTO, content=bytes(limits.photo_bytes)))
    with pytest.raises(DeliveryError) as long:
        await talk.sends("ї" * (limits.text_chars + 1))
    with pytest.raises(DeliveryError) as large:
        await talk.sends("", file=talk.file(MediaType.PHOTO, content=bytes(limits.photo_bytes + 1)))

    assert long.value.problem is Problem.BAD_REQUEST
    assert large.value.problem is Problem.TOO_LARGE


async def test_a_lost_answer_may_have_arrived(talk: Talk) -> None:
    talk.page.faults.lost.add("messages")

    with pytest.raises(DeliveryError) as lost:
        await talk.sends("один раз")

    assert lost.value.problem is Problem.UNCERTAIN
    assert talk.page.phones[OLENA.id][-1].text == "один раз"


async def test_a_lost_upload_can_be_repeated(talk: Talk) -> None:
    talk.page.faults.lost.add("message_attachments")

    with pytest.raises(DeliveryError) as lost:
        await talk.sends("", file=talk.file(MediaType.PHOTO))

    assert (lost.value.problem, lost.value.is_permanent) == (Problem.TRANSIENT, False)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("messages", Problem.UNCERTAIN), ("message_attachments", Problem.TRANSIENT)],
)
@pytest.mark.parametrize("body", [{}, [], {"message_id": ""}])
async def test_an_answer_that_names_nothing(
    talk: Talk, name: str, problem: Problem, body: Any
) -> None:
    talk.page.faults.refusals[name] = [Reply(200, body)]

    with pytest.raises(DeliveryError) as refused:
        await talk.sends("", file=talk.file(MediaType.PHOTO))

    assert refused.value.problem is problem


async def test_typing_and_reading_are_shown(talk: Talk) -> None:
    await talk.facebook.show_typing(OLENA.id)
    await talk.facebook.mark_read(OLENA.id, "m_1")

    assert talk.page.typing == [(OLENA.id, "typing_on"), (OLENA.id, "mark_seen")]


async def test_typing_that_is_refused_or_lost_says_so(talk: Talk) -> None:
    talk.page.faults.refusals["sender_action"] = [refusal(400, 613, 0, "slower")]
    with pytest.raises(DeliveryError) as slower:
        await talk.facebook.show_typing(OLENA.id)
    talk.page.faults.lost.add("sender_action")
    with pytest.raises(DeliveryError) as lost:
        await talk.facebook.show_typing(OLENA.id)

    assert slower.value.problem is Problem.THROTTLED
    assert lost.value.problem is Problem.TRANSIENT


async def test_a_person_has_a_name_unless_nobody_may_know(talk: Talk) -> None:
    assert await talk.facebook.profile_of(OLENA.id) == Profile("Олена Коваль")

    talk.page.nameless.add(OLENA.id)
    assert await talk.facebook.profile_of(OLENA.id) is None


@pytest.mark.parametrize("body", [{}, {"first_name": 5}, [], {"first_name": "", "last_name": " "}])
async def test_a_profile_that_says_nothing_is_none(talk: Talk, body: Any) -> None:
    talk.page.faults.refusals["person"] = [Reply(200, body)]

    assert await talk.facebook.profile_of(OLENA.id) is None


async def test_a_name_is_asked_again_when_the_platform_stumbles(talk: Talk) -> None:
    talk.page.faults.refusals["person"] = [refusal(500, 2, 0, "later")]
    with pytest.raises(DeliveryError) as stumbled:
        await talk.facebook.profile_of(OLENA.id)
    talk.page.faults.lost.add("person")
    with pytest.raises(DeliveryError) as lost:
        await talk.facebook.profile_of(OLENA.id)

    assert stumbled.value.problem is lost.value.problem is Problem.TRANSIENT
    assert not stumbled.value.is_permanent


async def fetched(talk: Talk, url: str) -> bytes:
    async with talk.facebook.fetch(url) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def test_a_file_is_fetched_without_the_token(talk: Talk) -> None:
    url = talk.page.host(("a.jpg", "image/jpeg", b"content"))

    assert await fetched(talk, url) == b"content"
    [call] = talk.page.sent("file")
    assert "authorization" not in call.headers


async def test_a_redirect_is_followed_but_not_for_ever(talk: Talk) -> None:
    url = talk.page.host(("a.jpg", "image/jpeg", b"content"))
    there = Reply(302, {}, {"Location": url})
    talk.page.faults.refusals["file"] = [there, there]
    assert await fetched(talk, url) == b"content"

    talk.page.faults.refusals["file"] = [there] * 20
    with pytest.raises(DeliveryError) as refused:
        await fetched(talk, url)
    assert refused.value.is_permanent


@pytest.mark.parametrize(
    ("status", "is_permanent"), [(403, True), (404, True), (410, True), (500, False)]
)
async def test_a_file_that_is_gone_does_not_come_back(
    talk: Talk, status: int, is_permanent: bool
) -> None:
    url = talk.page.host(("a.jpg", "image/jpeg", b"content"))
    talk.page.faults.refusals["file"] = [Reply(status, {})]

    with pytest.raises(DeliveryError, match=f"answered {status}") as refused:
        await fetched(talk, url)

    assert refused.value.is_permanent is is_permanent


async def test_a_file_at_no_address_is_transient_and_names_none(talk: Talk) -> None:
    with pytest.raises(DeliveryError) as refused:
        await fetched(talk, "ftp://nowhere.example.com/secret")

    assert refused.value.problem is Problem.TRANSIENT
    assert "secret" not in str(refused.value)


async def test_a_file_larger_than_a_customer_can_send_is_left(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opdesk.connectors.messenger_send.MAX_FETCHED_BYTES", 3)
    url = talk.page.host(("a.jpg", "image/jpeg", b"content"))

    with pytest.raises(DeliveryError) as refused:
        await fetched(talk, url)

    assert (refused.value.problem, refused.value.is_permanent) == (Problem.TOO_LARGE, True)


async def test_nothing_that_is_raised_has_the_token(talk: Talk) -> None:
    talk.page.faults.is_key_refused = True
    errors = []
    for call in (
        talk.sends(),
        talk.facebook.show_typing(OLENA.id),
        talk.facebook.identify(),
        talk.facebook.set_webhook("https://x.example.com/hooks/1/1", ""),
    ):
        with suppress(KeyError):
            try:
                await call
            except Exception as error:
                errors.append(error)

    assert len(errors) >= 3
    assert all(talk.page.token not in repr(one) for one in errors)


async def test_a_person_of_one_name_has_no_other(talk: Talk) -> None:
    plato = Person("5", "Plato")
    await talk.page.writes(plato, "?")

    assert await talk.facebook.profile_of(plato.id) == Profile("Plato")
