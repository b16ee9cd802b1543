"""The pages that describe the APIs."""

import pytest

from harness.accessibility import assert_accessible, assert_no_sideways_scroll
from harness.hands import Keyboard
from harness.profile import NARROW

# Firefox asks for this icon by itself, and the pages' policy allows no image.
ICON = r"favicon\.ico"


@pytest.fixture(params=["shop", "accrual", "staff"])
def address(server, request):
    return f"{server.addresses[request.param]}/docs"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_documentation_is_accessible_and_fits_a_phone(make_profile, address, theme):
    page = make_profile(theme=theme).tab(address)
    page.expect(ICON)
    page.find("heading", "Contents")
    assert page.run("return matchMedia('(prefers-color-scheme: dark)').matches") == (theme == "dark")
    assert_accessible(page)
    page.resize(*NARROW)
    assert_no_sideways_scroll(page)
    assert_accessible(page)


def test_keyboard_skips_the_contents(make_profile, address):
    page = make_profile().tab(address)
    page.expect(ICON)
    first = page.run("return document.querySelector('a')")
    target = page.run("return document.querySelector(arguments[0].hash)", first)
    Keyboard().press(page, first)
    assert target.tag_name == "main" and page.focused() == target
