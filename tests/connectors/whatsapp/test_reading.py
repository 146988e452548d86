"""The read mark on its way to the customer."""

from tests.desk import eventually
from tests.whatsapp import TARAS, Line


async def test_of_marks_in_quick_succession_the_last_one_is_shown_too(line: Line) -> None:
    chat_id = await line.given_chat()
    for text in ("one", "two", "three"):
        await line.whatsapp.writes(TARAS, text)
        reply = await line.desk.alice.api.post(f"/api/chat/{chat_id}/read")
        assert reply.status == 200, reply.text
    theirs = [one.id for one in line.whatsapp.phones[TARAS.id] if one.is_theirs]

    async def has_last() -> bool | None:
        return line.whatsapp.marked_read[-1:] == [theirs[-1]] or None

    await eventually(has_last)
    assert len(line.whatsapp.marked_read) == 2, "the first, and after the pause the last"
