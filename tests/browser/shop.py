"""A company's site of another origin, with a strict policy and the widget's one tag."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize

from opdesk.kit.layers import Receive, Scope, Send, answer
from tests.desk import Desk
from tests.servers import serving
from tests.widget.sites import Shop, open_shop

WIDTHS = {
    "desktop": ViewportSize(width=1440, height=900),
    "tablet": ViewportSize(width=820, height=1180),
    "phone": ViewportSize(width=390, height=844),
}
OPENED = """
const close = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (init) {
  return close.call(this, {...init, mode: "open"});
};
"""
"""Lets tests look inside; that it is closed has a test of its own."""
WATCHING = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Site:
    """The site's server. `before` is the text of a script of its own, loaded before the tag."""

    desk_url: str = ""
    key: str = ""
    url: str = ""
    language: str = "uk"
    before: str = ""
    attributes: str = ""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    @property
    def policy(self) -> str:
        """Nothing inline, nothing of anybody but the site and the desk."""
        desk = self.desk_url
        return (
            f"default-src 'none'; script-src 'self' {desk}; connect-src {desk}; style-src 'self';"
            f" img-src {desk}; media-src {desk}; base-uri 'none'; form-action 'self'"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{word}.complete"})
            return
        if scope["path"] == "/before.js":
            await answer(send, 200, self.before.encode(), b"text/javascript")
            return
        address = f"{self.desk_url}/widget.js?id={self.key}"
        tag = f'<script src="{address}" async {self.attributes}></script>'
        body = (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>Shop</title><script src="/before.js"></script>'
            f"{'' if scope['path'] == '/bare' else tag}"
            '</head><body><main><h1>Shop</h1><p><a href="/next">Next</a></p></main>'
            "</body></html>"
        )
        headers = [(b"content-security-policy", self.policy.encode()), *self.headers]
        await answer(send, 200, body.encode(), b"text/html; charset=utf-8", headers)


@dataclass
class Visit:
    """A visitor's tab at the site."""

    site: Site
    shop: Shop
    page: Page

    async def goes(self, path: str = "/") -> None:
        await self.page.goto(self.site.url + path)

    @property
    def launcher(self) -> Locator:
        return self.page.locator("button.launcher")

    @property
    def window(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def input(self) -> Locator:
        return self.window.locator(".composer textarea")

    async def opens(self) -> None:
        await self.launcher.click()

    async def skips_form(self) -> None:
        await self.window.locator("button.main").click()

    async def writes(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")

    def bubble(self, text: str) -> Locator:
        return self.window.locator(".bubble", has_text=text)

    async def violations(self) -> list[str]:
        found: list[str] = await self.page.evaluate("window.violations")
        return found


@asynccontextmanager
async def open_site(desk: Desk, **settings: str) -> AsyncIterator[tuple[Site, Shop]]:
    """A site that the desk knows, and its widget."""
    site = Site(desk_url=desk.base_url)
    async with serving(site) as url:
        site.url = url
        shop = await open_shop(desk, settings={"origins": url, **settings})
        site.key = shop.key
        yield site, shop


@asynccontextmanager
async def visiting(
    browser: Browser, site: Site, shop: Shop, width: str = "desktop", **given: Any
) -> AsyncIterator[Visit]:
    """A new visitor, whose browser must have nothing to complain of in the end."""
    options = {"viewport": WIDTHS[width], "locale": "uk-UA", "has_touch": width == "phone"}
    context: BrowserContext = await browser.new_context(**{**options, **given})
    try:
        async with tab(context, site, shop) as visit:
            yield visit
    finally:
        await context.close()


@asynccontextmanager
async def tab(context: BrowserContext, site: Site, shop: Shop) -> AsyncIterator[Visit]:
    page = await context.new_page()
    await page.add_init_script(OPENED)
    await page.add_init_script(WATCHING)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    visit = Visit(site, shop, page)
    yield visit
    assert problems == []
    assert await visit.violations() == []
    assert await context.cookies() == []
