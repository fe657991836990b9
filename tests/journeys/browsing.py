"""Somebody at a real browser, whose console is listened to."""

from __future__ import annotations

from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from devstack.chromium import launch_options

PATIENCE_MS = 30_000


@contextmanager
def chromium():
    """A headless Chromium; it takes every name under localhost to this machine by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """One person's browser window: cookies of its own, and everything that went wrong in it."""

    def __init__(self, browser, base, *, locale="en-GB", state=None, width=1280, scheme="light"):
        self.base = base.rstrip("/")
        self.context = browser.new_context(
            base_url=self.base,
            locale=locale,
            storage_state=state,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.path}: {error}"))

    def _hear(self, line):
        if line.type == "error":
            self.complaints.append(f"{self.path}: {line.text}")

    @property
    def path(self):
        """Where the window is, without the host."""
        return "/" + self.page.url.partition("://")[2].partition("/")[2]

    def go(self, path):
        """Open an address of this person's own site, or any full one."""
        return self.page.goto(path, wait_until="load")

    def fill(self, **fields):
        """Type into fields by the names they are sent under."""
        for name, words in fields.items():
            self.page.locator(f"[name={name}]:visible").first.fill(words)

    def click(self, name, role="button"):
        """Click a button, or what else has this role, by its exact words or a pattern of them."""
        exact = isinstance(name, str)
        self.page.get_by_role(role, name=name, exact=exact).first.click()

    def press(self, name, role="button"):
        """Click what leads to another page, and wait until it is there."""
        with self.page.expect_navigation(wait_until="load"):
            self.click(name, role)

    def words(self, selector="main"):
        """What a part of the page says, on one line."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def says(self, sentence):
        """Wait until the page says ``sentence``."""
        self.page.get_by_text(sentence).first.wait_for(state="visible")

    def leave(self):
        """Close the window; what it remembers can be carried to the next one."""
        state = self.context.storage_state()
        self.context.close()
        return state
