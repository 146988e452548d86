"""JSON shapes of the contract's section Channels."""

import msgspec

from opdesk.channels.model import HIDDEN, Channel
from opdesk.kit.wire import Id, Wire, WireIn


class ChannelOut(Wire):
    """`state`: webhook, polling, disabled or failed; `problem` says in words what is wrong."""

    id: Id
    organization_id: Id
    source: int
    from_: str = msgspec.field(name="from")
    settings: dict[str, str]
    is_enabled: bool
    webhook_url: str
    state: str
    problem: str | None

    example = {
        "id": 3,
        "organizationId": 24,
        "source": 2,
        "from": "demo_shop_bot",
        "settings": {"botToken": HIDDEN, "apiBaseUrl": "https://api.telegram.org"},
        "isEnabled": True,
        "webhookUrl": "https://desk.example.com/hooks/1/3",
        "state": "webhook",
        "problem": None,
    }

    @classmethod
    def of(cls, channel: Channel, url: str, secrets: frozenset[str]) -> "ChannelOut":
        return cls(
            id=channel.id,
            organization_id=channel.organization_id,
            source=int(channel.source),
            from_=channel.sender,
            settings={
                name: HIDDEN if name in secrets else value
                for name, value in channel.settings.items()
            },
            is_enabled=channel.is_enabled,
            webhook_url=url,
            state=channel.state.value,
            problem=channel.problem,
        )


class ChannelIn(WireIn):
    organization_id: Id
    source: int
    settings: dict[str, str]
    from_: str | None = msgspec.field(name="from", default=None)

    example = {
        "organizationId": 24,
        "source": 2,
        "from": "demo_shop_bot",
        "settings": {"botToken": "123456:made-up-token-of-a-bot"},
    }


class ChannelChangeIn(WireIn):
    """What is left out stays; so does a secret that is sent back as `***`."""

    from_: str | None = msgspec.field(name="from", default=None)
    settings: dict[str, str] | None = None
    is_enabled: bool | None = None

    example = {"isEnabled": False}


class CheckOut(Wire):
    ok: bool
    problems: list[str]

    example = {"ok": True, "problems": []}
