"""The parts that the clients share: order numbers, receipts, events, and waiting."""

import json
import random
import time
import uuid

import requests

SECONDS_MAX = 30


def with_check_digit(digits: str) -> str:
    """Returns the digits followed by their Luhn check digit."""
    doubled = [int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(digits))]
    return digits + str(-sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10)


def order_number() -> str:
    """Returns a number that is almost certainly new, whatever the seed of a test is."""
    return with_check_digit(str(random.SystemRandom().randrange(10**16, 10**17)))


def login(name: str) -> str:
    return f"{name}-{uuid.uuid4()}"


def grant(accrual: str, number: str, points: float) -> None:
    """Makes the accrual system grant points for an order."""
    match = f"good-{number}"
    rule = {"match": match, "reward": points, "reward_type": "pt"}
    requests.post(f"{accrual}/api/goods", json=rule, timeout=10).raise_for_status()
    receipt = {"order": number, "goods": [{"description": match, "price": 1}]}
    assert requests.post(f"{accrual}/api/orders", json=receipt, timeout=10).status_code == 202


def events(lines):
    """Reads server-sent events (WHATWG HTML, section 9.2.6): the id, the name and the object of each."""
    fields = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name:
            fields[name] = value
        elif line == "" and "data" in fields:
            yield fields["id"], fields["event"], json.loads(fields["data"])
            fields = {}


def eventually(ask, what: str):
    """Calls `ask` until it returns something, and returns that."""
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {SECONDS_MAX} s: {what}")
