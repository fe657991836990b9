"""The people of the demo and what they want."""

from __future__ import annotations

from dataclasses import dataclass

VENDOR_EMAIL = "omar@atrium.example"
VENDOR_NAME = "Omar Haddad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in."""

    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker, its admin, its client, and how it looks and trades."""

    name: str
    slug: str
    country: str
    language: str
    time_zone: str
    preset: str
    brand: str
    """Its colour, ``#rrggbb``."""
    logo: str
    """An SVG file."""
    server_name: str
    server: int
    """Which of the simulated trading servers is its own."""
    live_group: str
    demo_group: str
    modules: slice
    """Which of the modules on the menu it takes."""
    admin: Person
    client: Person
    trader: str
    """What kind of trader its client is."""
    client_country: str


def _logo(shape: str, colour: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">'
        f'<path fill="{colour}" d="{shape}"/></svg>'
    )


BROKERS = (
    Broker(
        name="Harrow & Vale",
        slug="harrow",
        country="GB",
        language="en",
        time_zone="Europe/London",
        preset="harrow",
        brand="#0b5d4b",
        logo=_logo(
            "M24 3 43 9v15c0 11-8 18-19 21C13 42 5 35 5 24V9zM17 14v20h4v-8h6v8h4V14h-4v8h-6v-8z",
            "#0b5d4b",
        ),
        server_name="HarrowVale-Live",
        server=0,
        live_group="real\\standard-usd",
        demo_group="demo\\standard-usd",
        modules=slice(0, None, 2),
        admin=Person(
            name="Ada Winter", email="ada@harrow.example", password="granite harbour lamp 41"
        ),
        client=Person(
            name="Theo Marsh", email="theo@mail.example", password="seven kettles sing 20"
        ),
        trader="swing",
        client_country="GB",
    ),
    Broker(
        name="Noor Capital",
        slug="noor",
        country="AE",
        language="ar",
        time_zone="Asia/Dubai",
        preset="noor",
        brand="#b8893b",
        logo=_logo("M24 2 30 16 46 16 33 26 38 43 24 33 10 43 15 26 2 16 18 16z", "#b8893b"),
        server_name="NoorCapital-Main",
        server=1,
        live_group="real\\raw-eur",
        demo_group="demo\\raw-eur",
        modules=slice(1, None, 2),
        admin=Person(name="Ben Aziz", email="ben@noor.example", password="amber caravan north 58"),
        client=Person(
            name="Ines Karam", email="ines@mail.example", password="nine lanterns drift 73"
        ),
        trader="scalper",
        client_country="AE",
    ),
)
