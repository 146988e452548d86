"""What axe finds on a page, in light and dark."""

from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOOK = """async () => {
  await Promise.allSettled(document.getAnimations().map((one) => one.finished));
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => [id, nodes.map((one) => one.html.slice(0, 200))]);
}"""


async def assert_accessible(page: Page) -> None:
    """Axe finds nothing on what is shown, in either scheme, and nothing is wider than the window."""
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        if not await page.evaluate("'axe' in window"):
            await page.evaluate(AXE.read_text())
        found: list[Any] = await page.evaluate(LOOK)
        assert found == [], (scheme, page.url, found)
    widths = "[document.documentElement.scrollWidth, innerWidth]"
    needed, there = await page.evaluate(widths)
    assert needed <= there, f"{page.url} is {needed} px wide in {there}"
    await page.emulate_media(color_scheme="light")
