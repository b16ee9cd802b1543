"""The checks that hold for all pages find what they look for."""

import pytest

from harness.accessibility import assert_accessible, assert_no_sideways_scroll
from harness.hands import Keyboard
from harness.waiting import wait_until

FAULTS = {
    "a message of an error": ("console.error('broken on purpose')", "broken on purpose"),
    "an exception": ("setTimeout(() => { throw Error('thrown on purpose') })", "thrown on purpose"),
    "a violation of the policy": (
        "document.head.append(Object.assign(document.createElement('style'), { textContent: 'a{}' }))",
        "policy violation: style-src",
    ),
    "a refused request": ("fetch('/not-there')", "not-there: 404"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_complaints_of_the_browser_are_found(make_customer, fault):
    script, words = FAULTS[fault]
    page = make_customer().page
    page.run(script)
    wait_until(lambda: any(words in each for each in page.profile.unexpected()), f"a complaint about {fault}")
    page.expect("")


def test_request_without_an_answer_is_found(make_customer, start_server):
    server = start_server()
    page = make_customer(at=server).page
    page.find("heading", "Sign in")
    server.stop()
    page.run("fetch('/config.json').catch(() => {})")
    wait_until(lambda: any("config.json" in each for each in page.profile.unexpected()), "a complaint about the request")
    page.expect("")


def test_what_some_people_cannot_use_is_found(make_customer):
    page = make_customer().page
    page.run("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        assert_accessible(page)
    page.run("document.querySelector('main').style.minWidth = '200vw'")
    with pytest.raises(AssertionError, match="sideways"):
        assert_no_sideways_scroll(page)


def test_element_that_the_keyboard_cannot_use_is_found(make_customer):
    page = make_customer().page
    page.run("document.querySelector('main form button').tabIndex = -1")
    button = page.run("return document.querySelector('main form button')")
    with pytest.raises(AssertionError, match="does not reach"):
        Keyboard().reach(page, button)
    link = page.run("return document.querySelector('button.link')")
    page.run("arguments[0].style.outline = 'none'", link)
    with pytest.raises(AssertionError, match="no visible focus"):
        Keyboard().reach(page, link)
