"""Gives the requests that Schemathesis generates what a schema can't express: valid check digits, cursors, and a session."""

import os

import requests
import schemathesis
from journey import login, with_check_digit
from schemathesis import GenerationMode

TEXT_BYTES_MAX = {"login": 256, "password": 1024, "current": 1024, "new": 1024}
HAS_SECRETS = {"register", "signIn", "changePassword"}
NUMBER_OF_ORDER = {"uploadOrder", "withdraw", "acceptReceipt", "sell", "spendPoints"}


def corrected(text: str) -> str:
    """Gives every second number a valid check digit; most of the others fail the check."""
    digits = text.strip()
    return text.replace(digits, with_check_digit(digits[:-1])) if digits.isdigit() and len(digits) % 2 else text


def operation_id(case) -> str:
    return case.operation.definition.raw.get("operationId", "")


def admitted(case, name: str, value):
    """JSON Schema counts characters, while the server counts bytes."""
    if not isinstance(value, str):
        return value
    if operation_id(case) in NUMBER_OF_ORDER and name == "order":
        return corrected(value)
    if operation_id(case) in HAS_SECRETS and name in TEXT_BYTES_MAX:
        return value.encode()[: TEXT_BYTES_MAX[name]].decode(errors="ignore")
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    # Only the server can make a valid cursor.
    if case.query and "cursor" in case.query:
        case.query = {name: value for name, value in case.query.items() if name != "cursor"}
    if operation_id(case) in NUMBER_OF_ORDER and isinstance(case.body, str):
        case.body = corrected(case.body)
    elif isinstance(case.body, dict):
        case.body = {name: admitted(case, name, value) for name, value in case.body.items()}


def new_session() -> str:
    who = {"login": login("fuzzed"), "password": "a long password"}
    answer = requests.post(f"{os.environ['SHOP']}/api/user/register", json=who, timeout=10)
    return answer.headers["Authorization"]


class SignedIn:
    """Uses one session for all requests except those that end it."""

    def get(self, case, context):
        return new_session()

    def set(self, case, data, context):
        session = new_session() if operation_id(case) == "signOut" else data
        case.headers = {**(case.headers or {}), "Authorization": session}


class Keyed:
    """Uses the key of an owner for all requests to the API of the staff."""

    def get(self, case, context):
        return f"Bearer {os.environ['KEY']}"

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": data}


if "KEY" in os.environ:
    schemathesis.auth(refresh_interval=86_400)(Keyed)
if "SHOP" in os.environ:
    schemathesis.auth(refresh_interval=86_400)(SignedIn)
