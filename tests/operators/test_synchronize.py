"""Synchronize with the CRM's own ids, and the dry run: rule by rule, and against a model."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from opdesk.operators.actions import plan
from opdesk.operators.model import NEW, Known, NewOperator, OperatorStatus
from tests.chance import Chance, seeded
from tests.desk import Desk, Reply

PATH = "/api/operator/synchronize"
ACTIVE, INACTIVE, DELETED = OperatorStatus


def element(place: int, name: str, external_id: Any = None) -> dict[str, Any]:
    found = {"organizationId": place, "name": name}
    return found if external_id is None else {**found, "externalId": external_id}


async def sync(desk: Desk, *wanted: tuple[Any, ...], query: str = "") -> Reply:
    kyiv = desk.acme.organizations[0]
    return await desk.acme.api.post(PATH + query, [element(kyiv, *one) for one in wanted])


async def listed(desk: Desk) -> list[tuple[int, str, str | None, int]]:
    """(id, name, external id, status) of Kyiv's operators."""
    reply = await desk.acme.api.get(
        f"/api/operator/search?organizationId={desk.acme.organizations[0]}&limit=200"
    )
    return [
        (one["id"], one["name"], one["externalId"], one["status"]) for one in reply.json["items"]
    ]


async def test_an_id_of_the_crm_is_the_key(desk: Desk) -> None:
    made = await sync(desk, ("Dora", " E-1 "))
    dora = made.json[0]["id"]
    assert made.json == [{"id": dora, "status": 0, "name": "Dora", "externalId": "E-1"}]

    renamed = await sync(desk, ("Dora Koval", "E-1"))

    assert renamed.json == [{"id": dora, "status": 0, "name": "Dora Koval", "externalId": "E-1"}]
    assert (dora, "Dora Koval", "E-1", 0) in await listed(desk)


async def test_someone_known_by_name_gets_the_id(desk: Desk) -> None:
    reply = await sync(desk, ("Alice", "E-1"))
    again = await sync(desk, ("Alice", "E-1"), ("Alice",))

    assert reply.json[0]["id"] == desk.alice.id
    assert [one["id"] for one in again.json] == [desk.alice.id] * 2
    assert [set(one) for one in again.json] == [
        {"id", "status", "name", "externalId"},
        {"id", "status", "name"},
    ]


async def test_two_people_may_have_one_name(desk: Desk) -> None:
    reply = await sync(desk, ("Alice", "E-1"), ("Alice", "E-2"))
    first, second = (one["id"] for one in reply.json)

    assert first == desk.alice.id != second
    by_name = await sync(desk, ("Alice",))
    assert by_name.json[0]["id"] == first, "the lowest number"
    assert [one[:3] for one in await listed(desk) if one[1] == "Alice"] == [
        (first, "Alice", "E-1"),
        (second, "Alice", "E-2"),
    ]


async def test_a_name_alone_prefers_who_has_no_id(desk: Desk) -> None:
    made = await sync(desk, ("Dora", "E-1"), ("Eve", "E-2"))
    dora, eve = (one["id"] for one in made.json)
    # Dora becomes an Alice, so that there is one with an id and one without.
    await sync(desk, ("Alice", "E-1"), ("Zoe", "E-2"))

    assert (await sync(desk, ("Alice",))).json[0]["id"] == desk.alice.id
    assert (await sync(desk, ("Zoe",))).json[0]["id"] == eve
    assert (await sync(desk, ("Dora",))).json[0]["id"] not in (dora, eve)


async def test_an_organization_has_its_own_ids(desk: Desk) -> None:
    kyiv, lviv = desk.acme.organizations
    body = [element(kyiv, "Dora", "E-1"), element(lviv, "Dan", "E-1")]

    reply = await desk.acme.api.post(PATH, body)

    assert reply.status == 200
    assert reply.json[0]["id"] != reply.json[1]["id"]
    assert (await sync(desk, ("Dora", "E-1"))).json[0]["id"] == reply.json[0]["id"]


async def test_a_deleted_one_comes_back_by_id_with_the_new_name(desk: Desk) -> None:
    await sync(desk, ("Bob", "E-1"))
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 2})

    dry = await sync(desk, ("Robert", "E-1"), query="?dryRun=true")
    reply = await sync(desk, ("Robert", "E-1"))

    assert dry.json[0]["change"] == "revived"
    expected = {"id": desk.bob.id, "status": 0, "name": "Robert", "externalId": "E-1"}
    assert reply.json == [expected]
    assert (await desk.bob.api.get("/api/operator/me")).status == 401


async def test_an_inactive_one_is_renamed_and_stays_inactive(desk: Desk) -> None:
    await sync(desk, ("Bob", "E-1"))
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 1})

    reply = await sync(desk, ("Robert", "E-1"))

    assert (reply.json[0]["id"], reply.json[0]["status"]) == (desk.bob.id, 1)


@pytest.mark.parametrize(
    ("second", "status", "errors"),
    [
        (("Dora", "E-1"), 200, None),
        (("Other", "E-1"), 400, ["[1].externalId"]),
        (("Dora", "e-1"), 200, None),
        (("Dora", ""), 400, ["[1].externalId"]),
        (("Dora", "  "), 400, ["[1].externalId"]),
        (("Dora", "x" * 201), 400, ["[1].externalId"]),
        (("Dora", "a\0b"), 400, ["[1].externalId"]),
        (("Dora", 5), 400, ["[1].externalId"]),
        (("", "E-2"), 400, ["[1].name"]),
    ],
)
async def test_a_bad_id_is_named_and_nothing_is_saved(
    desk: Desk, second: tuple[Any, Any], status: int, errors: list[str] | None
) -> None:
    before = await listed(desk)

    for query in ("?dryRun=true", ""):
        reply = await sync(desk, ("Dora", "E-1"), second, query=query)
        assert reply.status == status, reply.text
        assert errors is None or list(reply.json["errors"]) == errors
        assert await listed(desk) == before or (status == 200 and not query)


async def test_the_same_id_and_name_twice_is_one_operator(desk: Desk) -> None:
    reply = await sync(desk, ("Їжак", "Ї"), ("Їжак", "Ї"))

    assert reply.json[0] == reply.json[1]
    assert reply.json[0]["externalId"] == "Ї"


async def test_ids_are_compared_as_they_stand(desk: Desk) -> None:
    reply = await sync(desk, ("Dora", "E-1"), ("Dora", "e-1"))

    assert reply.json[0]["id"] != reply.json[1]["id"]


async def test_a_dry_run_tells_each_change_and_saves_nothing(desk: Desk) -> None:
    await sync(desk, ("Dora", "E-1"), ("Eve", "E-2"))
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 2})
    wanted = [
        ("Alice", "E-3"),
        ("Bob",),
        ("Dora Koval", "E-1"),
        ("Eve", "E-2"),
        ("New", "E-4"),
        ("New",),
        ("Newer",),
    ]
    before = await everything(desk)

    reply = await sync(desk, *wanted, query="?dryRun=true")

    assert reply.status == 200
    assert [one["change"] for one in reply.json] == [
        "linked",
        "revived",
        "renamed",
        "none",
        "created",
        "created",
        "created",
    ]
    assert [one["id"] for one in reply.json[4:]] == [None] * 3
    assert await everything(desk) == before

    done = await sync(desk, *wanted)
    for told, is_now in zip(reply.json, done.json, strict=True):
        told.pop("change")
        assert is_now == told | {"id": told["id"] or is_now["id"]}
    after = await sync(desk, *wanted, query="?dryRun=true")
    assert {one["change"] for one in after.json} == {"none"}


async def everything(desk: Desk) -> Any:
    """The operators, the audit log, and how far the events are numbered."""
    page = await desk.acme.api.get("/api/audit?limit=200")
    events = await desk.acme.api.get(
        f"/api/events?organizationId={desk.acme.organizations[0]}&wait=0"
    )
    return await listed(desk), page.json, events.json


@pytest.mark.parametrize("query", ["?dryRun=false", "?dryRun=FALSE"])
async def test_no_dry_run_is_no_dry_run(desk: Desk, query: str) -> None:
    reply = await sync(desk, ("Dora",), query=query)

    assert set(reply.json[0]) == {"id", "status", "name"}
    assert reply.json[0]["id"] in [one[0] for one in await listed(desk)]


async def test_a_dry_run_is_asked_for_by_name(desk: Desk) -> None:
    reply = await sync(desk, ("Dora",), query="?dryRun=maybe")
    strange = await sync(desk, ("Dora",), query="?DRYRUN=True")

    assert (reply.status, list(reply.json["errors"])) == (400, ["dryRun"])
    assert strange.json[0]["change"] == "created"
    assert "Dora" not in [one[1] for one in await listed(desk)]


async def test_a_dry_run_into_a_strangers_organization_is_404(desk: Desk) -> None:
    body = [element(desk.rival.organizations[0], "Spy", "1")]

    reply = await desk.acme.api.post(f"{PATH}?dryRun=true", body)

    assert (reply.status, list(reply.json["errors"])) == (404, ["[0].organizationId"])
    assert (await desk.alice.api.post(f"{PATH}?dryRun=true", body)).status == 403


async def test_the_audit_log_counts_what_changed(desk: Desk) -> None:
    await sync(desk, ("Alice", "E-1"), ("New",), ("Newer",), ("Bob",))

    entry = (await desk.acme.api.get("/api/audit")).json["items"][0]

    assert (entry["action"], entry["subjectId"]) == (
        "operator.synchronized",
        desk.acme.organizations[0],
    )
    assert entry["details"] == {"linked": 1, "created": 2}
    await sync(desk, ("Alice", "E-1"), ("New",))
    assert (await desk.acme.api.get("/api/audit")).json["items"][0]["id"] == entry["id"]


async def test_calls_at_once_with_the_same_ids_make_each_operator_once(desk: Desk) -> None:
    wanted = [(f"Operator {n % 7}", f"E-{n}") for n in range(40)] + [("Alice", "E-a")]
    shuffled = [wanted[::-1], wanted, wanted[20:] + wanted[:20], wanted]

    replies = await asyncio.gather(*(sync(desk, *one) for one in shuffled))

    assert [reply.status for reply in replies] == [200] * 4
    ids = [{one["externalId"]: one["id"] for one in reply.json} for reply in replies]
    assert all(one == ids[0] for one in ids)
    assert len(await listed(desk)) == 42


class Model:
    """What the rules say, in the plainest way: one dictionary for each operator."""

    def __init__(self) -> None:
        self.people: list[dict[str, Any]] = []

    def add(self, place: int, name: str, external: str | None) -> dict[str, Any]:
        made = {"place": place, "name": name, "external": external, "status": 0}
        self.people.append(made)
        return made

    def find(self, place: int, **wanted: Any) -> dict[str, Any] | None:
        """The one who was made first."""
        for one in self.people:
            if one["place"] == place and all(one[key] == wanted[key] for key in wanted):
                return one
        return None

    def synchronize(self, wanted: list[tuple[int, str, str | None]]) -> list[dict[str, Any]]:
        outcome: dict[tuple[int, str, str | None], dict[str, Any]] = {}
        for place in sorted({one[0] for one in wanted}):
            here = [one for one in wanted if one[0] == place]
            for one in [it for it in here if it[2] is not None]:
                outcome[one] = self._with_id(*one)
            for one in [it for it in here if it[2] is None]:
                outcome[one] = (
                    self.find(place, name=one[1], external=None)
                    or self.find(place, name=one[1])
                    or self.add(*one)
                )
        for found in outcome.values():
            found["status"] = 0 if found["status"] == 2 else found["status"]
        return [outcome[one] for one in wanted]

    def _with_id(self, place: int, name: str, external: str | None) -> dict[str, Any]:
        known = self.find(place, external=external)
        if known is None:
            known = self.find(place, external=None, name=name)
        if known is None:
            known = self.add(place, name, external)
        known.update(name=name, external=external)
        return known


NAMES = ("Анна", "Богдан", "Віра", "Гліб")
IDS = ("1", "2", "3")


def some_call(chance: Chance, places: list[int]) -> list[tuple[int, str, str | None]]:
    found: dict[tuple[int, str], str] = {}
    wanted = []
    for _ in range(chance.randint(1, 6)):
        place, name, external = (
            chance.choice(places),
            chance.choice(NAMES),
            chance.choice((None, *IDS)),
        )
        if external is not None:
            name = found.setdefault((place, external), name)
        wanted.append((place, name, external))
    return wanted


async def test_many_calls_do_what_the_model_says(desk: Desk) -> None:
    chance, model = seeded(), Model()
    places = desk.acme.organizations
    for place, name in ((0, "Alice"), (0, "Bob"), (1, "Charlie")):
        model.add(places[place], name, None)
    ids: dict[int, int] = {}
    people = (desk.alice, desk.bob, desk.charlie)
    for made, person in zip(model.people, people, strict=True):
        ids[id(made)] = person.id
    for _ in range(60):
        wanted = some_call(chance, places)
        body = [element(*one) for one in wanted]
        dry = await desk.acme.api.post(f"{PATH}?dryRun=true", body)
        reply = await desk.acme.api.post(PATH, body)
        expected = model.synchronize(wanted)
        assert reply.status == 200, reply.text
        for one, told, it in zip(reply.json, dry.json, expected, strict=True):
            assert ids.setdefault(id(it), one["id"]) == one["id"]
            assert (one["name"], one["status"]) == (it["name"], it["status"])
            assert told["id"] in (None, one["id"])
            assert (told["id"] is None) == (told["change"] == "created")
        if chance.random() < 0.4:
            it = chance.choice(model.people)
            it["status"] = chance.choice((0, 1, 2))
            await desk.acme.api.post(
                "/api/operator/status", {"id": ids[id(it)], "status": it["status"]}
            )

    found = await desk.acme.api.get("/api/operator/search?limit=200")
    assert {
        (one["id"], one["organization"]["id"], one["name"], one["externalId"], one["status"])
        for one in found.json["items"]
    } == {
        (ids[id(it)], it["place"], it["name"], it["external"], it["status"])
        for it in model.people
        if id(it) in ids
    }
    assert found.json["total"] == len(model.people)


people = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from((None, *IDS)), st.sampled_from((0, 1, 2))),
    max_size=6,
    unique_by=(lambda it: it[1] or ("name", it[0])),
)
calls = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from((None, *IDS))), min_size=1, max_size=6
)


def stored(rows: list[tuple[str, str | None, int]]) -> list[Known]:
    return [
        Known(number, name, external, OperatorStatus(status))
        for number, (name, external, status) in enumerate(rows, 1)
    ]


def one_name_for_each_id(call: list[tuple[str, str | None]]) -> list[NewOperator]:
    names: dict[str, str] = {}
    return [
        NewOperator(1, name if external is None else names.setdefault(external, name), external)
        for name, external in call
    ]


@given(people, calls, st.randoms())
@settings(max_examples=300, deadline=None)
def test_a_plan_is_done_once_whatever_the_order(
    rows: list[tuple[str, str | None, int]], call: list[tuple[str, str | None]], chance: Chance
) -> None:
    """The order of a list changes nothing of who is who, and the same list again changes nothing.

    But whose the name is that several elements with new ids have: that is the first one's.
    """
    wanted = one_name_for_each_id(call)
    known = stored(rows)
    first = plan(wanted, known)
    number = len(known)
    for it in {id(it): it for it in first.values()}.values():
        if it.id == NEW:
            number += 1
            it.id = number
            known.append(it)
    for it in known:
        it.change = type(it.change).NONE

    shuffled = chance.sample(wanted, len(wanted))
    again = plan(shuffled, sorted(known, key=lambda it: it.id))

    assert {one: it.id for one, it in again.items()} == {one: it.id for one, it in first.items()}
    assert all(it.change == "none" for it in again.values())
    plain = [it.name for it in known if it.external_id is None]
    assert len(plain) == len(set(plain))
    assert all(it.status != DELETED for it in first.values())
