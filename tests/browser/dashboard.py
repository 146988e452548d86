"""The dashboard as a person opens it, and what every page of it must hold."""

from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Locator, Page, Route, expect

from tests.desk import PASSWORD

_AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_FIND = """async (part) => {
  // What changes its colour takes a moment, and what takes its colour from there another one.
  const ends = (one) => one.effect.getComputedTiming().iterations !== Infinity;
  for (let all; (all = document.getAnimations().filter(ends)).length; ) {
    await Promise.allSettled(all.map((one) => one.finished));
    await new Promise(requestAnimationFrame);
  }
  const found = await axe.run(part ? { include: [part] } : document);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => [id, node.target.join(" "), node.any.map((one) => one.message).join(" ")]),
  );
}"""
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def is_fit(page: Page, part: str | None = None) -> None:
    """axe finds nothing in what is shown, in light and in dark, and nothing is wider than the page.

    `part`: look only there, for what lies over the page.
    """
    await page.evaluate(_AXE.read_text())
    for scheme in _SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        found: list[Any] = await page.evaluate(_FIND, part)
        assert found == [], (scheme, page.url, found)
    overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, page.url


async def sign_in(
    page: Page, base_url: str, login: str = "acme", *, path: str = "", password: str = PASSWORD
) -> None:
    """Fill in and send the form of the sign-in page; `path` is where one wants to go."""
    await page.goto(f"{base_url}/dashboard{path}")
    form = page.get_by_test_id("company-login")
    await form.get_by_label("Логін").fill(login)
    await form.get_by_label("Пароль", exact=True).fill(password)
    await form.get_by_role("button", name="Увійти").click()


async def opened(page: Page, base_url: str, path: str, login: str = "acme") -> None:
    """Someone signed in looks at a page."""
    await sign_in(page, base_url, login, path=path)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_test_id("company-login")).to_have_count(0)


def row(page: Page, name: str) -> Locator:
    """A person in the list of users."""
    return page.get_by_test_id("users").get_by_role("listitem").filter(has_text=name)


async def chosen(page: Page, name: str, action: str) -> None:
    """Choose something in the menu of a person."""
    await page.get_by_role("button", name=f"Що зробити: {name}").click()
    await page.get_by_role("menuitem", name=action).click()


def toast(page: Page) -> Locator:
    return page.get_by_test_id("toast")


async def only_writes(route: Route) -> None:
    """What is read can't be reached any more; what is written can."""
    if route.request.method == "GET":
        await route.abort()
    else:
        await route.continue_()
