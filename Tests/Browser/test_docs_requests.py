"""Requests that are sent from the documentation pages."""

import json

import pytest

from harness.accessibility import assert_accessible, assert_no_sideways_scroll
from harness.hands import HANDS
from harness.hostile import HOSTILE
from harness.profile import NARROW
from harness.waiting import wait_until


class Attempt:
    """The form of an operation."""

    def __init__(self, page, hand, title: str) -> None:
        self.page, self.hand = page, hand
        # From the heading on, the keyboard has a short way.
        page.run("location.hash = ''; location.hash = arguments[0].getAttribute('aria-labelledby')", self.article(title))
        hand.press(page, page.find("button", f"Try it: {title}"))
        self.form = page.find("form", f"Request: {title}")

    def article(self, title: str):
        return next(
            each for each in self.page.driver.find_elements("css selector", "article[data-path]")
            if each.find_element("css selector", "h3").text == title
        )

    def fill(self, label: str, text: str) -> None:
        self.hand.fill(self.page, self.page.named("input, textarea", label, self.form)[0], text)

    def send(self, button: str) -> str:
        """Sends the request, and returns the text of the response."""
        self.hand.press(self.page, self.page.find("button", button, self.form))
        self.page.wait_for_text("Headers", self.form)
        wait_until(lambda: not self.page.all("button", "Stop", self.form), "the response is there")
        return self.page.text(self.form)


def test_registering_and_reading_the_balance(make_profile, server, hand):
    page = make_profile().tab(f"{server.shop}/docs")
    register = Attempt(page, hand, "Add a user, and sign in")
    assert "can change its data" in page.text(register.form)
    register.fill("Body (application/json)", f'{{"login":"docs {hand.name}","password":"correct horse"}}')
    assert "200" in register.send("Send POST and change data")
    assert_accessible(page)
    balance = Attempt(page, hand, "Show the user's balance")
    text = balance.send("Send GET")
    assert "200" in text and '"current": 0' in text
    assert_accessible(page)
    page.resize(*NARROW)
    assert_no_sideways_scroll(page)


def test_token_is_in_memory_alone(make_profile, server):
    token = json.loads(server.run("key", "add", "docs", "--role", "owner", "--json"))["token"]
    page = make_profile().tab(f"{server.staff}/docs")
    page.expect(r"/api/staff/me: 401$")
    me = Attempt(page, HANDS[0], "Show who is signed in")
    assert "401" in me.send("Send GET")
    me.fill("Token or API key", token)
    assert '"docs"' in me.send("Send GET")
    rules = Attempt(page, HANDS[0], "List the reward rules")
    assert "200" in rules.send("Send GET")
    kept = "return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])"
    assert token not in page.run(kept)
    page.open(f"{server.staff}/docs")
    me = Attempt(page, HANDS[0], "Show who is signed in")
    assert "401" in me.send("Send GET")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_in_a_response_is_text(make_profile, server, name):
    page = make_profile().tab(f"{server.shop}/docs")
    title = page.driver.title
    login = f"{HOSTILE[name]} docs"
    register = Attempt(page, HANDS[0], "Add a user, and sign in")
    page.run(
        "arguments[0].value = JSON.stringify({ login: arguments[1], password: 'correct horse' })",
        page.named("textarea", "Body (application/json)", register.form)[0], login,
    )
    assert "200" in register.send("Send POST and change data")
    me = Attempt(page, HANDS[0], "Show the user who is signed in")
    me.send("Send GET")
    shown = page.run("return arguments[0].querySelector('.answer > pre').textContent", me.form)
    assert page.run("return JSON.parse(arguments[0]).login", shown) == login
    assert page.run("return arguments[0].querySelectorAll('.answer pre *:not(code)').length", me.form) == 0
    assert page.driver.title == title
    page.resize(*NARROW)
    assert_no_sideways_scroll(page)


def test_stream_is_shown_until_it_is_stopped(make_profile, server):
    page = make_profile().tab(f"{server.shop}/docs")
    page.expect(r"/api/user/events: (NS_BINDING_ABORTED|net::ERR_ABORTED)")
    register = Attempt(page, HANDS[0], "Add a user, and sign in")
    register.fill("Body (application/json)", '{"login":"docs stream","password":"correct horse"}')
    register.send("Send POST and change data")
    events = Attempt(page, HANDS[0], "Follow changes as they happen")
    events.hand.press(page, page.find("button", "Send GET", events.form))
    page.wait_for_text("events from now on", events.form)
    events.hand.press(page, page.find("button", "Stop", events.form))
    page.wait_for_text("Stopped.", events.form)


def test_lost_connection_is_said(make_profile, start_server):
    server = start_server()
    page = make_profile().tab(f"{server.shop}/docs")
    page.expect(r".*")
    server.stop()
    balance = Attempt(page, HANDS[0], "Show the user's balance")
    assert "The request failed" in balance.send("Send GET")
