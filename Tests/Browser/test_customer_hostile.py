"""Logins that look like markup, scripts or layout appear as text and break nothing."""

import uuid

import pytest

from harness.accessibility import assert_accessible, assert_no_sideways_scroll
from harness.profile import NARROW

LOGINS = {
    "markup": "<b>x</b><img src=x onerror='document.title=`taken`'>",
    "script": "</script><script>document.title='taken'</script>",
    "quotes": "\"'`&lt;&amp;{points}${1}%s",
    "right to left": "\u202eabc\u2067\u0645\u0631\u062d\u0628\u0627",
    "long": "W" * 164,
    "long words": "слово " * 20,
}


@pytest.mark.parametrize("kind", LOGINS)
def test_login_appears_as_text(make_customer, kind):
    login = LOGINS[kind] + str(uuid.uuid4())
    customer = make_customer(login=login, size=NARROW)
    customer.register()
    customer.show("settings")
    assert login in customer.page.run("return document.querySelector('main').textContent")
    assert_no_sideways_scroll(customer.page)
    assert_accessible(customer.page)
    assert customer.page.driver.title != "taken"
    assert customer.page.run("return document.querySelector('main img, main script, main b') === null")
