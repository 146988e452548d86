"""A question from outside working hours goes by mail, too, where the server can send it."""

from tests.desk import Desk
from tests.kit.test_mail import Mailbox, arrived, desk, mailbox
from tests.widget.sites import open_shop

__all__ = ["desk", "mailbox"]


async def test_a_question_is_mailed_once(desk: Desk, mailbox: tuple[Mailbox, str]) -> None:
    shop = await open_shop(desk, settings={"offlineMail": "sales@example.com"})
    page = await shop.page().begins(name="Олена", phone="+380671112233")

    for key in ("q-1", "q-1", "q-2"):
        reply = await page.call("POST", "/offline", json={"id": key, "text": f"Питання {key}"})
        assert reply.status == 200, reply.text

    # Each letter is work of its own: the second may be quicker.
    letters = sorted(await arrived(mailbox[0], 2), key=lambda letter: letter.get_content())
    assert {letter["To"] for letter in letters} == {"sales@example.com"}
    [chat] = await shop.chats()
    for key, letter in zip(("q-1", "q-2"), letters, strict=True):
        assert letter["Subject"] == "Запитання з сайту shop.example.com"
        text = letter.get_content().replace("\r\n", "\n")
        assert f"Питання {key}" in text
        assert "Олена\n+380671112233" in text
        assert f"/chats/{chat['id']}" in text


async def test_without_an_address_nothing_is_mailed(
    desk: Desk,
    mailbox: tuple[Mailbox, str],
) -> None:
    page = await (await open_shop(desk)).page().begins()
    await page.call("POST", "/offline", json={"id": "q-1", "text": "?"})
    shop = await open_shop(desk, settings={"offlineMail": "sales@example.com"})
    other = await shop.page().begins()
    await other.call("POST", "/offline", json={"id": "q-1", "text": "останнє"})

    [letter] = await arrived(mailbox[0])

    assert "останнє" in letter.get_content()
