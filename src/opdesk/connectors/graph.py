"""Meta's Graph API, as far as WhatsApp, Messenger and Instagram share it.

Sources: developers.facebook.com, Graph API "Webhooks" and "Error handling".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opdesk.connectors.items import HookCall
from opdesk.connectors.problems import (
    DeliveryError,
    PlatformError,
    Problem,
    SettingRefused,
    Unreachable,
)
from opdesk.connectors.signing import is_hmac_sha256, is_same
from opdesk.kit.http_client import AddressRefused, HttpClient, HttpError, HttpReply

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"
SETUP_TIMEOUT_S = 15.0
SEND_TIMEOUT_S = 30.0
FILE_TIMEOUT_S = 60.0


def is_signed(call: HookCall, app_secret: str) -> bool:
    """`X-Hub-Signature-256: sha256=<hex>` over the raw body, by the app's secret."""
    scheme, _, digest = call.headers.get("x-hub-signature-256", "").partition("=")
    return scheme == "sha256" and is_hmac_sha256(digest, app_secret, call.body)


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """The answer to the GET by which Meta verifies a callback URL."""
    is_it = query.get("hub.mode") == "subscribe"
    if is_it and is_same(query.get("hub.verify_token", ""), verify_token):
        return query.get("hub.challenge", "")
    return None


def is_ours(there: str, webhook_url: str) -> bool:
    """Whether an app's address is a channel's of the same company here: an app has only one."""
    return there.rpartition("/")[0] == webhook_url.rpartition("/")[0]


def is_one_app(settings: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """One app has one callback address and signs with one secret, for all its accounts."""
    names = ("appId", "appSecret")
    return all(settings.get(one) and settings.get(one) == others.get(one) for one in names)


@dataclass(frozen=True, slots=True)
class GraphError:
    """A refusal: its numbers decide, its words are told."""

    status: int
    code: int
    subcode: int
    words: str


def error_of(reply: HttpReply) -> GraphError | None:
    """What an answer refuses; None when it is a success."""
    answer = reply.json
    told = answer.get("error") if isinstance(answer, dict) else None
    if reply.status < 400 and told is None:
        return None
    if not isinstance(told, dict):
        return GraphError(reply.status, 0, 0, f"status {reply.status}")
    details = told.get("error_data")
    more = details.get("details") if isinstance(details, dict) else None
    words = str(more or told.get("message") or f"status {reply.status}")[:300]
    return GraphError(reply.status, _int(told.get("code")), _int(told.get("error_subcode")), words)


class GraphRefused(PlatformError):
    """Meta refused a call of the set-up; `refused` has its numbers."""

    def __init__(self, refused: GraphError) -> None:
        super().__init__(refused.words)
        self.refused = refused


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0


def retry_after_s(reply: HttpReply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() else None


class Graph:
    """Calls of one channel, with its token in a header, where no log shows it."""

    def __init__(self, http: HttpClient, base: str, token: str, base_setting: str) -> None:
        """`base` is `https://graph.facebook.com/v26.0`, set by the setting `base_setting`."""
        self._http, self._base, self._base_setting = http, base, base_setting
        self._headers = {"Authorization": f"Bearer {token}"}

    @property
    def headers(self) -> Mapping[str, str]:
        """For a file's address, where Meta wants to see the token too."""
        return self._headers

    async def get(self, path: str, timeout_s: float = SETUP_TIMEOUT_S) -> HttpReply:
        """Raises HttpError."""
        return await self._http.get(
            f"{self._base}/{path}", timeout_s=timeout_s, headers=self._headers
        )

    async def post(
        self,
        path: str,
        *,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, Any, str]] | None = None,
        timeout_s: float = SEND_TIMEOUT_S,
    ) -> HttpReply:
        """Raises HttpError."""
        return await self._http.post(
            f"{self._base}/{path}",
            json=json,
            data=data,
            files=files,
            timeout_s=timeout_s,
            headers=self._headers,
        )

    async def delete(self, path: str, timeout_s: float = SETUP_TIMEOUT_S) -> HttpReply:
        """Raises HttpError."""
        return await self._http.request(
            "DELETE", f"{self._base}/{path}", timeout_s=timeout_s, headers=self._headers
        )

    async def setup(self, method: str, path: str, *, json: Any = None) -> Any:
        """A call of the set-up; its JSON. Raises GraphRefused, SettingRefused, Unreachable."""
        try:
            if method == "GET":
                reply = await self.get(path)
            elif method == "DELETE":
                reply = await self.delete(path)
            else:
                reply = await self.post(path, json=json, timeout_s=SETUP_TIMEOUT_S)
        except AddressRefused as error:
            raise SettingRefused(self._base_setting, str(error)) from error
        except HttpError as error:
            raise Unreachable(str(error)) from error
        refused = error_of(reply)
        if refused is None:
            return reply.json
        if refused.status >= 500 and not refused.code:
            raise Unreachable(f"Meta answered {refused.status}")
        raise GraphRefused(refused)


def http_failed(error: HttpError, *, is_repeatable: bool = False) -> DeliveryError:
    """A call without an answer. Meta has no key against duplicates: what may have arrived is not

    sent again, unless the call `is_repeatable` (an upload, a fetch).
    """
    is_uncertain = error.was_sent and not is_repeatable
    problem = Problem.UNCERTAIN if is_uncertain else Problem.TRANSIENT
    return DeliveryError(problem, str(error))
