"""Who the clients are, as far as the asker may know."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language

from identity import queries as identity
from identity.masking import mask
from kernel import secrets
from kernel.actor import Actor, Scope
from kernel.countries import country_name, is_country
from modules.clients.errors import ClientIsBlocked, NoSuchClient, NoSuchGroup, NoSuchLevel
from modules.clients.models import (
    LEVELS,
    MOVES,
    TONES,
    VERBS,
    Client,
    ClientGroup,
    GroupMember,
    State,
    VerificationLevel,
)
from modules.clients.types import (
    ClientCard,
    ClientFilter,
    ClientLine,
    ClientPage,
    Contact,
    GroupLine,
    LevelLine,
    Profile,
    Standing,
)

PER_PAGE = 25
SEE = "clients.see_clients"

_ORDER: Mapping[str, tuple[str, ...]] = {
    "registered": ("registered_at", "pk"),
    "name": ("first_name", "last_name", "pk"),
    "country": ("country", "pk"),
    "state": ("state", "pk"),
    "level": ("level", "pk"),
    "number": ("number",),
    "seen": ("seen_at", "pk"),
}


def clients(wanted: ClientFilter, *, by: Actor) -> ClientPage:
    """A page of the clients that ``by`` may see."""
    rows = _narrowed(_within_reach(by), wanted, by=by).order_by(*_order(wanted.sort))
    page: Page[Client] = Paginator(rows, PER_PAGE).get_page(wanted.page)
    return ClientPage(lines=_lines(page, by=by), page=page, total=page.paginator.count)


def clients_after(
    number: int, *, limit: int, wanted: ClientFilter, by: Actor
) -> tuple[ClientLine, ...]:
    """Up to ``limit`` clients that ``by`` may see with numbers above ``number``, in order."""
    rows = _narrowed(_within_reach(by), wanted, by=by)
    return _lines(rows.filter(number__gt=number).order_by("number")[:limit], by=by)


def counts_by_state(*, by: Actor) -> Mapping[str, int]:
    """How many clients that ``by`` may see stand in each state."""
    rows = _within_reach(by).values_list("state").annotate(count=Count("pk"))
    return dict.fromkeys(State.values, 0) | dict(rows)


def health_figures() -> Mapping[str, int]:
    """What clients let the vendor know: how many there are, never who."""
    return {"clients": Client.objects.count()}


def client(client_id: uuid.UUID, *, by: Actor) -> ClientCard:
    """A client as a colleague sees him.

    Raises:
        NoSuchClient: There is none, or the asker's right does not reach him.
    """
    row = _within_reach(by).filter(pk=client_id).first()
    if row is None:
        raise NoSuchClient
    teams = {team.id: team.name for team in identity.team_lines()} if row.team_id else {}
    profile = _profile(row)
    return ClientCard(
        line=_lines([row], by=by)[0],
        profile=Profile(
            first_name=profile.first_name,
            last_name=profile.last_name,
            country=profile.country,
            city=profile.city,
            phone=mask(by, "phone", profile.phone),
            address=mask(by, "address", profile.address),
            born_on=None if "birth_date" in by.masked else profile.born_on,
        ),
        team_id=row.team_id,
        team_name=teams.get(row.team_id, "") if row.team_id else "",
        state_reason=row.state_reason,
        moves=tuple((str(s), VERBS[s]) for s in State if s in MOVES[State(row.state)]),
        groups=tuple(_group(one.group) for one in _memberships(row.pk)),
        level_reason=row.level_reason,
        level_at=row.level_at,
    )


def profile(client_id: uuid.UUID) -> Profile:
    """A client's own profile, unmasked: for himself.

    Raises:
        NoSuchClient: There is none.
    """
    return _profile(_get(client_id))


def contact(client_id: uuid.UUID) -> Contact:
    """What a neighbour needs to act for a client.

    Raises:
        NoSuchClient: There is none.
    """
    row = _get(client_id)
    return Contact(
        id=row.pk,
        number=row.number,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        phone=row.sealed("phone"),
        country=row.country,
        city=row.city,
    )


def registered_at(client_id: uuid.UUID) -> dt.datetime:
    """Since when a client is one.

    Raises:
        NoSuchClient: There is none.
    """
    return _get(client_id).registered_at


def names(client_ids: Iterable[uuid.UUID | None]) -> Mapping[uuid.UUID, str]:
    """Names of clients by id, in one query; a client without a name is shown by number."""
    wanted = {i for i in client_ids if i is not None}
    rows = Client.objects.filter(pk__in=wanted).only("first_name", "last_name", "number")
    return {row.pk: _name(row) for row in rows}


def ids_within_reach(code: str, *, by: Actor) -> QuerySet[Client, uuid.UUID] | None:
    """Ids of the clients that right ``code`` reaches, as a subquery; ``None`` means all of them."""
    if by.scope(code) == Scope.ALL:
        return None
    return _within_reach(by, code).values_list("pk", flat=True)


def find_ids(words: str, *, limit: int = 200) -> tuple[uuid.UUID, ...]:
    """Ids of clients whose name, e-mail or number matches ``words``."""
    return tuple(Client.objects.filter(_matching(words)).values_list("pk", flat=True)[:limit])


def standing(client_id: uuid.UUID) -> Standing:
    """What decides what a client is offered.

    Raises:
        NoSuchClient: There is none.
    """
    row = _get(client_id)
    groups = GroupMember.objects.filter(client=row).values_list("group_id", flat=True)
    return Standing(country=row.country, level=row.level, groups=frozenset(groups))


def levels() -> tuple[LevelLine, ...]:
    """All verification levels from nothing proven upwards."""
    rows = {row.rank: row for row in VerificationLevel.objects.all()}
    ranks = sorted({*range(len(LEVELS)), *rows})
    return tuple(_level(rank, rows.get(rank)) for rank in ranks)


def level(rank: int) -> LevelLine:
    """One of them.

    Raises:
        NoSuchLevel: There is none.
    """
    for one in levels():
        if one.rank == rank:
            return one
    raise NoSuchLevel


def groups(*, with_archived: bool = False) -> tuple[GroupLine, ...]:
    """The broker's groups of clients, by name."""
    rows = ClientGroup.objects.annotate(clients=Count("members"))
    if not with_archived:
        rows = rows.filter(archived_at=None)
    return tuple(_group(row, row.clients) for row in rows.order_by("name", "pk"))


def group(group_id: uuid.UUID) -> GroupLine:
    """One of them.

    Raises:
        NoSuchGroup: There is none.
    """
    for one in groups(with_archived=True):
        if one.id == group_id:
            return one
    raise NoSuchGroup


def refuse_blocked(client_id: uuid.UUID) -> None:
    """Say no to a client who may not act.

    Raises:
        NoSuchClient: There is none.
        ClientIsBlocked: He is blocked or closed.
    """
    if _get(client_id).state in {State.BLOCKED, State.CLOSED}:
        raise ClientIsBlocked


def is_complete(client_id: uuid.UUID) -> bool:
    """Whether the profile holds what a trading server asks for: a name and a country."""
    row = Client.objects.filter(pk=client_id).first()
    return bool(row and row.first_name and row.last_name and row.country)


def _get(client_id: uuid.UUID) -> Client:
    row = Client.objects.filter(pk=client_id).first()
    if row is None:
        raise NoSuchClient
    return row


def _within_reach(by: Actor, code: str = SEE) -> QuerySet[Client]:
    return Client.objects.filter(identity.in_scope(by, code, team="team_id"))


def _memberships(client_id: uuid.UUID) -> QuerySet[GroupMember]:
    rows = GroupMember.objects.filter(client_id=client_id).select_related("group")
    return rows.order_by("group__name", "pk")


def _owners(rows: Iterable[Client]) -> Mapping[uuid.UUID, str]:
    people = identity.people(row.owner_id for row in rows if row.owner_id)
    return {person.id: person.full_name or person.email for person in people.values()}


def _narrowed(rows: QuerySet[Client], wanted: ClientFilter, *, by: Actor) -> QuerySet[Client]:
    if wanted.words.strip():
        rows = rows.filter(_matching(wanted.words))
    if wanted.state in State.values:
        rows = rows.filter(state=wanted.state)
    if is_country(wanted.country):
        rows = rows.filter(country=wanted.country)
    if wanted.owner == "me":
        rows = rows.filter(owner_id=by.id)
    elif wanted.owner == "none":
        rows = rows.filter(owner_id=None)
    if wanted.level is not None:
        rows = rows.filter(level=wanted.level)
    if wanted.group is not None:
        rows = rows.filter(memberships__group_id=wanted.group)
    return rows


def _matching(words: str) -> Q:
    match = Q()
    for word in words.split():
        one = (
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
        )
        digits = "".join(c for c in word if c.isdigit())
        if digits and len(digits) <= 9:  # noqa: PLR2004  # what fits the column of numbers
            one |= Q(number=int(digits))
        match &= one
    whole = "".join(c for c in words if c.isdigit())
    if len(whole) >= 6:  # noqa: PLR2004  # shorter is no whole phone number
        match |= Q(phone_index=secrets.blind_index("clients.Client.phone", whole))
    return match


def _order(sort: str) -> tuple[str, ...]:
    fields = _ORDER.get(sort.lstrip("-"), _ORDER["registered"])
    if not sort.startswith("-"):
        return fields
    return tuple(f"-{field}" for field in fields)


def _name(row: Client) -> str:
    return f"{row.first_name} {row.last_name}".strip() or f"C-{row.number}"


def _profile(row: Client) -> Profile:
    born = row.sealed("born_on")
    return Profile(
        first_name=row.first_name,
        last_name=row.last_name,
        country=row.country,
        city=row.city,
        phone=row.sealed("phone"),
        address=row.sealed("address"),
        born_on=dt.date.fromisoformat(born) if born else None,
    )


def _lines(rows: Iterable[Client], *, by: Actor) -> tuple[ClientLine, ...]:
    found = list(rows)
    names, called = _owners(found), {one.rank: one.name for one in levels()}
    return tuple(_line(row, names, called.get(row.level, ""), by=by) for row in found)


def _line(row: Client, names: Mapping[uuid.UUID, str], level_name: str, *, by: Actor) -> ClientLine:
    state = State(row.state)
    return ClientLine(
        id=row.pk,
        number=row.number,
        name=_name(row),
        email=mask(by, "email", row.email),
        country=row.country,
        country_name=country_name(row.country),
        language=row.language,
        state=row.state,
        state_label=state.label,
        tone=TONES[state],
        owner_id=row.owner_id,
        owner_name=names.get(row.owner_id, "") if row.owner_id else "",
        level=row.level,
        level_name=level_name,
        registered_at=row.registered_at,
        seen_at=row.seen_at,
    )


def _level(rank: int, row: VerificationLevel | None) -> LevelLine:
    if row is None:
        return LevelLine(rank=rank, name=str(LEVELS[rank]), title=str(LEVELS[rank]))
    language = get_language() or "en"
    title = row.titles.get(language) or row.titles.get(language.partition("-")[0]) or row.name
    return LevelLine(rank=rank, name=row.name, title=title, titles=row.titles)


def _group(row: ClientGroup, clients_count: int = 0) -> GroupLine:
    return GroupLine(id=row.pk, name=row.name, clients=clients_count, archived_at=row.archived_at)
