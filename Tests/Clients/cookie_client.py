"""Goes from registering to spending as a script with cookies does, with `requests` and with the standard library alone."""

import json
import sys
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

import requests

from journey import eventually, events, grant, login, order_number

shop, accrual = sys.argv[1:]


def followed(session: requests.Session, act, after: str | None = None) -> list:
    """Returns the events that a user receives from the act on, until the balance has changed."""
    headers = {"Last-Event-ID": after} if after else {}
    told = []
    with session.get(f"{shop}/api/user/events", headers=headers, stream=True, timeout=30) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        act()
        for event in events(stream.iter_lines(chunk_size=1, decode_unicode=True)):
            told.append(event)
            if event[1] == "balance":
                return told
    raise AssertionError("the stream has ended")


def with_requests(name: str) -> None:
    session = requests.Session()
    who = {"login": name, "password": "пароль"}
    assert session.post(f"{shop}/api/user/register", json=who, timeout=10).status_code == 200
    assert "HttpOnly" in next(iter(session.cookies))._rest
    assert session.get(f"{shop}/api/user", timeout=10).json()["login"] == name
    number = order_number()
    grant(accrual, number, 729.98)
    told = followed(session, lambda: session.post(f"{shop}/api/user/orders", data=number, timeout=10))
    assert told[-1][1:] == ("balance", {"current": 729.98, "withdrawn": 0})
    assert [order["status"] for _, name, order in told if name == "order"][-1] == "PROCESSED"
    assert [int(id) for id, _, _ in told] == sorted({int(id) for id, _, _ in told})
    assert followed(session, lambda: None, after=told[0][0]) == told[1:], "the same again"
    balance = f"{shop}/api/user/balance"
    eventually(lambda: session.get(balance, timeout=10).json()["current"] == 729.98, "the order is credited")
    spending = {"order": order_number(), "sum": 729.98}
    assert session.post(f"{shop}/api/user/balance/withdraw", json=spending, timeout=10).status_code == 200
    assert session.get(balance, timeout=10).json() == {"current": 0, "withdrawn": 729.98}
    table = session.get(f"{shop}/api/user/ledger", headers={"Accept": "text/csv"}, timeout=10)
    assert len(table.text.splitlines()) == 3

    many = [order_number() for _ in range(7)]
    for number in many:
        assert session.post(f"{shop}/api/user/orders", data=number, timeout=10).status_code == 202
    page = session.get(f"{shop}/api/user/orders", params={"limit": 3}, timeout=10)
    listed = [order["number"] for order in page.json()]
    while "next" in page.links:
        page = session.get(requests.compat.urljoin(page.url, page.links["next"]["url"]), timeout=10)
        listed += [order["number"] for order in page.json()]
    assert len(listed) == 8 and listed[:7] == many[::-1]

    # A request that another site made the browser send.
    strange = session.post(f"{shop}/api/user/orders", data="18", headers={"Origin": "https://a.example"}, timeout=10)
    assert "the Origin is a.example" in strange.json()["detail"]
    # A proxy has changed the Host, and the browser reports that the page is the shop's.
    proxied = {"Origin": "https://a.example", "Sec-Fetch-Site": "same-origin", "Authorization": "Basic cHJveHk6eA=="}
    assert session.post(f"{shop}/api/user/orders", data="18", headers=proxied, timeout=10).status_code in (200, 202, 409)
    assert strange.status_code == 403 and strange.headers["Content-Type"] == "application/problem+json"


def with_the_standard_library(name: str) -> None:
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    who = json.dumps({"login": name, "password": "correct horse"}).encode()
    assert opener.open(f"{shop}/api/user/register", who, timeout=10).status == 200
    cookies = sorted((cookie.name, cookie.path) for cookie in jar)
    assert cookies == [("device", "/api/user"), ("session", "/")]
    assert all(cookie.expires for cookie in jar)
    # Cookie jars of RFC 2965 send it in this form, such as the JDK's.
    token = next(cookie.value for cookie in jar if cookie.name == "session")
    quoted = urllib.request.Request(f"{shop}/api/user", headers={"Cookie": f'$Version="1"; session="{token}";$Path="/"'})
    assert json.load(urllib.request.urlopen(quoted, timeout=10))["login"] == name
    assert opener.open(f"{shop}/api/user/orders", timeout=10).status == 204
    assert opener.open(f"{shop}/api/user/orders", order_number().encode(), timeout=10).status == 202
    try:
        urllib.request.urlopen(f"{shop}/api/user/balance", timeout=10)
        raise AssertionError("a stranger sees a balance")
    except urllib.error.HTTPError as error:
        assert error.code == 401 and error.headers["WWW-Authenticate"] == "Bearer"
        assert json.load(error)["status"] == 401


with_requests(login("requests"))
with_the_standard_library(login("cookiejar"))
print("cookie client: done")
