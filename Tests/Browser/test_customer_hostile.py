"""Logins that look like markup, scripts or layout appear as text and break nothing."""

import uuid

import pytest

from harness.accessibility import assert_accessible, assert_no_sideways_scroll
from harness.hostile import HOSTILE
from harness.profile import NARROW


@pytest.mark.parametrize("kind", HOSTILE)
def test_login_appears_as_text(make_customer, kind):
    login = HOSTILE[kind] + str(uuid.uuid4())
    customer = make_customer(login=login, size=NARROW)
    customer.register()
    customer.show("settings")
    assert login in customer.page.run("return document.querySelector('main').textContent")
    assert_no_sideways_scroll(customer.page)
    assert_accessible(customer.page)
    assert customer.page.driver.title != "taken"
    assert customer.page.run("return document.querySelector('main img, main script, main b') === null")
