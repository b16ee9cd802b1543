"""Goes from registering to spending with the client that was generated from the OpenAPI document."""

import re
import sys
from http import HTTPStatus

from generated import AuthenticatedClient, Client
from generated.api.accounts import get_user, register, sign_in
from generated.api.balance import (
    get_balance,
    list_ledger,
    list_withdrawals,
    list_withdrawals_at_older_path,
    withdraw,
)
from generated.api.orders import list_orders, upload_order
from generated.models import Credentials, OrderStatus, Problem, Spending
from generated.types import File
from journey import eventually, grant, login, order_number

shop, accrual = sys.argv[1:]

visitor = Client(base_url=shop)
who = Credentials(login=login("generated"), password="correct horse")
assert register.sync_detailed(client=visitor, body=who).status_code == HTTPStatus.OK
again = register.sync_detailed(client=visitor, body=who)
assert again.status_code == HTTPStatus.CONFLICT and isinstance(again.parsed, Problem) and again.parsed.status == 409

signed_in = sign_in.sync_detailed(client=visitor, body=who)
token = signed_in.parsed.token
assert signed_in.headers["Authorization"] == f"Bearer {token}"
client = AuthenticatedClient(base_url=shop, token=token)
assert get_user.sync(client=client).login == who.login

numbers = [order_number() for _ in range(5)]
for number in numbers:
    grant(accrual, number, 20.25)
    for status in (HTTPStatus.ACCEPTED, HTTPStatus.OK):
        assert upload_order.sync_detailed(client=client, body=File(payload=number.encode())).status_code == status
refused = upload_order.sync_detailed(client=client, body=File(payload=b"12345678901"))
assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and isinstance(refused.parsed, Problem)


def finished():
    orders = list_orders.sync(client=client)
    return orders if all(order.status == OrderStatus.PROCESSED for order in orders) else None


orders = eventually(finished, "all orders are processed")
assert [order.number for order in orders] == numbers[::-1] and all(order.accrual == 20.25 for order in orders)

paged, cursor = [], {}
while cursor is not None:
    page = list_orders.sync_detailed(client=client, limit=2, **cursor)
    paged += page.parsed
    found = re.fullmatch(r'<[^>]*[?&]cursor=([^&>]+)>; rel="next"', page.headers.get("Link", ""))
    cursor = {"cursor": found[1]} if found else None
assert paged == orders, "pages neither skip nor repeat"

balance = get_balance.sync(client=client)
assert (balance.current, balance.withdrawn) == (101.25, 0)
spending = Spending(order=order_number(), sum_=51.05)
for _ in range(2):
    assert withdraw.sync_detailed(client=client, body=spending).status_code == HTTPStatus.OK
too_much = withdraw.sync_detailed(client=client, body=Spending(order=order_number(), sum_=1000))
assert too_much.status_code == HTTPStatus.PAYMENT_REQUIRED and isinstance(too_much.parsed, Problem)
balance = get_balance.sync(client=client)
assert (balance.current, balance.withdrawn) == (50.2, 51.05)
assert [entry.sum_ for entry in list_withdrawals.sync(client=client)] == [51.05]
# One sum is calculated with floating-point numbers, the other is a string, as a typed client writes a decimal.
for amount in (0.1 + 0.2, "12.10"):
    spending = Spending(order=order_number(), sum_=amount)
    assert withdraw.sync_detailed(client=client, body=spending).status_code == HTTPStatus.OK
assert [entry.sum_ for entry in list_withdrawals_at_older_path.sync(client=client)] == [12.1, 0.3, 51.05]
assert len(list_ledger.sync(client=client)) == 8
print("generated client: done")
