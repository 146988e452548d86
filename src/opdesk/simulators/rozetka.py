"""A small Rozetka: the seller API's wire format, with buyers that we move by hand.

Nobody has seen all of the real one, so what its description leaves open can be chosen: whether a
list has its chats' messages, and whether messages have numbers.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from typing_extensions import override

from opdesk.channels.model import Source
from opdesk.kit.clock import Clock
from opdesk.kit.formats import mime_type_of
from opdesk.kit.ids import new_secret
from opdesk.media.model import MediaType
from opdesk.simulators.base import Call, Line, Person, Platform, Reply

KYIV = ZoneInfo("Europe/Kyiv")
MARKET_ID, MARKET_TITLE = 1086, "Наш Сад"
MANAGER_ID = 111
PER_PAGE = 20
BUYER, SELLER = 3, 2
KINDS = {"orders": 0, "items": 1, "seller": 2}


class RozetkaPlatform(Platform):
    """One shop with its manager, its API token, and its chats."""

    source: ClassVar[Source] = Source.ROZETKA

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.username, self.password = "opdesk@shop.ua", "пароль менеджера"
        self.api_token = f"cabinet-{new_secret(12)}"
        self.permissions = ["order_edit", "correspondence"]
        self.tokens: set[str] = set()
        """Tokens of sessions; what is taken out of here has expired."""
        self.lists_messages = True
        self.numbers_messages = True
        self.chats: dict[int, dict[str, Any]] = {}
        self.read_chats: list[int] = []
        """Chats in the order in which they were opened: each opening marks them as read."""
        self._files: dict[int, tuple[str, bytes]] = {}
        self._last = self.clock.now_ms() // 1000

    @override
    def settings(self, base_url: str) -> dict[str, str]:
        return {
            "signIn": "password",
            "username": self.username,
            "password": self.password,
            "apiBaseUrl": base_url,
        }

    def token_settings(self, base_url: str) -> dict[str, str]:
        """The settings of a channel that is connected by the cabinet's token."""
        return {
            "signIn": "token",
            "accessToken": self.api_token,
            "marketId": str(MARKET_ID),
            "apiBaseUrl": base_url,
        }

    @override
    def name_of(self, call: Call) -> str:
        """`sites`, `search`, `create`, `counts`, `open`, `order-chat`, `file` or the path."""
        parts = call.path.strip("/").split("/")
        if parts[0] == "messages" and len(parts) > 1:
            if parts[1] == "download-file":
                return "file"
            return "open" if parts[-1].isdecimal() else parts[-1]
        return parts[-1]

    @override
    def refused_key(self) -> Reply:
        return refusal(1018, "Некоректний токен входу")

    # --- what buyers do -----------------------------------------------------

    @override
    async def writes(self, person: Person, text: str) -> Line:
        return self.writes_in(self._chat_of(person), person, text)

    @override
    async def sends_file(
        self, person: Person, kind: MediaType, file: tuple[str, str, bytes], caption: str = ""
    ) -> Line:
        return self.writes_in(self._chat_of(person), person, caption, [file])

    def writes_in(
        self,
        chat: dict[str, Any],
        person: Person,
        body: str,
        files: list[tuple[str, str, bytes]] | None = None,
    ) -> Line:
        """The person writes in one of their chats, with any number of files."""
        kept = [self._keep(name, content, chat["id"]) for name, _, content in files or []]
        message = self._add(chat, BUYER, body, kept)
        chat["unread_messages_count"] += 1
        file = files[0] if files else None
        return self.show(person.id, Line(str(message["id"]), self.clock.now_ms(), True, body, file))

    def given_chat(self, person: Person, kind: str = "orders") -> dict[str, Any]:
        """A new chat of a person's, about an order or a product, still without messages."""
        self.people[person.id] = person
        number, now = self._next(), self._now()
        order_id = number + 500 if kind == "orders" else None
        chat: dict[str, Any] = {
            "id": number,
            "created": now,
            "updated": now,
            "subject": f"Замовлення № {order_id}" if order_id else f"Питання від {person.name}",
            "user": {"id": int(person.id), "has_email": True, "contact_fio": person.name},
            "user_id": int(person.id),
            "order_id": order_id,
            "item_id": None if order_id else number + 900,
            "type": KINDS[kind],
            "read_market": None,
            "trash_market": 0,
            "star_market": 0,
            "unread_messages_count": 0,
            "messages": [],
        }
        if order_id:
            phone = (person.phone or "").removeprefix("+")
            chat["order"] = {"id": order_id, "user_phone": phone, "amount": "321.00"}
        self.chats[number] = chat
        return chat

    @override
    async def sees(self, person: Person) -> None:
        await super().sees(person)
        for chat in self._chats(person):
            for message in chat["messages"]:
                if message["sender"] == SELLER and not message["read"]:
                    message["read"] = self._now()

    def moderates(self, message_id: str, status: int) -> None:
        """Rozetka's moderation decides about a message: 2 and 4 block it."""
        for chat in self.chats.values():
            for message in chat["messages"]:
                if str(message["id"]) == message_id:
                    message["status"] = status

    def answers_in_cabinet(self, person: Person, body: str) -> None:
        """A manager answers in Rozetka's own cabinet."""
        self._said(self._chat_of(person), body, [])

    # --- what OpDesk calls --------------------------------------------------

    @override
    async def answer_to(self, call: Call) -> Reply:
        name = self.name_of(call)
        if name == "sites":
            return self._sign_in(call.body)
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if token != self.api_token and token not in self.tokens:
            return refusal(6001, "Сесія закінчилася")
        if name == "market-counters":
            is_ours = call.path == f"/markets/{MARKET_ID}/market-counters"
            return content({"order_chat": 1}) if is_ours else refusal(1404, "Модель не знайдена")
        if "correspondence" not in self.permissions:
            return refusal(1010, "В доступі відмовлено")
        return self._messages(name, call)

    def _messages(self, name: str, call: Call) -> Reply:
        if name == "counts":
            unread = sum(one["unread_messages_count"] for one in self.chats.values())
            return content({"totalUnreadMessages": unread, "total": len(self.chats)})
        if name == "search":
            return self._search(call.query)
        if name == "create":
            return self._create(call)
        number = int(call.path.strip("/").split("/")[-1])
        if name == "file":
            found = self._files.get(number)
            return Reply(200, found[1]) if found else refusal(1013, "Файл не знайдений")
        chat = self.chats.get(number)
        if chat is None:
            return refusal(1404, "Модель не знайдена")
        chat["unread_messages_count"] = 0
        chat["read_market"] = self._now()
        self.read_chats.append(number)
        return content(self._shown(chat, call.query.get("expand", "")))

    def _sign_in(self, body: Any) -> Reply:
        password = base64.b64encode(self.password.encode()).decode()
        if body != {"username": self.username, "password": password}:
            return refusal(1004, "Неправильний логін або пароль")
        token = new_secret(16)
        self.tokens.add(token)
        return content(
            {
                "id": MANAGER_ID,
                "access_token": token,
                "permissions": self.permissions,
                "roles": ["guest", "default_owner"],
                "seller": {"fio": "Олена Коваль"},
                "market": {"id": MARKET_ID, "title": MARKET_TITLE, "status": "6"},
            }
        )

    def _search(self, query: Mapping[str, str]) -> Reply:
        kind = KINDS.get(query.get("msgType", "items"), -1)
        found = [one for one in self.chats.values() if one["type"] == kind and one["messages"]]
        found.sort(key=lambda one: (one["updated"], one["id"]), reverse=True)
        page = int(query.get("page", 1))
        expand = query.get("expand", "")
        if not self.lists_messages:
            expand = expand.replace("messages,", "")
        shown = [self._shown(one, expand) for one in found[(page - 1) * PER_PAGE : page * PER_PAGE]]
        meta = {
            "totalCount": len(found),
            "pageCount": -(-len(found) // PER_PAGE),
            "currentPage": page,
            "perPage": PER_PAGE,
        }
        return content({"chats": shown, "_meta": meta})

    def _create(self, call: Call) -> Reply:
        told = call.body
        if not told.get("body"):
            return refusal(1001, "Не вказан обов'язковий параметр", ["body"])
        chat = self.chats.get(int(told.get("chat_id") or 0))
        if chat is None:
            return refusal(1404, "Модель не знайдена")
        if int(told.get("receiver_id") or 0) != chat["user_id"]:
            return refusal(1005, "Перевірте правильність введених даних", ["receiver_id"])
        files = list(call.files.values())
        message = self._said(chat, told["body"], files)
        return content(self._numbered(message))

    def _said(
        self, chat: dict[str, Any], body: str, files: list[tuple[str, bytes]]
    ) -> dict[str, Any]:
        kept = [self._keep(name, data, chat["id"]) for name, data in files]
        message = self._add(chat, SELLER, body, kept)
        shown = [(name, mime_type_of(name.rpartition(".")[2]), data) for name, data in files]
        file = shown[0] if shown else None
        line = Line(str(message["id"]), self.clock.now_ms(), False, body, file)
        self.show(str(chat["user_id"]), line)
        return message

    # --- what it keeps ------------------------------------------------------

    def _add(
        self, chat: dict[str, Any], sender: int, body: str, files: list[dict[str, Any]]
    ) -> dict[str, Any]:
        number, now = self._next(), self._now()
        message = {
            "id": number,
            "chat_id": chat["id"],
            "body": body,
            "created": now,
            "read": None,
            "sender": sender,
            "receiver_id": chat["user_id"] if sender == SELLER else 42,
            "seller_id": MANAGER_ID if sender == SELLER else None,
            "files": [{**one, "chat_message_id": number} for one in files],
            "status": 0,
        }
        chat["messages"].append(message)
        chat["updated"] = now
        return message

    def _keep(self, name: str, data: bytes, chat_id: int) -> dict[str, Any]:
        number = self._next()
        self._files[number] = (name, data)
        return {"id": number, "name": name, "size": len(data), "chat_id": chat_id}

    def _chat_of(self, person: Person) -> dict[str, Any]:
        found = self._chats(person)
        return found[-1] if found else self.given_chat(person)

    def _chats(self, person: Person) -> list[dict[str, Any]]:
        return [one for one in self.chats.values() if one["user_id"] == int(person.id)]

    def _shown(self, chat: dict[str, Any], expand: str) -> dict[str, Any]:
        wanted = expand.split(",")
        extra = {"messages", "order", "unread_messages_count"} - set(wanted)
        shown = {name: value for name, value in chat.items() if name not in extra}
        if "messages" in wanted:
            shown["messages"] = [self._numbered(one) for one in chat["messages"]]
        if "market_title" in wanted:
            shown["market_title"] = MARKET_TITLE
        return shown

    def _numbered(self, message: dict[str, Any]) -> dict[str, Any]:
        if self.numbers_messages:
            return message
        return {name: value for name, value in message.items() if name not in ("id", "files")}

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _now(self) -> str:
        now = datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)
        return now.astimezone(KYIV).strftime("%Y-%m-%d %H:%M:%S")


def content(value: Any) -> Reply:
    return Reply(200, {"success": True, "content": value})


def refusal(code: int, message: str, details: Any = None) -> Reply:
    """An error as the description has it: with HTTP 200."""
    errors = {"message": message, "code": code, "details": details}
    return Reply(200, {"success": False, "errors": errors})
