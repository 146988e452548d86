"""Settings of an organization: stored, told apart from what is left out, refused by name."""

from typing import Any

import pytest

from tests.desk import Desk, Reply

EVERYTHING: dict[str, Any] = {
    "workingHours": [
        {"day": 1, "from": "09:00", "to": "13:00"},
        {"day": 1, "from": "13:00", "to": "18:30"},
        {"day": 7, "from": "00:00", "to": "24:00"},
    ],
    "quickReplies": [{"shortcut": "години", "text": "Працюємо з 9\nдо 18."}],
    "tags": [{"name": "VIP", "color": "#b3261e"}, {"name": "Борг", "color": "#1f7a4d"}],
    "crmUrl": "https://crm.example.com/client?phone={phone}&from=opdesk",
    "retentionDays": 3650,
    "ownChatsOnly": True,
    "assignment": 2,
    "capacity": 1000,
}
NOTHING: dict[str, Any] = {
    "workingHours": [],
    "quickReplies": [],
    "tags": [],
    "crmUrl": None,
    "retentionDays": None,
    "ownChatsOnly": False,
    "assignment": 0,
    "capacity": None,
}


async def change(desk: Desk, **given: Any) -> Reply:
    body = {"id": desk.acme.organizations[0], **given}
    return await desk.acme.api.put("/api/company/organization", body)


async def details(desk: Desk) -> dict[str, Any]:
    reply = await desk.acme.api.get(f"/api/company/organization/{desk.acme.organizations[0]}")
    assert reply.status == 200
    found: dict[str, Any] = reply.json
    return found


async def told(desk: Desk) -> dict[str, Any]:
    """The details of the newest entry of the audit log."""
    entry = (await desk.acme.api.get("/api/audit")).json["items"][0]
    assert entry["action"] == "organization.changed"
    found: dict[str, Any] = entry["details"]
    return found


async def test_what_nobody_has_set_is_off(desk: Desk) -> None:
    assert await details(desk) == {
        "id": desk.acme.organizations[0],
        "name": "Kyiv",
        "timeZone": "Europe/Kyiv",
        "country": "UA",
        "language": "uk",
        "operatorsMayDelete": False,
        **NOTHING,
    }


async def test_everything_is_kept_and_what_is_left_out_stays(desk: Desk) -> None:
    changed = await change(desk, **EVERYTHING, name="Головний")
    assert changed.status == 200, changed.text
    assert changed.json == await details(desk)
    assert changed.json == changed.json | EVERYTHING | {"name": "Головний"}

    for name, value in NOTHING.items():
        before = await details(desk)
        assert (await change(desk, **{name: value})).status == 200
        assert await details(desk) == before | {name: value}
    assert (await change(desk)).json == (await details(desk))


async def test_an_organization_has_its_own_settings(desk: Desk) -> None:
    await change(desk, **EVERYTHING)

    lviv = await desk.acme.api.get(f"/api/company/organization/{desk.acme.organizations[1]}")

    assert lviv.json == lviv.json | NOTHING


async def test_texts_are_stored_as_texts_are(desk: Desk) -> None:
    reply = await change(
        desk,
        quickReplies=[{"shortcut": " Їжак ", "text": "раз\r\nдва "}],
        tags=[{"name": " Й ", "color": "#ABCDEF"}],
        workingHours=[
            {"day": 2, "from": "09:00", "to": "10:00"},
            {"day": 1, "from": "09:00", "to": "10:00"},
        ],
    )

    assert reply.json["quickReplies"] == [{"shortcut": "Їжак", "text": "раз\nдва"}]
    assert reply.json["tags"] == [{"name": "Й", "color": "#abcdef"}]
    assert [one["day"] for one in reply.json["workingHours"]] == [1, 2]


def shift(begins: str = "09:00", ends: str = "18:00", day: Any = 1) -> dict[str, Any]:
    return {"day": day, "from": begins, "to": ends}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"workingHours": None}, "workingHours"),
    ({"workingHours": [shift(day=0)]}, "workingHours[0].day"),
    ({"workingHours": [shift(day=8)]}, "workingHours[0].day"),
    ({"workingHours": [shift(day=1.5)]}, "workingHours[0].day"),
    ({"workingHours": [shift(), {"day": 2, "from": "09:00"}]}, "workingHours[1].to"),
    ({"workingHours": [shift("9:00")]}, "workingHours[0].from"),
    ({"workingHours": [shift("24:00", "24:00")]}, "workingHours[0].from"),
    ({"workingHours": [shift("09:60")]}, "workingHours[0].from"),
    ({"workingHours": [shift("٠٩:٠٠")]}, "workingHours[0].from"),
    ({"workingHours": [shift(ends="24:01")]}, "workingHours[0].to"),
    ({"workingHours": [shift("18:00", "18:00")]}, "workingHours[0].to"),
    ({"workingHours": [shift("22:00", "06:00")]}, "workingHours[0].to"),
    ({"workingHours": [shift(), shift("17:59", "20:00")]}, "workingHours[1]"),
    ({"workingHours": [shift("12:00", "13:00"), shift()]}, "workingHours[0]"),
    ({"workingHours": [shift("00:00", "00:01", day=1 + n % 7) for n in range(71)]}, "workingHours"),
    ({"quickReplies": [{"shortcut": "a b", "text": "x"}]}, "quickReplies[0].shortcut"),
    ({"quickReplies": [{"shortcut": "a\u00a0b", "text": "x"}]}, "quickReplies[0].shortcut"),
    ({"quickReplies": [{"shortcut": " ", "text": "x"}]}, "quickReplies[0].shortcut"),
    ({"quickReplies": [{"shortcut": "x" * 51, "text": "x"}]}, "quickReplies[0].shortcut"),
    ({"quickReplies": [{"shortcut": "a", "text": ""}]}, "quickReplies[0].text"),
    ({"quickReplies": [{"shortcut": "a", "text": "x" * 4097}]}, "quickReplies[0].text"),
    ({"quickReplies": [{"shortcut": "a", "text": "\0"}]}, "quickReplies[0].text"),
    (
        {"quickReplies": [{"shortcut": "Їж", "text": "1"}, {"shortcut": "їж", "text": "2"}]},
        "quickReplies[1].shortcut",
    ),
    ({"quickReplies": [{"shortcut": f"{n}", "text": "x"} for n in range(201)]}, "quickReplies"),
    ({"tags": [{"name": "a", "color": "red"}]}, "tags[0].color"),
    ({"tags": [{"name": "a", "color": "#12345"}]}, "tags[0].color"),
    ({"tags": [{"name": "", "color": "#123456"}]}, "tags[0].name"),
    (
        {"tags": [{"name": "Й", "color": "#123456"}, {"name": "и\u0306", "color": "#123456"}]},
        "tags[1].name",
    ),
    ({"tags": [{"name": f"{n}", "color": "#123456"} for n in range(201)]}, "tags"),
    ({"crmUrl": "javascript:alert('{phone}')"}, "crmUrl"),
    ({"crmUrl": "JavaScript://crm.example.com/%0aalert('{phone}')"}, "crmUrl"),
    ({"crmUrl": "data:text/html,{phone}"}, "crmUrl"),
    ({"crmUrl": "//crm.example.com/{phone}"}, "crmUrl"),
    ({"crmUrl": "/client/{phone}"}, "crmUrl"),
    ({"crmUrl": "https:/crm.example.com/{phone}"}, "crmUrl"),
    ({"crmUrl": "https:\\\\crm.example.com/{phone}"}, "crmUrl"),
    ({"crmUrl": "https://crm.example.com/client"}, "crmUrl"),
    ({"crmUrl": "https://{phone}.example.com/"}, "crmUrl"),
    ({"crmUrl": "https://a:b@crm.example.com/{phone}"}, "crmUrl"),
    ({"crmUrl": "https://crm.example.com:99999/{phone}"}, "crmUrl"),
    ({"crmUrl": "https://crm.example.com/a b/{phone}"}, "crmUrl"),
    ({"crmUrl": "java\tscript:{phone}"}, "crmUrl"),
    ({"crmUrl": ""}, "crmUrl"),
    ({"crmUrl": "https://crm.example.com/{phone}" + "x" * 2000}, "crmUrl"),
    ({"retentionDays": 0}, "retentionDays"),
    ({"retentionDays": 3651}, "retentionDays"),
    ({"retentionDays": True}, "retentionDays"),
    ({"capacity": 0}, "capacity"),
    ({"capacity": 1001}, "capacity"),
    ({"assignment": 3}, "assignment"),
    ({"assignment": None}, "assignment"),
    ({"ownChatsOnly": None}, "ownChatsOnly"),
    ({"ownChatsOnly": 1}, "ownChatsOnly"),
]


@pytest.mark.parametrize(("given", "field"), REFUSED)
async def test_what_can_not_be_is_refused_by_its_name(
    desk: Desk, given: dict[str, Any], field: str
) -> None:
    await change(desk, **EVERYTHING)
    before = await details(desk)

    reply = await change(desk, **given, name="Changed")

    assert (reply.status, list(reply.json["errors"])) == (400, [field]), reply.text
    assert await details(desk) == before


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.0.7:8080/{phone}",
        "HTTPS://crm.example.com/client/{phone}#{phone}",
        "https://[::1]/?p={phone}",
        "https://crm.українa.ua/?телефон={phone}",
    ],
)
async def test_a_link_to_the_crm_is_any_web_address_with_a_place_for_the_phone(
    desk: Desk, url: str
) -> None:
    assert (await change(desk, crmUrl=url)).json["crmUrl"] == url


async def test_names_in_any_case_and_decimal_strings_are_understood(desk: Desk) -> None:
    reply = await change(
        desk,
        WORKINGHOURS=[{"DAY": "1", "From": "09:00", "TO": "10:00"}],
        RetentionDays="30",
        stranger=1,
    )

    assert reply.json["workingHours"] == [shift("09:00", "10:00")]
    assert reply.json["retentionDays"] == 30


async def test_the_audit_log_says_what_was_set_but_no_texts_of_replies(desk: Desk) -> None:
    await change(desk, **EVERYTHING)
    first = await told(desk)
    await change(desk, retentionDays=None, timeZone="Europe/Warsaw", operatorsMayDelete=True)
    second = await told(desk)
    await change(desk, name="Lviv")
    third = await told(desk)

    assert first == {
        "name": "Kyiv",
        "workingHours": "1 09:00-13:00, 1 13:00-18:30, 7 00:00-24:00",
        "quickReplies": "години",
        "tags": "VIP, Борг",
        "crmUrl": EVERYTHING["crmUrl"],
        "retentionDays": 3650,
        "ownChatsOnly": True,
        "assignment": 2,
        "capacity": 1000,
    }
    assert second == {
        "name": "Kyiv",
        "retentionDays": None,
        "timeZone": "Europe/Warsaw",
        "operatorsMayDelete": True,
    }
    assert third == {"name": "Lviv", "former": "Kyiv"}
    await change(desk, name="Lviv", capacity=1000)
    assert await told(desk) == third  # Nothing changed, and nothing more is told.
    assert (
        len((await desk.acme.api.get("/api/audit?action=organization.changed")).json["items"]) == 3
    )
    table = (await desk.acme.api.get("/api/audit/export?action=organization.changed")).text
    assert "timeZone" in table
    assert "time_zone" not in table


async def test_operators_see_no_settings_of_the_company(desk: Desk) -> None:
    path = f"/api/company/organization/{desk.alice.organization_id}"

    assert (await desk.alice.api.get(path)).status == 403
    assert (await desk.charlie.api.get(path)).status == 403
    assert (await desk.rival.api.get(path)).status == 404
