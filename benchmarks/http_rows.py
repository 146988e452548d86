"""The rows of the REST side: tokens, webhooks, synchronize."""

import asyncio
import sqlite3
import statistics
import tempfile
import time

from benchmarks.company import Company
from benchmarks.load import CONNECTIONS, ROUNDS, Row, after, at_percent, posted, rate, request

OPERATORS = 10_000
AT_ONCE = 8
MANY_OPERATORS = 50_000
LIST_READS = 20


async def measure_validation(company: Company, bare_port: int) -> Row:
    tokens = company.tokens
    headers = {"Authorization": f"Bearer {company.token}"}
    requests = [
        request("POST", "/api/operator/validate-token", token, **headers) for token in tokens
    ]
    turn = iter(range(10**9))
    bare = request("POST", "/", tokens[0])
    pairs = []
    for _ in range(ROUNDS):
        ours = await rate(company.port, lambda: requests[next(turn) % len(requests)])
        pairs.append((ours, await rate(bare_port, lambda: bare)))
    return _rates(f"validate-token requests/s, 1,000 tokens, {CONNECTIONS} connections", pairs)


async def measure_webhooks(company: Company, bare_port: int) -> Row:
    bare = request("POST", "/", {"update_id": 1})
    pairs = []
    for _ in range(ROUNDS):
        ours = await rate(company.port, company.updates(company.places[0]))
        pairs.append((ours, await rate(bare_port, lambda: bare)))
    return _rates(f"webhooks stored durably/s, {CONNECTIONS} at once", pairs)


def _rates(name: str, pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> Row:
    ours = statistics.median(one[0][0] for one in pairs)
    p99 = statistics.median(one[0][1] for one in pairs)
    ceiling = statistics.median(one[1][0] for one in pairs)
    ratio = statistics.median(one[0][0] / one[1][0] for one in pairs)
    return Row(
        name,
        f"{ours:,.0f}/s, p99 {p99:.1f} ms",
        f"{ceiling:,.0f}/s (fixed handler)",
        f"{ratio:.2f}",
    )


async def measure_synchronize(company: Company) -> Row:
    took, plain = [], []
    for turn in range(ROUNDS):
        began = time.monotonic()
        await _synchronize(company, f"Round {turn}")
        took.append(time.monotonic() - began)
        plain.append(_bulk_insert())
    ratio = statistics.median(one / other for one, other in zip(took, plain, strict=True))
    return Row(
        "synchronize 10,000 new operators",
        f"{statistics.median(took) * 1000:.0f} ms",
        f"{statistics.median(plain) * 1000:.0f} ms (driver's bulk insert)",
        f"{ratio:.1f} times",
    )


async def measure_operator_list(company: Company) -> Row:
    """The dashboard's first page of an organization with many operators."""
    place = (await company.call("POST", "/api/company/organization", {"name": "Many"}))["id"]
    for start in range(0, MANY_OPERATORS, OPERATORS):
        names = [f"Operator {number}" for number in range(start, start + OPERATORS)]
        body = [{"organizationId": place, "name": name} for name in names]
        await company.call("POST", "/api/operator/synchronize", body)
    path = f"/api/operator/search?organizationId={place}&limit=50"
    took = []
    for _ in range(LIST_READS):
        began = time.monotonic()
        found = await company.call("GET", path)
        took.append(time.monotonic() - began)
        assert found["total"] == MANY_OPERATORS, found["total"]
    return Row(
        f"first page of {MANY_OPERATORS:,} operators",
        f"{statistics.median(took) * 1000:.0f} ms",
        "300 ms (aim)",
        "",
    )


async def measure_webhooks_beside_synchronize(company: Company) -> Row:
    """How long a webhook takes at `AT_ONCE` at once while operators are synchronized, and not."""
    beside, alone = [], []
    for turn in range(ROUNDS):
        beside.append(await _webhooks_p99(company, f"Beside {turn}"))
        alone.append(await _webhooks_p99(company, None))
    ratio = statistics.median(one / other for one, other in zip(beside, alone, strict=True))
    return Row(
        f"webhook p99 while synchronize of 10,000 runs, {AT_ONCE} at once",
        f"{statistics.median(beside):.1f} ms",
        f"{statistics.median(alone):.1f} ms (without it)",
        f"{ratio:.1f} times",
    )


async def _webhooks_p99(company: Company, synchronized: str | None) -> float:
    """In ms. With a name, for as long as it takes to synchronize new operators of that name."""
    if synchronized is None:
        is_over = after(1.0)
    else:
        work = asyncio.create_task(_synchronize(company, synchronized))
        is_over = work.done
    updates = company.updates(company.places[0])
    took = await posted(company.port, updates, at_once=AT_ONCE, is_over=is_over)
    return at_percent(took, 99) * 1000


async def _synchronize(company: Company, name: str) -> None:
    place = company.places[0].id
    body = [{"organizationId": place, "name": f"{name} operator {n}"} for n in range(OPERATORS)]
    await company.call("POST", "/api/operator/synchronize", body)


def _bulk_insert() -> float:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/bulk.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE o (c INT, id INT, org INT, n TEXT, k TEXT, s INT, e INT)")
        connection.execute("CREATE UNIQUE INDEX k ON o (c, org, k)")
        rows = [(1, n, 1, f"Operator {n}", f"Operator {n}", 0, 1) for n in range(OPERATORS)]
        began = time.monotonic()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO o VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
        took = time.monotonic() - began
        connection.close()
        return took
