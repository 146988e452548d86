"""JSON shapes of the contract's section Channels."""

import msgspec

from opdesk.channels.model import HIDDEN, Channel, Trouble
from opdesk.chats.model import Chat
from opdesk.connectors.base import Declaration, Limits, MediaType, Setting, Source, Step
from opdesk.connectors.declaration import words_of
from opdesk.kit.wire import Id, Wire, WireIn, time_out


class TroubleOut(Wire):
    """What is wrong, and what to do: `text` in the language that was asked for.

    `code` and `params` are for programs; `params.words` are the platform's own.
    """

    code: str
    params: dict[str, str]
    text: str

    example = {
        "code": "botRefused",
        "params": {"words": "Unauthorized"},
        "text": "Telegram refuses the bot: Unauthorized. Copy the current token from @BotFather…",
    }

    @classmethod
    def of(cls, declaration: Declaration, trouble: Trouble, language: str) -> "TroubleOut":
        return cls(
            code=trouble.code,
            params=dict(trouble.params),
            text=words_of(declaration, trouble, language),
        )


class ChannelOut(Wire):
    """`state`: webhook, polling, disabled or failed; `problem` says in words what is wrong.

    `problemDetail` (ours) is the same with its code, in the language that was asked for.
    """

    id: Id
    organization_id: Id
    source: int
    from_: str = msgspec.field(name="from")
    settings: dict[str, str]
    is_enabled: bool
    webhook_url: str
    state: str
    problem: str | None
    problem_detail: TroubleOut | None

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
        "problemDetail": None,
    }

    @classmethod
    def of(
        cls, channel: Channel, url: str, declaration: Declaration, language: str
    ) -> "ChannelOut":
        trouble, secrets = channel.problem, declaration.secrets
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
            problem=words_of(declaration, trouble, "en") if trouble else None,
            problem_detail=TroubleOut.of(declaration, trouble, language) if trouble else None,
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
    """`problems` are sentences; `details` (ours) the same, in order, in the language asked for."""

    ok: bool
    problems: list[str]
    details: list[TroubleOut]

    example = {"ok": True, "problems": [], "details": []}

    @classmethod
    def of(cls, declaration: Declaration, troubles: list[Trouble], language: str) -> "CheckOut":
        return cls(
            ok=not troubles,
            problems=[words_of(declaration, one, "en") for one in troubles],
            details=[TroubleOut.of(declaration, one, language) for one in troubles],
        )


class TestMessageIn(WireIn):
    chat_id: Id

    example = {"chatId": 5}


class RecentChatOut(Wire):
    """A chat that a test message could go to."""

    id: Id
    client: str
    phone: str | None
    active_at: str

    example = {
        "id": 5,
        "client": "Taras Bondar",
        "phone": "+380501234567",
        "activeAt": "2026-11-24T09:30:00.000Z",
    }

    @classmethod
    def of(cls, chat: Chat) -> "RecentChatOut":
        return cls(
            id=chat.id,
            client=chat.client.name,
            phone=chat.client.phone,
            active_at=time_out(chat.active_at),
        )


class ChoiceOut(Wire):
    value: str
    label: str

    example = {"value": "cabinet", "label": "A token of the seller's cabinet"}


class OnlyWithOut(Wire):
    """The field is there only while the choice `name` is `value`."""

    name: str
    value: str

    example = {"name": "loginRoute", "value": "cabinet"}


class SettingOut(Wire):
    """One field of a channel's page.

    `kind`: text, secret, url, number or choice. `filledBy`: admin; opdesk (made by us when the
    channel is saved, to be copied to the platform); platform (told by it, read-only). `pattern` is
    a regular expression for the whole value; `least` and `most` bound a number, or a text's length.
    """

    name: str
    kind: str
    is_required: bool
    filled_by: str
    default: str | None
    label: str
    help: str
    example_: str = msgspec.field(name="example")
    pattern: str | None
    least: int | None
    most: int | None
    choices: list[ChoiceOut]
    only_with: OnlyWithOut | None

    example = {
        "name": "botToken",
        "kind": "secret",
        "isRequired": True,
        "filledBy": "admin",
        "default": None,
        "label": "Bot token",
        "help": "The line that @BotFather shows after /newbot…",
        "example": "123456789:AAE-made-up-token-of-a-bot",
        "pattern": "[0-9]{1,20}:[A-Za-z0-9_-]{10,100}",
        "least": None,
        "most": None,
        "choices": [],
        "onlyWith": None,
    }

    @classmethod
    def of(cls, one: Setting, language: str) -> "SettingOut":
        name_value = one.only_with
        return cls(
            name=one.name,
            kind=one.kind.value,
            is_required=one.is_required,
            filled_by=one.filled_by.value,
            default=one.default,
            label=one.label.told(language),
            help=one.help.told(language),
            example_=one.example,
            pattern=one.pattern,
            least=one.least,
            most=one.most,
            choices=[
                ChoiceOut(value=choice.value, label=choice.label.told(language))
                for choice in one.choices
            ],
            only_with=OnlyWithOut(name=name_value[0], value=name_value[1]) if name_value else None,
        )


class StepOut(Wire):
    """What an admin does on the platform. `shows` is what they copy from us: "webhookUrl", or the

    name of a setting that OpDesk fills.
    """

    text: str
    link: str | None
    shows: str | None
    is_after_saving: bool

    example = {
        "text": "Open the chat with @BotFather in Telegram and send /newbot…",
        "link": "https://t.me/BotFather",
        "shows": None,
        "isAfterSaving": False,
    }

    @classmethod
    def of(cls, step: Step, language: str) -> "StepOut":
        return cls(
            text=step.text.told(language),
            link=step.link,
            shows=step.shows,
            is_after_saving=step.is_after_saving,
        )


class LimitsOut(Wire):
    """`captionChars` 0: a text beside a file goes behind it, as a message of its own.

    `textBytes`: where the platform counts UTF-8 bytes besides; else null.
    """

    text_chars: int
    caption_chars: int
    text_bytes: int | None
    photo_bytes: int
    video_bytes: int
    audio_bytes: int
    file_bytes: int

    example = {
        "textChars": 4096,
        "captionChars": 1024,
        "textBytes": None,
        "photoBytes": 10485760,
        "videoBytes": 52428800,
        "audioBytes": 52428800,
        "fileBytes": 52428800,
    }

    @classmethod
    def of(cls, limits: Limits) -> "LimitsOut":
        return cls(
            text_chars=limits.text_chars,
            caption_chars=limits.caption_chars,
            text_bytes=limits.text_bytes,
            video_bytes=limits.bytes_of(MediaType.VIDEO),
            audio_bytes=limits.bytes_of(MediaType.AUDIO),
            photo_bytes=limits.photo_bytes,
            file_bytes=limits.file_bytes,
        )


class SourceOut(Wire):
    """What a source's page is drawn from, in one language.

    `from` is the field of the public name; `webhookSetup`: automatic, byHand (the admin pastes
    `webhookUrl` on the platform) or none; `hears`: webhook, polling; `receipts`: delivered, read.
    """

    source: int
    name: str
    about: str
    from_: SettingOut = msgspec.field(name="from")
    settings: list[SettingOut]
    steps: list[StepOut]
    limits: LimitsOut
    hears: list[str]
    webhook_setup: str
    can_write_first: bool
    can_show_typing: bool
    receipts: list[str]
    checks: list[str]
    notes: list[str]

    example = {
        "source": 2,
        "name": "Telegram bot",
        "about": "Customers write to your bot in Telegram, operators answer in the panel.",
        "from": {**SettingOut.example, "name": "from", "kind": "text", "isRequired": False},
        "settings": [SettingOut.example],
        "steps": [StepOut.example],
        "limits": LimitsOut.example,
        "hears": ["webhook", "polling"],
        "webhookSetup": "automatic",
        "canWriteFirst": False,
        "canShowTyping": True,
        "receipts": [],
        "checks": ["Telegram accepts the bot's token (getMe)."],
        "notes": ["A bot can't write first: the customer presses Start before."],
    }

    @classmethod
    def of(cls, source: Source, it: Declaration, language: str) -> "SourceOut":
        return cls(
            source=int(source),
            name=it.name.told(language),
            about=it.about.told(language),
            from_=SettingOut.of(it.sender, language),
            settings=[SettingOut.of(one, language) for one in it.settings],
            steps=[StepOut.of(step, language) for step in it.guide],
            limits=LimitsOut.of(it.limits),
            hears=[one.value for one in it.hears],
            webhook_setup=it.webhook_setup.value,
            can_write_first=it.can_write_first,
            can_show_typing=it.can_show_typing,
            receipts=list(it.receipts),
            checks=[check.told(language) for check in it.checks],
            notes=[note.told(language) for note in it.notes],
        )
