"""What pushes say, in the language that a device's panel has."""

from collections.abc import Mapping

from opdesk.chats.model import Chat, Message
from opdesk.media.model import MediaType
from opdesk.push.model import MAX_BODY_CHARS, MAX_TITLE_CHARS, Reason, Shown, cut, tag_of

LANGUAGES = ("uk", "en")
_WORDS: Mapping[str, Mapping[str, str]] = {
    "uk": {
        "nameless": "Клієнт без імені",
        "mention": "Вас згадали в нотатці",
        "assigned": "Вам призначили чат",
        "woken": "Час повернутися до чату",
        "test": "Перевірка: цей пристрій отримує сповіщення.",
        "message": "Нове повідомлення",
        "file": "Файл",
        "photo": "Фото",
        "video": "Відео",
        "audio": "Аудіо",
        "sticker": "Стікер",
        "location": "Місце",
        "contact": "Контакт",
    },
    "en": {
        "nameless": "Client without a name",
        "mention": "You were mentioned in a note",
        "assigned": "A chat was assigned to you",
        "woken": "Time to come back to this chat",
        "test": "A test: this device gets notifications.",
        "message": "New message",
        "file": "File",
        "photo": "Photo",
        "video": "Video",
        "audio": "Audio",
        "sticker": "Sticker",
        "location": "Place",
        "contact": "Contact",
    },
}


def notice(chat: Chat, message: Message | None, reason: Reason, language: str) -> Shown:
    """What is shown of a chat. Of a note nothing is told but that it is there."""
    words = _WORDS[language]
    name = chat.client.name or chat.client.phone or words["nameless"]
    is_message = reason is Reason.MESSAGE
    body = _said(message, words) if is_message and message else words[str(reason)]
    return Shown(cut(name, MAX_TITLE_CHARS), body, tag_of(chat.id), chat.id)


def trial(language: str) -> Shown:
    """The notice that an operator sends to their own device."""
    return Shown("OpDesk", _WORDS[language]["test"], "opdesk-test", None)


def _said(message: Message, words: Mapping[str, str]) -> str:
    if text := cut(message.text, MAX_BODY_CHARS):
        return text
    if message.media:
        return words[MediaType(message.media.type).name.lower()]
    if message.details.place:
        return words["location"]
    return words["contact" if message.details.card else "message"]
