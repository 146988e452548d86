"""Who did what, and from where: every change by the company is written down."""

import csv
import io
from typing import Any

from tests.desk import Api, Desk
from tests.people import ADMIN, joined


async def entries(api: Api, query: str = "") -> list[dict[str, Any]]:
    reply = await api.get(f"/api/audit?limit=200{query}")
    assert reply.status == 200, reply.text
    found: list[dict[str, Any]] = reply.json["items"]
    return found


async def test_an_entry_says_who_what_and_from_where(desk: Desk) -> None:
    olena = await joined(desk, ADMIN)
    made = await olena.api.post("/api/company/key", {"name": "Каса"})

    [entry] = await entries(desk.acme.api, "&action=apiKey.created")

    assert entry["who"] == {"kind": "user", "id": olena.id, "name": olena.login.title()}
    assert (entry["subjectId"], entry["details"]) == (made.json["id"], {"name": "Каса"})
    assert entry["address"] == "127.0.0.1"
    program = Api(desk.client, {"X-Authorization-Key": made.json["key"]})
    await program.post("/api/company/organization", {"name": "Odesa"})
    [by_program] = await entries(desk.acme.api, "&action=organization.created&search=odesa")
    assert by_program["who"] == {"kind": "apiKey", "id": made.json["id"], "name": "Каса"}
    assert made.json["key"] not in str(await entries(desk.acme.api))


async def test_filters_pages_and_other_companies(desk: Desk) -> None:
    for number in range(5):
        await desk.acme.api.post("/api/company/organization", {"name": f"Філія_{number} 100%"})
    olena = await joined(desk, ADMIN)
    await olena.api.post("/api/company/organization", {"name": "інша"})

    async def names(query: str) -> list[str]:
        found = await entries(desk.acme.api, f"&action=organization.created{query}")
        return [entry["details"]["name"] for entry in found]

    assert await names("&search=ФІЛІЯ_") == [f"Філія_{n} 100%" for n in (4, 3, 2, 1, 0)]
    assert await names("&search=0 100%25") == ["Філія_0 100%"]
    assert await names(f"&userId={olena.id}") == ["інша"]
    assert await names("&from=2999-01-01") == []
    page = (await desk.acme.api.get("/api/audit?limit=2&search=філія")).json
    assert [one["details"]["name"] for one in page["items"]] == ["Філія_4 100%", "Філія_3 100%"]
    older = await desk.acme.api.get(f"/api/audit?limit=9&search=філія&before={page['next']}")
    assert [one["details"]["name"][-6] for one in older.json["items"]] == ["2", "1", "0"]
    assert older.json["next"] is None
    assert "Філія" not in str(await entries(desk.rival.api))
    assert await names("&from=2999-01-01T10:00:00+02:00") == []
    assert await names("&to=2999-01-01T10:00:00+02:00") == await names("")
    bad_fields = ("limit=0", "before=x", "from=soon", "to=2026-13-01", "action=apiKey.made")
    for query, field in ((one, one.partition("=")[0]) for one in bad_fields):
        bad = await desk.acme.api.get(f"/api/audit?{query}")
        assert (bad.status, list(bad.json["errors"])) == (400, [field])


async def test_the_table_for_a_spreadsheet_runs_nothing(desk: Desk) -> None:
    invited = {"name": "=cmd|' /C calc'!A0", "role": 1}
    await desk.acme.api.post("/api/company/user", invited)
    await desk.acme.api.post("/api/company/key", {"name": '"Quoted", Каса'})

    reply = await desk.acme.api.get("/api/audit/export")

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="audit.csv"' in reply.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    assert [row["action"] for row in rows[:2]] == ["apiKey.created", "user.invited"]
    assert "Каса" in rows[0]["details"]
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
