"""What the clients share: numbers of orders, receipts, and patience."""

import random
import time

import requests

SECONDS_MAX = 30


def order_number() -> str:
    """One that nobody used before, as good as surely."""
    digits = [random.randrange(10) for _ in range(17)]
    doubled = (d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(reversed(digits)))
    return "".join(map(str, digits)) + str(-sum(doubled) % 10)


def login(name: str) -> str:
    return f"{name}-{random.randrange(10**12)}"


def grant(accrual: str, number: str, points: float) -> None:
    """Has the accrual system grant points for an order."""
    match = f"good-{number}"
    rule = {"match": match, "reward": points, "reward_type": "pt"}
    requests.post(f"{accrual}/api/goods", json=rule, timeout=10).raise_for_status()
    receipt = {"order": number, "goods": [{"description": match, "price": 1}]}
    assert requests.post(f"{accrual}/api/orders", json=receipt, timeout=10).status_code == 202


def eventually(ask, what: str):
    """What `ask` returns once that is something."""
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {SECONDS_MAX} s: {what}")
