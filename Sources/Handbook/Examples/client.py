#!/usr/bin/env python3
"""A customer registers, uploads an order, waits for its points, and pays for another order with points.

    PASSWORD=secret python3 client.py ADDRESS LOGIN ORDER PURCHASE POINTS

ORDER earns points, and POINTS are spent on PURCHASE. Run it again after any failure: nothing is done twice.
"""

import json
import os
import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ATTEMPTS_MAX = 8
# Longer than the pause between two heartbeats of the stream of events, 15 s.
SILENCE_SECONDS_MAX = 40


class Refused(Exception):
    """The server has decided against a request. It would refuse the same request again."""

    def __init__(self, error: HTTPError):
        self.status = error.code
        super().__init__(f"{error.code} {error.read().decode()}")


class Shop:
    def __init__(self, address: str, login: str, password: str):
        self.address = address
        self.credentials = {"login": login, "password": password}
        self.token = None

    def register(self):
        try:
            self.token = json.load(self.send("/api/user/register", self.credentials))["token"]
        except Refused as refused:
            if refused.status != 409:  # The login is taken, perhaps by an earlier run.
                raise
            self.sign_in()

    def sign_in(self):
        self.token = None
        self.token = json.load(self.send("/api/user/login", self.credentials))["token"]

    def send(self, path: str, body=None):
        """Sends a request until it is answered. That does no harm: the server does nothing of this API twice."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return self.open(path, body)
            except HTTPError as error:
                has_ended = error.code == 401 and self.token
                # 429 and 503 say when to ask again. After other errors of the server, the outcome is unknown.
                may_ask = has_ended or error.code == 429 or error.code >= 500
                if not may_ask or attempt == ATTEMPTS_MAX:
                    raise Refused(error)
                seconds = int(error.headers.get("Retry-After", 1))
                if has_ended:
                    self.sign_in()
            except (OSError, HTTPException):  # There is no connection, or it was lost.
                if attempt == ATTEMPTS_MAX:
                    raise
                seconds = 1
            time.sleep(seconds)

    def open(self, path: str, body):
        request = Request(self.address + path)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            is_text = isinstance(body, str)
            request.add_header("Content-Type", "text/plain" if is_text else "application/json")
            request.data = (body if is_text else json.dumps(body)).encode()
        return urlopen(request, timeout=SILENCE_SECONDS_MAX)

    def final_status(self, number: str) -> str:
        """Follows the customer's events until the order's status is final."""
        while True:
            with self.send("/api/user/events") as stream:
                for line in lines(stream):
                    # The stream begins with a comment. After it and after each event, the order is read: no change is
                    # missed.
                    if line.startswith((b":", b"event:")):
                        status = json.load(self.send(f"/api/user/orders/{number}"))["status"]
                        if status in ("PROCESSED", "INVALID"):
                            return status
            time.sleep(1)


def lines(stream):
    """Reads lines until the connection is lost, or silent for too long."""
    try:
        yield from stream
    except (OSError, HTTPException):
        return


def main(address: str, login: str, order: str, purchase: str, points: str):
    shop = Shop(address, login, os.environ["PASSWORD"])
    shop.register()
    # 202: accepted; 200: this customer uploaded it before; 409: another customer did; 422: a digit is wrong.
    shop.send("/api/user/orders", order)
    print(shop.final_status(order))
    # 200: paid, now or before; 402: the balance is too low; 409: paid by another customer, or with another sum.
    shop.send("/api/user/balance/withdraw", {"order": purchase, "sum": float(points)})
    balance = json.load(shop.send("/api/user/balance"))
    print(balance["current"], "points are left,", balance["withdrawn"], "are spent")


if len(sys.argv) != 6 or not os.environ.get("PASSWORD"):
    sys.exit("usage: PASSWORD=secret python3 client.py ADDRESS LOGIN ORDER PURCHASE POINTS")
try:
    main(*sys.argv[1:])
except (Refused, OSError) as error:
    sys.exit(str(error))
