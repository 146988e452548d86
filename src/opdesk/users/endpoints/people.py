"""The people of a company: for its owners."""

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.accounts.model import CompanyCaller
from opdesk.invitations.actions import Post
from opdesk.kit.endpoint import OWNER_ONLY, Db, Given
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Vault
from opdesk.users import actions
from opdesk.users.wire import InvitedOut, OneTimeLinkOut, UserChangeIn, UserIn, UserOut

Company = Given[CompanyCaller]
Sealing = Given[Vault]
Handing = Given[Post]


@get("/api/company/user", opt=OWNER_ONLY, tags=["Dashboard"])
async def list_users(db: Db, company: Company) -> list[UserOut]:
    """The company's people, by id."""
    return [UserOut.of(user) for user in await db.read(actions.list_users, company)]


@put("/api/company/user/{user_id:int}", opt=OWNER_ONLY, tags=["Dashboard"])
async def change_user(
    db: Db, company: Company, user_id: FromPath[int], data: JSONBody[UserChangeIn]
) -> UserOut:
    """Change a person's name, address or role. 409: the last owner stays one."""
    return UserOut.of(await db.write(actions.change, company, user_id, data.to_change()))


@delete("/api/company/user/{user_id:int}", status_code=200, opt=OWNER_ONLY, tags=["Dashboard"])
async def remove_user(db: Db, company: Company, user_id: FromPath[int]) -> None:
    """Remove a person; all that they are signed in with ends. 409: the last owner stays."""
    await db.write(actions.remove, company, user_id)


@post(
    "/api/company/user/{user_id:int}/sign-out",
    status_code=200,
    opt=OWNER_ONLY,
    tags=["Dashboard"],
)
async def sign_out_user(db: Db, company: Company, user_id: FromPath[int]) -> None:
    """End a person's company tokens and dashboard sessions."""
    await db.write(actions.sign_out, company, user_id)


@post("/api/company/user", status_code=200, opt=OWNER_ONLY, tags=["Dashboard"])
async def invite_user(
    db: Db, company: Company, post_office: Handing, data: JSONBody[UserIn]
) -> InvitedOut:
    """Invite a person: the link is shown here only, and mailed where the server can."""
    user, link = await db.write(actions.invite, company, data.to_new(), post_office, new_secret())
    return InvitedOut(user=UserOut.of(user), link=OneTimeLinkOut.of(link))


@post("/api/company/user/{user_id:int}/link", status_code=200, opt=OWNER_ONLY, tags=["Dashboard"])
async def make_user_link(
    db: Db, company: Company, post_office: Handing, user_id: FromPath[int]
) -> InvitedOut:
    """A new link: the invitation again, or a reset. Earlier links of this person end."""
    user, link = await db.write(actions.make_link, company, user_id, post_office, new_secret())
    return InvitedOut(user=UserOut.of(user), link=OneTimeLinkOut.of(link))


@delete("/api/company/user/{user_id:int}/totp", status_code=200, opt=OWNER_ONLY, tags=["Dashboard"])
async def remove_user_totp(
    db: Db, vault: Sealing, company: Company, user_id: FromPath[int]
) -> None:
    """Let someone who lost authenticator and recovery codes in with the password alone."""
    await db.write(actions.remove_totp, vault, company, user_id)


ROUTES = (
    list_users,
    invite_user,
    change_user,
    remove_user,
    make_user_link,
    sign_out_user,
    remove_user_totp,
)
