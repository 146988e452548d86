"""WhatsApp Cloud API. Limits, setup and payload samples: docs/channels/whatsapp.md."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from typing_extensions import override

from opdesk.connectors import graph
from opdesk.connectors.base import (
    Account,
    Declaration,
    DeliveryError,
    HookCall,
    Outbound,
    OutboundFile,
    Platform,
    PlatformError,
    Problem,
    SettingRefused,
    Source,
    Template,
    TemplateFill,
    Trouble,
    Unreachable,
    Update,
    is_loopback,
)
from opdesk.connectors.graph import (
    FILE_TIMEOUT_S,
    SETUP_TIMEOUT_S,
    Graph,
    GraphRefused,
    challenge,
    error_of,
    http_failed,
    is_signed,
)
from opdesk.connectors.whatsapp import outgoing, templates
from opdesk.connectors.whatsapp.answers import as_dict, as_list, restrictions
from opdesk.connectors.whatsapp.declaration import (
    DEFAULT_BASE_URL,
    DEFAULT_VERSION,
    MAX_FILE_BYTES,
    WHATSAPP,
)
from opdesk.connectors.whatsapp.payloads import OBJECT, chat_of
from opdesk.connectors.whatsapp.refusals import delivery_error
from opdesk.connectors.whatsapp.updates import updates_of
from opdesk.kit.http_client import HttpClient, HttpError, HttpReply, ReplyTooLarge

FIELD = "messages"
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
FILE_HOSTS = ("lookaside.fbsbx.com",)
"""Who is shown our token for a file, beside the API itself."""
TEMPLATES_A_PAGE, TEMPLATE_PAGES = 100, 60
"""An account has at most 6,000 templates."""
_TOKEN_REFUSED = 190


class WhatsApp(Platform):
    """One phone number of a WhatsApp Business Account."""

    source: ClassVar[Source] = Source.WHATSAPP
    declaration: ClassVar[Declaration] = WHATSAPP

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._http = http
        self._number = settings["phoneNumberId"]
        self._waba = settings["wabaId"]
        self._app = settings["appId"]
        self._token = settings["accessToken"]
        self._verify_token = settings.get("verifyToken", "")
        self._base_url = settings.get("apiBaseUrl", DEFAULT_BASE_URL)
        base = f"{self._base_url}/{settings.get('apiVersion', DEFAULT_VERSION)}"
        self._graph = Graph(http, base, self._token, "apiBaseUrl")
        # Calls about the app itself are the app's own: Meta writes its token like this.
        own_token = f"{self._app}|{settings['appSecret']}"
        self._app_graph = Graph(http, base, own_token, "apiBaseUrl")

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        return is_signed(call, settings.get("appSecret", ""))

    @staticmethod
    @override
    def challenge(query: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
        return challenge(query, settings.get("verifyToken", ""))

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        return updates_of(body)

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        return chat_of(body)

    @staticmethod
    @override
    def is_one_app(settings: Mapping[str, str], others: Mapping[str, str]) -> bool:
        return graph.is_one_app(settings, others)

    @staticmethod
    @override
    def chat_with(phone: str) -> str | None:
        return "".join(char for char in phone if char.isdecimal()) or None

    @property
    @override
    def always_has_webhook(self) -> bool:
        return is_loopback(self._base_url)

    async def identify(self) -> Account:
        try:
            found = await self._graph.setup("GET", f"{self._number}?fields=display_phone_number")
        except GraphRefused as error:
            is_token = error.refused.code == _TOKEN_REFUSED
            raise SettingRefused(
                "accessToken" if is_token else "phoneNumberId", str(error)
            ) from error
        if self._number not in await self._numbers():
            words = "this WhatsApp Business Account does not have the phone number ID"
            raise SettingRefused("wabaId", words)
        try:
            await self._app_graph.setup("GET", f"{self._app}?fields=id")
        except GraphRefused as error:
            raise SettingRefused("appSecret", str(error)) from error
        shown = str(as_dict(found).get("display_phone_number") or "")
        digits = "".join(char for char in shown if char.isdecimal())
        return Account(self._number, f"+{digits}" if digits else self._number)

    async def _numbers(self) -> list[str]:
        """The ids of the account's phone numbers."""
        try:
            path = f"{self._waba}/phone_numbers?fields=id&limit=1000"
            found = await self._graph.setup("GET", path)
        except GraphRefused as error:
            raise SettingRefused("wabaId", str(error)) from error
        return [str(one.get("id")) for one in as_list(found)]

    @override
    async def set_webhook(self, url: str, secret: str) -> None:
        """Our address for this number alone; the app's own callback is set where it has none.

        Meta asks the address for its challenge before it answers.
        """
        fields = await self._app_fields()
        if fields is None:
            body = {
                "object": OBJECT,
                "callback_url": url,
                "verify_token": self._verify_token,
                "fields": FIELD,
            }
            await self._app_graph.setup("POST", f"{self._app}/subscriptions", json=body)
        elif FIELD not in fields:
            raise PlatformError(
                "the app's webhook has no field “messages”: subscribe to it in the App Dashboard,"
                " WhatsApp → Configuration → Webhook fields"
            )
        if not await self._is_subscribed():
            await self._graph.setup("POST", f"{self._waba}/subscribed_apps")
        await self._override(url)

    @override
    async def remove_webhook(self) -> None:
        """The app stays subscribed: it may serve other numbers of the account."""
        await self._override("")

    async def _override(self, url: str) -> None:
        given = {"override_callback_uri": url}
        body = {"webhook_configuration": {**given, "verify_token": self._verify_token}}
        await self._graph.setup("POST", self._number, json=body if url else _NO_OVERRIDE)

    async def _app_fields(self) -> list[str] | None:
        """What the app's webhook brings; None: it has none for WhatsApp."""
        found = as_list(await self._app_graph.setup("GET", f"{self._app}/subscriptions"))
        ours = next((one for one in found if one.get("object") == OBJECT), None)
        if ours is None or ours.get("active") is False:
            return None
        listed = ours.get("fields")
        fields = listed if isinstance(listed, list) else []
        return [str(one.get("name") if isinstance(one, dict) else one) for one in fields]

    async def _is_subscribed(self) -> bool:
        found = as_list(await self._graph.setup("GET", f"{self._waba}/subscribed_apps"))
        apps = (as_dict(one.get("whatsapp_business_api_data")) for one in found)
        return any(str(app.get("id")) == self._app for app in apps)

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        try:
            troubles = await self._check_token()
            return troubles or await self._check_number(webhook_url)
        except SettingRefused as error:
            return [Trouble("addressRefused", {"words": str(error)})]
        except PlatformError as error:
            return [Trouble("numberRefused", {"words": str(error)})]
        except Unreachable:
            return [Trouble("platformSilent")]

    async def _check_token(self) -> list[Trouble]:
        """What Meta's debugger says of the token; [] when it is as it should be."""
        try:
            path = f"debug_token?input_token={quote(self._token, safe='')}"
            found = as_dict(as_dict(await self._app_graph.setup("GET", path)).get("data"))
        except GraphRefused as error:
            return [Trouble("secretRefused", {"words": str(error)})]
        if found.get("is_valid") is False:
            words = str(as_dict(found.get("error")).get("message") or "it is not valid")
            return [Trouble("tokenRefused", {"words": words})]
        troubles = []
        scopes = found.get("scopes")
        missing = [one for one in SCOPES if isinstance(scopes, list) and one not in scopes]
        if missing:
            troubles.append(Trouble("permissionMissing", {"words": ", ".join(missing)}))
        if str(found.get("app_id") or self._app) != self._app:
            troubles.append(Trouble("tokenForeign", {"words": str(found["app_id"])}))
        if found.get("expires_at"):
            troubles.append(Trouble("tokenTemporary"))
        return troubles

    async def _check_number(self, webhook_url: str | None) -> list[Trouble]:
        path = f"{self._number}?fields=webhook_configuration,health_status"
        found = as_dict(await self._graph.setup("GET", path))
        troubles = []
        if words := restrictions(found.get("health_status")):
            troubles.append(Trouble("numberRestricted", {"words": words}))
        if webhook_url is None:
            return troubles
        if as_dict(found.get("webhook_configuration")).get("phone_number") != webhook_url:
            troubles.append(Trouble("webhookForeign"))
        fields = await self._app_fields()
        if fields is None or FIELD not in fields or not await self._is_subscribed():
            troubles.append(Trouble("notSubscribed"))
        return troubles

    async def send(self, out: Outbound) -> str:
        content = await self._content(out)
        reply = await self._post_message({**outgoing.frame(out), **content})
        return _sent_id(reply)

    async def _content(self, out: Outbound) -> dict[str, Any]:
        if out.template is not None:
            return await self._template(out.template)
        if out.file is not None:
            return outgoing.file(out.file, out.text, await self._source_of(out.file))
        if out.place is not None:
            return outgoing.place(out.place)
        if out.card is not None:
            return outgoing.card(out.card)
        return outgoing.text(out.text)

    async def _source_of(self, file: OutboundFile) -> dict[str, str]:
        """A file is uploaded; what Meta takes no upload of, it fetches from us."""
        mime = outgoing.upload_type(file)
        if mime is None:
            return {"link": file.url}
        with file.path.open("rb") as content:
            try:
                reply = await self._graph.post(
                    f"{self._number}/media",
                    data={"messaging_product": "whatsapp", "type": mime},
                    files={"file": (file.name, content, mime)},
                    timeout_s=FILE_TIMEOUT_S,
                )
            except HttpError as error:
                raise http_failed(error, is_repeatable=True) from error
        found = as_dict(_accepted(reply).json).get("id")
        if not found:
            raise DeliveryError(Problem.TRANSIENT, "WhatsApp named no upload")
        return {"id": str(found)}

    async def _template(self, fill: TemplateFill) -> dict[str, Any]:
        """Where there is something to fill in, its definition knows the places' names."""
        one = await self._definition(fill) if fill.header or fill.body else None
        try:
            return templates.filled(fill, one)
        except ValueError as error:
            raise DeliveryError(Problem.REJECTED, str(error), is_permanent=True) from error

    async def _definition(self, fill: TemplateFill) -> templates.Definition | None:
        """Meta finds templates by a part of their name."""
        query = f"name={quote(fill.name, safe='')}&language={quote(fill.language, safe='')}"
        path = f"{self._waba}/message_templates?fields={templates.FIELDS}&limit=100&{query}"
        found = templates.definitions(await self._read(path))
        place = (fill.name, fill.language)
        return next((one for one in found if (one.name, one.language) == place), None)

    @override
    async def list_templates(self) -> list[Template]:
        path = f"{self._waba}/message_templates?status=APPROVED&fields={templates.FIELDS}"
        path += f"&limit={TEMPLATES_A_PAGE}"
        found: list[templates.Definition] = []
        after = ""
        for _ in range(TEMPLATE_PAGES):
            answer = await self._read(path + after)
            found += templates.definitions(answer)
            cursor = templates.next_page(answer)
            if cursor is None:
                break
            after = f"&after={quote(cursor, safe='')}"
        return [templates.shown(one) for one in found if one.is_fillable]

    @override
    async def mark_read(self, chat_id: str, message_id: str) -> None:
        await self._post_message(outgoing.read_until(message_id), is_repeatable=True)

    @override
    async def show_typing(self, chat_id: str, message_id: str = "") -> None:
        """Meta has it as a part of a read mark: who writes an answer has read the question."""
        if message_id:
            body = {**outgoing.read_until(message_id), "typing_indicator": {"type": "text"}}
            await self._post_message(body, is_repeatable=True)

    @asynccontextmanager
    async def fetch(self, reference: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The address of a file lives for 5 minutes, so it is asked for each time."""
        path = f"{quote(reference, safe='')}?phone_number_id={self._number}"
        url = str(as_dict(await self._read(path)).get("url") or "")
        try:
            async with self._http.download(
                url,
                timeout_s=FILE_TIMEOUT_S,
                max_bytes=MAX_FILE_BYTES,
                headers=self._graph.headers if self._is_metas(url) else {},
            ) as (status, chunks):
                if status != 200:
                    raise DeliveryError(Problem.TRANSIENT, f"the file's server answered {status}")
                yield chunks
        except ReplyTooLarge as error:
            raise DeliveryError(Problem.TOO_LARGE, str(error), is_permanent=True) from error
        except HttpError as error:
            raise DeliveryError(Problem.TRANSIENT, str(error)) from error

    def _is_metas(self, url: str) -> bool:
        """Whether an address may see our token."""
        try:
            parts, base = urlsplit(url), urlsplit(self._base_url)
        except ValueError:
            return False
        is_file_host = parts.scheme == "https" and parts.netloc.lower() in FILE_HOSTS
        return is_file_host or (parts.scheme, parts.netloc) == (base.scheme, base.netloc)

    async def _read(self, path: str) -> Any:
        """A GET that may be repeated; its JSON. Raises DeliveryError."""
        try:
            reply = await self._graph.get(path, SETUP_TIMEOUT_S)
        except HttpError as error:
            raise http_failed(error, is_repeatable=True) from error
        return _accepted(reply).json

    async def _post_message(self, body: Any, *, is_repeatable: bool = False) -> HttpReply:
        try:
            reply = await self._graph.post(f"{self._number}/messages", json=body)
        except HttpError as error:
            raise http_failed(error, is_repeatable=is_repeatable) from error
        return _accepted(reply)


_NO_OVERRIDE = {"webhook_configuration": {"override_callback_uri": ""}}


def _accepted(reply: HttpReply) -> HttpReply:
    """Raises DeliveryError for a refusal."""
    refused = error_of(reply)
    if refused is not None:
        raise delivery_error(refused, reply)
    return reply


def _sent_id(reply: HttpReply) -> str:
    try:
        return str(reply.json["messages"][0]["id"])
    except (KeyError, IndexError, TypeError) as error:
        raise DeliveryError(Problem.UNCERTAIN, "WhatsApp's answer names no message") from error
