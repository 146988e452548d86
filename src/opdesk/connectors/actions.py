"""Connect an account to its platform: the calls to the platform, around plain transactions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from opdesk.accounts.actions import name_in
from opdesk.accounts.model import CompanyCaller
from opdesk.channels import access, actions as channels
from opdesk.channels.errors import AnotherAccount, ChannelRefused, PlatformUnreachable
from opdesk.channels.model import HIDDEN, Channel, ChannelState, Source
from opdesk.connectors.base import (
    Account,
    BadSettings,
    Connector,
    PlatformError,
    SettingRefused,
    Unreachable,
)
from opdesk.connectors.inbound import count_unread
from opdesk.connectors.registry import connector_class, connector_of
from opdesk.kit.bus import Bus, Wake
from opdesk.kit.db import Database
from opdesk.kit.errors import Invalid
from opdesk.kit.http_client import HttpClient
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Vault
from opdesk.kit.log import get_logger
from opdesk.kit.text import clean_ours

log = get_logger(__name__)
TOPIC = "channels"
"""The bus topic: a channel was connected, changed or disconnected."""
_UNREAD_FATE = "they are kept for 7 days and tried again every hour, by a newer version too."


@dataclass(frozen=True, slots=True)
class NewChannel:
    """What a caller wants to connect. `sender` None: the account's own public name."""

    organization_id: int
    source: int
    sender: str | None
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What to change; None leaves a thing as it is. A setting of "***" stays what it was."""

    sender: str | None = None
    settings: Mapping[str, str] | None = None
    is_enabled: bool | None = None


class Switchboard:
    """Everything that connects a channel with its platform."""

    def __init__(
        self,
        db: Database,
        bus: Bus,
        vault: Vault,
        http: HttpClient,
        webhook_base: str,
    ) -> None:
        self._db, self._bus, self._vault, self._http = db, bus, vault, http
        self._webhook_base = webhook_base

    def webhook_url(self, channel: Channel) -> str:
        """Where the platform calls us; the proof of origin is in a header, not in the address."""
        return f"{self._webhook_base}/hooks/{channel.company_id}/{channel.id}"

    async def connect(self, caller: CompanyCaller, new: NewChannel, *, is_forced: bool) -> Channel:
        """Ask the platform who we are, register our webhook, save.

        Raises Invalid naming the field, ChannelRefused with the platform's words, ChannelTaken,
        PlatformUnreachable (nothing is saved; with `is_forced` it is saved, switched off).
        """
        settings = checked_settings(new.source, new.settings)
        channel_id = await self._db.write(
            channels.reserve_id, caller.company_id, new.organization_id
        )
        draft = Channel(
            id=channel_id,
            company_id=caller.company_id,
            organization_id=new.organization_id,
            source=Source(new.source),
            sender=name_in(new.sender, "from") if new.sender else "",
            account_id="",
            settings=settings,
            webhook_secret=new_secret(),
            is_enabled=True,
            is_deleted=False,
            state=ChannelState.DISABLED,
            problem=None,
            poll_offset=0,
        )
        try:
            named = await self._named(draft)
        except PlatformUnreachable as error:
            if not is_forced:
                raise
            saved = await self._db.write(channels.add, self._vault, _switched_off(draft, error))
        else:
            saved = await self._added(named, is_forced=is_forced)
        self._changed()
        return saved

    async def change(
        self, caller: CompanyCaller, channel_id: int, change: ChannelChange, *, is_forced: bool
    ) -> Channel:
        """Raises ChannelNotFound, AnotherAccount and what `connect` raises."""
        before = await self._db.read(access.channel, self._vault, caller.company_id, channel_id)
        after = self._with(before, change)
        needs_platform = after.settings != before.settings or after.is_enabled != before.is_enabled
        if needs_platform:
            try:
                after = await self._moved(before, after)
            except PlatformUnreachable as error:
                if not is_forced:
                    raise
                after = _switched_off(after, error)
        saved = await self._db.write(channels.save, self._vault, after)
        self._changed()
        return saved

    async def _added(self, named: Channel, *, is_forced: bool) -> Channel:
        """Claim the account, then register: of two who connect it at once, one comes this far.

        A process that dies in between leaves a channel that the next start registers.
        """
        await self._db.write(channels.add, self._vault, named)
        try:
            ready = await self._registered(named)
        except PlatformUnreachable as error:
            if not is_forced:
                await self._db.write(channels.forget, named.company_id, named.id)
                raise
            ready = _switched_off(named, error)
        except ChannelRefused:
            await self._db.write(channels.forget, named.company_id, named.id)
            raise
        return await self._db.write(channels.save, self._vault, ready)

    async def disconnect(self, caller: CompanyCaller, channel_id: int) -> None:
        """The chats stay, read-only. A platform that does not answer does not keep us.

        The webhook goes first: once the account is free, somebody may set theirs.
        """
        channel = await self._db.read(access.channel, self._vault, caller.company_id, channel_id)
        await self._remove_webhook(channel)
        await self._db.write(channels.delete, self._vault, caller.company_id, channel_id)
        self._changed()

    async def check(self, caller: CompanyCaller, channel_id: int) -> list[str]:
        """What is wrong with a channel, in sentences. Raises ChannelNotFound."""
        channel = await self._db.read(access.channel, self._vault, caller.company_id, channel_id)
        unread = await self._db.read(count_unread, channel)
        if not channel.is_enabled:
            return [channel.problem or "The channel is switched off."]
        has_webhook = channel.state is ChannelState.WEBHOOK
        url = self.webhook_url(channel) if has_webhook else None
        problems = await connector_of(channel, self._http).check(url)
        if channel.problem:
            problems.append(channel.problem)
        if unread:
            problems.append(f"{unread} envelopes could not be read; {_UNREAD_FATE}")
        return problems

    async def reconnect_all(self) -> None:
        """At the start: each channel as this server's public address wants it now."""
        for channel in await self._db.read_slow(channels.list_enabled, self._vault):
            try:
                ready = await self._registered(channel)
                state, problem = ready.state, None
            except (ChannelRefused, PlatformUnreachable) as error:
                log.warning("channel_not_connected", channel=channel.id, reason=error.title)
                state, problem = channel.state, error.detail
            await self._db.write(channels.set_state, channel.company_id, channel.id, state, problem)
        self._changed()

    def _with(self, before: Channel, change: ChannelChange) -> Channel:
        settings = before.settings
        if change.settings is not None:
            given = {
                name: before.settings.get(name, "") if value == HIDDEN else value
                for name, value in _named_as_ours(before.source, change.settings).items()
            }
            settings = checked_settings(before.source, {**before.settings, **given})
        return replace(
            before,
            sender=before.sender if change.sender is None else name_in(change.sender, "from"),
            settings=settings,
            is_enabled=before.is_enabled if change.is_enabled is None else change.is_enabled,
        )

    async def _moved(self, before: Channel, after: Channel) -> Channel:
        """Settings or the switch changed; the account stays the one that the chats belong to."""
        if after.is_enabled or after.settings != before.settings:
            after = await self._named(after)
            if before.account_id not in ("", after.account_id):
                raise AnotherAccount(
                    "connect another channel instead; this one keeps the chats of "
                    f"@{before.sender.removeprefix('@')}"
                )
        if after.is_enabled:
            return await self._replaced(before, after)
        await self._remove_webhook(before)
        return replace(after, state=ChannelState.DISABLED, problem=None)

    async def _replaced(self, before: Channel, named: Channel) -> Channel:
        """Save and register; all or the old state."""
        await self._db.write(channels.save, self._vault, named)
        try:
            return await self._registered(named)
        except (ChannelRefused, PlatformUnreachable):
            await self._db.write(channels.save, self._vault, before)
            raise

    async def _named(self, channel: Channel) -> Channel:
        """The channel with its account, as the platform knows it."""
        account = await self._identified(channel)
        return replace(channel, account_id=account.id, sender=channel.sender or account.sender)

    async def _identified(self, channel: Channel) -> Account:
        try:
            return await connector_of(channel, self._http).identify()
        except PlatformError as error:
            raise _refused(error) from error
        except Unreachable as error:
            raise PlatformUnreachable(f"the platform does not answer: {error}") from error

    async def _registered(self, channel: Channel) -> Channel:
        """Webhook or polling, as our public address and the platform's place allow."""
        connector = connector_of(channel, self._http)
        try:
            if self._uses_webhook(connector):
                await connector.set_webhook(self.webhook_url(channel), channel.webhook_secret)
                return replace(channel, state=ChannelState.WEBHOOK, problem=None)
            await connector.remove_webhook()
        except PlatformError as error:
            raise _refused(error) from error
        except Unreachable as error:
            raise PlatformUnreachable(f"the platform does not answer: {error}") from error
        return replace(channel, state=ChannelState.POLLING, problem=None)

    def _uses_webhook(self, connector: Connector) -> bool:
        is_public = urlsplit(self._webhook_base).scheme == "https"
        return is_public or connector.always_has_webhook

    async def _remove_webhook(self, channel: Channel) -> None:
        try:
            await connector_of(channel, self._http).remove_webhook()
        except (PlatformError, Unreachable) as error:
            log.warning("webhook_not_removed", channel=channel.id, reason=type(error).__name__)

    def _changed(self) -> None:
        self._bus.publish([Wake(TOPIC)])


def checked_settings(source: int, settings: Mapping[str, str]) -> dict[str, str]:
    """Raises Invalid naming `source` or the setting."""
    try:
        return connector_class(source).checked(_named_as_ours(source, settings))
    except BadSettings as error:
        raise Invalid.field(f"settings.{error.name}", str(error)) from error


def _named_as_ours(source: int, settings: Mapping[str, str]) -> dict[str, str]:
    """The source's settings under their own names, given in any case; strangers are dropped.

    Raises Invalid naming the setting.
    """
    names = {name.lower(): name for name in connector_class(source).setting_names}
    known = {names[one.lower()]: text for one, text in settings.items() if one.lower() in names}
    return {name: _clean(name, text) for name, text in known.items()}


def _clean(name: str, text: str) -> str:
    try:
        return clean_ours(text, multiline=False).strip()
    except ValueError as error:
        raise Invalid.field(f"settings.{name}", str(error)) from error


def _switched_off(channel: Channel, error: PlatformUnreachable) -> Channel:
    return replace(channel, is_enabled=False, state=ChannelState.DISABLED, problem=error.detail)


def _refused(error: PlatformError) -> ChannelRefused:
    if isinstance(error, SettingRefused):
        field = f"settings.{error.name}"
        return ChannelRefused(f"{field}: {error}", errors={field: [str(error)]})
    return ChannelRefused(f"the platform says: {error}", errors={"settings": [str(error)]})
