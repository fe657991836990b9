"""A broker of the story: its people, its address, and what was seen on the way."""

from __future__ import annotations

from urllib.parse import urlsplit

from devstack.story.visitor import Visitor
from tests.journeys import checks


class Told:
    """What is known of one broker by now."""

    def __init__(self, cast, product):
        self.cast = cast
        self.product = product
        self.sign_up = None
        self.modules = []
        self.seed = ""
        self.first_office_page = ""
        self.checklists = []
        self.looks = []
        self.tests = []
        self.logins = {}
        self.states = {}
        self.complaints = []
        self.violations = {}

    @property
    def base(self):
        """Where its rooms are."""
        return f"http://{self.cast.slug}.localhost:{self.product.env['PUBLIC_PORT']}"

    def look(self, person):
        """Note what axe-core finds on a page that is seen once only."""
        self.violations[person.page.title()] = checks.violations(person)

    def keep(self, who, person):
        """Close somebody's window and remember its cookies and complaints."""
        self.complaints += person.complaints
        self.states[who] = person.leave()
        return self

    def visitor(self, who, *, at=""):
        """A plain HTTP client with somebody's cookies, at this broker or at another's base."""
        client = Visitor(at or self.base)
        for cookie in self.states[who]["cookies"]:
            client.http.cookies.set(cookie["name"], cookie["value"])
        return client

    def remember(self, who, visitor):
        """Carry the cookies of a plain HTTP client over to browsers."""
        self.states[who] = {
            "cookies": [
                {
                    "name": cookie.name,
                    "value": cookie.value,
                    "domain": urlsplit(self.base).hostname,
                    "path": "/",
                }
                for cookie in visitor.http.cookies.jar
            ],
            "origins": [],
        }
