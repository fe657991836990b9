"""Answers of a MetaTrader 5 access server: number and words."""

from __future__ import annotations

WORDS = {
    0: "Done",
    1: "OK/None",
    2: "Common error",
    3: "Invalid parameters",
    4: "Invalid data",
    5: "Disk error",
    6: "Memory error",
    7: "Network error",
    8: "Not enough permissions",
    9: "Operation timeout",
    10: "No connection",
    11: "Service is not available",
    12: "Too frequent requests",
    13: "Not found",
    14: "Operation has not been completed",
    15: "Server shutdown in progress",
    16: "Operation was canceled",
    17: "Duplicate attempt",
    1000: "Invalid client type",
    1001: "Invalid account",
    1002: "Account disabled",
    1010: "Old client version",
    1011: "Manager has no configuration",
    1012: "IP address is not allowed",
    1020: "Unknown authentication error",
    1026: "Password must be changed",
    3001: "Last administrator",
    3002: "Login range exhausted",
    3003: "Login reserved at another server",
    3004: "Account already exists",
    3006: "Invalid account password",
    3008: "Account has open trades",
    3010: "Group of another currency",
    4005: "Money limit reached",
    10004: "Requote",
    10006: "Request rejected",
    10008: "Order placed",
    10009: "Request executed",
    10013: "Invalid request",
    10014: "Invalid volume",
    10015: "Invalid price",
    10016: "Invalid stops",
    10017: "Trade disabled",
    10018: "Market closed",
    10019: "No money",
    10021: "No prices",
    10024: "Too many trade requests",
    10035: "Invalid order type",
    10036: "Position closed",
    10038: "Close volume is too large",
    12002: "Command is not supported",
}


class Retcode(Exception):
    """An answer other than 0."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def phrase(code: int) -> str:
    """The ``retcode`` text: number first, words for people after it."""
    return f"{code} {WORDS.get(code, 'Unknown')}"
