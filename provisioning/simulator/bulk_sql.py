"""The statements that turn drafts of trades into a book (see :mod:`.bulk`)."""

from __future__ import annotations

DRAFT = """
create temp table bulk_moments (
  m integer primary key, symbol text, time_ms integer, bid integer, ask integer, digits integer,
  contract integer, profit text);
create temp table bulk_worths (
  m integer, currency text, worth integer, rate text, primary key (m, currency)) without rowid;
create temp table bulk_accounts (
  login integer primary key, currency text, digits integer, markup integer, fee integer);
create temp table bulk_trades (
  n integer primary key, login integer, opens integer, closes integer, side integer,
  lots integer);
create temp table bulk_events (e integer primary key, n integer, m integer, is_out integer);
create temp table bulk_sums (login integer primary key, result integer)
"""

_EVENTS = """
insert into temp.bulk_events (n, m, is_out)
select n, opens as m, 0 as is_out from temp.bulk_trades
union all select n, closes, 1 from temp.bulk_trades where closes >= 0
order by m, is_out, n
"""

# Deposits come first, spread over an hour; their amounts follow when the results are known.
_DEPOSITS = """
insert into deals (deal, login, dealer, action, currency_digits, time_ms, comment, reason)
select :deal + row_number() over (order by login), login, 1000, 2, digits,
  :since + row_number() over (order by login) * 3600000 / (:accounts + 1), 'Deposit', 2
from temp.bulk_accounts
"""

# A buy opens at the ask with the group's mark-up and closes at the bid; a sell the other way.
_DEALS = """
insert into deals (deal, login, ord, action, entry, symbol, digits, currency_digits, contract,
  time_ms, price, price_position, volume, closed, profit, commission, rate_profit, position)
select :deal + :accounts + e, login, :order + n + is_out * :trades, abs(side - is_out), is_out,
  symbol, digits, money, contract, time_ms, price, is_out * first, lots * 1000000,
  is_out * lots * 1000000, is_out * (price - first) * (1 - 2 * side) * lots * worth / 1000000,
  -(fee * lots + 500000) / 1000000, rate, :order + n
from (
  select e.e, e.is_out, t.n + 1 as n, t.login, t.side, t.lots, m.symbol, m.digits, m.contract,
    m.time_ms, a.digits as money, a.fee, w.worth, w.rate,
    case when t.side = e.is_out then m.ask + a.markup else m.bid end as price,
    case when t.side = 0 then o.ask + a.markup else o.bid end as first
  from temp.bulk_events e
  cross join temp.bulk_trades t on t.n = e.n
  cross join temp.bulk_accounts a on a.login = t.login
  cross join temp.bulk_moments m on m.m = e.m
  cross join temp.bulk_moments o on o.m = t.opens
  cross join temp.bulk_worths w on w.m = e.m and w.currency = a.currency)
order by e
"""

_ORDERS = """
insert into orders (ord, login, symbol, type, state, digits, contract, initial, remaining, price,
  setup_ms, done_ms, position)
select ord, login, symbol, action, 4, digits, contract, volume, 0, price, time_ms, time_ms, position
from deals where deal > :deal + :accounts order by ord
"""

_POSITIONS = """
insert into positions (position, login, symbol, side, digits, contract, volume, price_open,
  opened_ms, updated_ms)
select :order + t.n + 1, t.login, m.symbol, t.side, m.digits, m.contract, t.lots * 1000000,
  case when t.side = 0 then m.ask + a.markup else m.bid end, m.time_ms, m.time_ms
from temp.bulk_trades t
cross join temp.bulk_accounts a on a.login = t.login
cross join temp.bulk_moments m on m.m = t.opens
where t.closes < 0
"""

RESULTS = "select login, profit + storage + commission from deals where deal > ?"

# From 2,000 to 17,000 units in whole hundreds (a hundred times that where there are no cents), and
# as much more as was lost.
_AMOUNTS = """
update deals set profit = (
  select (20 + (s.login * 7919 + :luck) % 151) * 10000
    + max(0, -s.result) / 10000 * 10000 + (s.result < 0) * 10000
  from temp.bulk_sums s where s.login = deals.login)
where deal > :deal and deal <= :deal + :accounts
"""

_BALANCES = """
update users set balance = d.profit + s.result
from deals d cross join temp.bulk_sums s on s.login = d.login
where d.deal > :deal and d.deal <= :deal + :accounts and users.login = d.login
"""

FILL = (_EVENTS, _DEPOSITS, _DEALS, _ORDERS, _POSITIONS)
SETTLE = (_AMOUNTS, _BALANCES)
