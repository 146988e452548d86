"""The panel's calls about pushes to the device that it runs on."""

from typing import Any

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.devices import actions as devices
from opdesk.kit.endpoint import Cookies, Db, Given
from opdesk.kit.keyring import fingerprint
from opdesk.operators import access
from opdesk.operators.model import Caller
from opdesk.push import actions
from opdesk.push.errors import OldPushKey, PushOff
from opdesk.push.sending import PushSender, Verdict
from opdesk.push.wire import PushDeviceIn, PushDeviceOut, PushKeyOut, PushTrialOut
from opdesk.push.words import trial

AnyCaller = Given[Caller]
Sender = Given[PushSender]


@get("/api/operator/push", tags=["Panel"])
async def push_key(caller: AnyCaller, push_sender: Sender) -> PushKeyOut:
    """The key that a browser subscribes to pushes with; null where they are switched off."""
    access.operator_of(caller)
    return PushKeyOut(key=push_sender.public_key if push_sender.is_on else None)


@put("/api/operator/push", tags=["Panel"])
async def keep_push_device(
    request: Request[Any, Any, Any],
    db: Db,
    jar: Cookies,
    caller: AnyCaller,
    push_sender: Sender,
    data: JSONBody[PushDeviceIn],
) -> PushDeviceOut:
    """Have this browser told of messages while no panel of the operator is before their eyes.

    Until the session ends, is signed out or replaced. The same browser again keeps its `id`. An
    operator has up to 10; a further one takes the place of the oldest. 409: pushes are switched
    off, or `key` is not the present one (subscribe anew).
    """
    access.operator_of(caller)
    if not push_sender.is_on:
        raise PushOff("an administrator has set OPDESK_WEB_PUSH=off")
    kid = push_sender.kid_of(data.key)
    if kid is None:
        raise OldPushKey("subscribe anew with the key that GET answers")
    given = actions.checked(data.subscription(kid), push_sender.plain_in)
    cookie = request.cookies.get(jar.name(access.OPERATOR_COOKIE))
    session = fingerprint(cookie) if cookie else ""
    return PushDeviceOut(id=await db.write(actions.keep, caller, session, given))


@delete("/api/operator/push/{device_id:int}", status_code=200, tags=["Panel"])
async def forget_push_device(db: Db, caller: AnyCaller, device_id: FromPath[int]) -> None:
    """Tell this browser nothing any more."""
    await db.write(actions.forget, caller, device_id)


@post("/api/operator/push/{device_id:int}/test", status_code=200, tags=["Panel"])
async def try_push_device(
    db: Db, caller: AnyCaller, push_sender: Sender, device_id: FromPath[int]
) -> PushTrialOut:
    """Send a notice to this browser now, and say what its push service answered.

    429 within 3 seconds of the last one.
    """
    device = await db.read(actions.get, caller, device_id)
    if not push_sender.is_on:
        raise PushOff("an administrator has set OPDESK_WEB_PUSH=off")
    push_sender.brake(device.id)
    said = device.subscription
    outcome = await push_sender.send(said, trial(said.language), device.id)
    if outcome.verdict is Verdict.GONE:
        await db.write(devices.forget, device.holder.company_id, device.id)
    return PushTrialOut(outcome=outcome.verdict.value)


ROUTES = (push_key, keep_push_device, forget_push_device, try_push_device)
