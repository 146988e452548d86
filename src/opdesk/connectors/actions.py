"""Connect an account to its platform: the calls to the platform, around plain transactions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from opdesk.accounts.actions import name_in
from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action, Detail
from opdesk.channels import access, actions as channels
from opdesk.channels.errors import AnotherAccount, ChannelRefused, PlatformUnreachable
from opdesk.channels.model import HIDDEN, Channel, ChannelState, Source, Trouble
from opdesk.connectors.base import (
    Account,
    Connector,
    Hearing,
    PlatformError,
    SettingRefused,
    Unreachable,
)
from opdesk.connectors.given import checked_settings
from opdesk.connectors.inbound import count_unread
from opdesk.connectors.registry import connector_class, connector_of
from opdesk.kit.bus import Bus, Wake
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.http_client import HttpClient
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Vault
from opdesk.kit.log import get_logger

log = get_logger(__name__)
TOPIC = "channels"
"""The bus topic: a channel was connected, changed or disconnected."""


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
        """Where the platform calls us. It ends with a secret only where the platform signs nothing:

        else the proof of origin is in a header, not in the address.
        """
        url = f"{self._webhook_base}/hooks/{channel.company_id}/{channel.id}"
        has_secret = connector_class(channel.source).declaration.has_path_secret
        return f"{url}/{channel.webhook_secret}" if has_secret else url

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
            off = _switched_off(draft, error)
            saved = await self._db.write(_connected, self._vault, caller, off, channels.add)
        else:
            saved = await self._added(caller, named, is_forced=is_forced)
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
        saved = await self._db.write(_saved, self._vault, caller, before, after)
        self._changed()
        return saved

    async def _added(self, caller: CompanyCaller, named: Channel, *, is_forced: bool) -> Channel:
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
        return await self._db.write(_connected, self._vault, caller, ready, channels.save)

    async def disconnect(self, caller: CompanyCaller, channel_id: int) -> None:
        """The chats stay, read-only. A platform that does not answer does not keep us.

        The webhook goes first: once the account is free, somebody may set theirs.
        """
        channel = await self._db.read(access.channel, self._vault, caller.company_id, channel_id)
        await self._remove_webhook(channel)
        await self._db.write(_disconnected, self._vault, caller, channel_id)
        await self._register_siblings(channel)
        self._changed()

    async def _register_siblings(self, gone: Channel) -> None:
        """Where a platform calls an app, the app's other channels take its webhook over."""
        connector = connector_class(gone.source)
        for one in await self._db.read_slow(channels.list_enabled, self._vault):
            is_its = one.company_id == gone.company_id and one.source is gone.source
            if is_its and connector.is_one_app(gone.settings, one.settings):
                await self._reconnect(one)

    async def check(self, caller: CompanyCaller, channel_id: int) -> tuple[Channel, list[Trouble]]:
        """A channel and what is wrong with it. Raises ChannelNotFound."""
        channel = await self._db.read(access.channel, self._vault, caller.company_id, channel_id)
        unread = await self._db.read(count_unread, channel)
        if not channel.is_enabled:
            return channel, [channel.problem or Trouble("off")]
        has_webhook = channel.state is ChannelState.WEBHOOK
        url = self.webhook_url(channel) if has_webhook else None
        troubles = await connector_of(channel, self._http).check(url)
        if channel.problem:
            troubles.append(channel.problem)
        if unread:
            troubles.append(Trouble("unread", {"count": str(unread)}))
        return channel, troubles

    async def reconnect_all(self) -> None:
        """At the start: each channel as this server's public address wants it now."""
        for channel in await self._db.read_slow(channels.list_enabled, self._vault):
            await self._reconnect(channel)
        self._changed()

    async def _reconnect(self, channel: Channel) -> None:
        try:
            ready = await self._registered(channel)
            state, problem = ready.state, ready.problem
        except (ChannelRefused, PlatformUnreachable) as error:
            log.warning("channel_not_connected", channel=channel.id, reason=error.title)
            state, problem = channel.state, _trouble_of(error)
        await self._db.write(channels.set_state, channel.company_id, channel.id, state, problem)

    async def renew_all(self) -> None:
        """Once a day: settings that a platform renews, such as a token about to end."""
        for channel in await self._db.read_slow(channels.list_enabled, self._vault):
            try:
                renewed = await connector_of(channel, self._http).renew()
            except (PlatformError, Unreachable) as error:
                log.warning("channel_not_renewed", channel=channel.id, reason=type(error).__name__)
                continue
            if renewed:
                await self._db.write(_renewed, self._vault, channel, renewed)

    def _with(self, before: Channel, change: ChannelChange) -> Channel:
        settings = before.settings
        if change.settings is not None:
            given = {name: text for name, text in change.settings.items() if text != HIDDEN}
            settings = checked_settings(before.source, given, before.settings)
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
        return replace(
            channel,
            account_id=account.id,
            sender=channel.sender or account.sender,
            settings={**channel.settings, **account.settings},
        )

    async def _identified(self, channel: Channel) -> Account:
        try:
            return await connector_of(channel, self._http).identify()
        except PlatformError as error:
            raise _refused(error) from error
        except Unreachable as error:
            raise PlatformUnreachable(f"the platform does not answer: {error}") from error

    async def _registered(self, channel: Channel) -> Channel:
        """Webhook or polling, as our public address and the platform's place allow.

        Where neither is possible the channel sends only, and says why.
        """
        connector = connector_of(channel, self._http)
        try:
            if self._uses_webhook(connector):
                await connector.set_webhook(self.webhook_url(channel), channel.webhook_secret)
                return replace(channel, state=ChannelState.WEBHOOK, problem=None)
            if Hearing.POLLING not in connector.declaration.hears:
                return replace(channel, state=ChannelState.FAILED, problem=Trouble("needsHttps"))
            await connector.remove_webhook()
        except PlatformError as error:
            raise _refused(error) from error
        except Unreachable as error:
            raise PlatformUnreachable(f"the platform does not answer: {error}") from error
        return replace(channel, state=ChannelState.POLLING, problem=None)

    def _uses_webhook(self, connector: Connector) -> bool:
        if Hearing.WEBHOOK not in connector.declaration.hears:
            return False
        is_public = urlsplit(self._webhook_base).scheme == "https"
        return is_public or connector.always_has_webhook

    async def _remove_webhook(self, channel: Channel) -> None:
        try:
            await connector_of(channel, self._http).remove_webhook()
        except (PlatformError, Unreachable) as error:
            log.warning("webhook_not_removed", channel=channel.id, reason=type(error).__name__)

    def _changed(self) -> None:
        self._bus.publish([Wake(TOPIC)])


def _renewed(tx: Tx, vault: Vault, channel: Channel, renewed: Mapping[str, str]) -> None:
    """Over what the channel is now: an admin may have changed it meanwhile."""
    now = access.find_any(tx, vault, channel.company_id, channel.id)
    if now is not None and not now.is_deleted and now.settings == channel.settings:
        channels.save(tx, vault, replace(now, settings={**now.settings, **renewed}))


def _connected(
    tx: Tx,
    vault: Vault,
    caller: CompanyCaller,
    channel: Channel,
    store: Callable[[Tx, Vault, Channel], Channel],
) -> Channel:
    _record(tx, caller, Action.CHANNEL_CONNECTED, channel)
    return store(tx, vault, channel)


def _saved(tx: Tx, vault: Vault, caller: CompanyCaller, before: Channel, after: Channel) -> Channel:
    """Of the settings only the names are written down: their values may be secrets."""
    names = sorted({*before.settings, *after.settings})
    changed: dict[str, Detail] = {}
    if before.settings != after.settings:
        differ = [one for one in names if before.settings.get(one) != after.settings.get(one)]
        changed["settings"] = ", ".join(differ)
    if before.sender != after.sender:
        changed["former"] = before.sender
    if before.is_enabled != after.is_enabled:
        changed["isEnabled"] = after.is_enabled
    if changed:
        _record(tx, caller, Action.CHANNEL_CHANGED, after, **changed)
    return channels.save(tx, vault, after)


def _disconnected(tx: Tx, vault: Vault, caller: CompanyCaller, channel_id: int) -> None:
    gone = channels.delete(tx, vault, caller.company_id, channel_id)
    _record(tx, caller, Action.CHANNEL_DISCONNECTED, gone)


def _record(
    tx: Tx, caller: CompanyCaller, action: Action, channel: Channel, **more: Detail
) -> None:
    about: dict[str, Detail] = {"from": channel.sender, "source": int(channel.source)}
    audit.record(tx, caller, action, channel.id, **about, **more)


def _switched_off(channel: Channel, error: PlatformUnreachable) -> Channel:
    return replace(
        channel, is_enabled=False, state=ChannelState.DISABLED, problem=_trouble_of(error)
    )


def _trouble_of(error: ChannelRefused | PlatformUnreachable) -> Trouble:
    """What the platform said, or how it was silent."""
    code = "refused" if isinstance(error, ChannelRefused) else "unreachable"
    return Trouble(code, {"words": str(error.__cause__ or error)})


def _refused(error: PlatformError) -> ChannelRefused:
    if isinstance(error, SettingRefused):
        field = f"settings.{error.name}"
        return ChannelRefused(f"{field}: {error}", errors={field: [str(error)]})
    return ChannelRefused(f"the platform says: {error}", errors={"settings": [str(error)]})
