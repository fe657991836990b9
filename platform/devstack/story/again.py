"""When the story was played before: everything is still there, and people can sign in."""

from __future__ import annotations

from typing import Any

from devstack.story import vendor
from devstack.story.telling import chapter, step
from devstack.story.visitor import Visitor


def revisit(state: dict[str, Any]) -> None:
    """Sign in as the client of each broker and see the accounts; open the console."""
    with chapter("The story was played before; its people come back"):
        for broker in state["brokers"]:
            with step(f"{broker['name']} is live, its client sees the accounts", broker["url"]):
                client = Visitor(broker["url"])
                client.go("/accounts/login/")
                client.send(
                    "login",
                    "password",
                    values={
                        "login": broker["client"]["email"],
                        "password": broker["client"]["password"],
                    },
                )
                client.go("/room/traders_room/")
                client.expect(*broker["client"]["logins"].values())
        with step("the vendor's console lists them", state["vendor"]["url"] + "/console/"):
            omar = vendor.sign_in(state["vendor"])
            omar.go("/console/brokers/")
            omar.expect(*(b["name"].replace("&", "&amp;") for b in state["brokers"]))
