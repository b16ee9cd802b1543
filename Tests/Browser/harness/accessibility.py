"""Checks of a whole view: axe-core finds nothing, and no width makes it scroll sideways."""

import importlib.util
from pathlib import Path

from axe_selenium_python import Axe

from .profile import DESKTOP, NARROW

# The package for Selenium has an old axe-core. The newest one comes with the package for another driver.
CORE = Path(importlib.util.find_spec("axe_playwright_python").submodule_search_locations[0]) / "axe.min.js"

# axe describes only what it found. To describe all that is well takes it as long as the checks.
OPTIONS = {"resultTypes": ["violations"]}

# The language and the theme in which each browser checks whole views. axe-core takes a third of the time of these tests, and
# finds the same in both browsers.
LANGUAGES = {"chromium": "en", "firefox": "ru"}
THEMES = {"chromium": "light", "firefox": "dark"}

# Elements that end beyond the right edge of the window, for the message of a failure.
WIDE_ELEMENTS = """return [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .slice(0, 8).map((each) => `${each.outerHTML.slice(0, 120)} ends at ${each.getBoundingClientRect().right}`)"""


def assert_accessible(page) -> None:
    """axe-core reports no violation in the view."""
    axe = Axe(page.driver, str(CORE))
    if not page.driver.execute_script("return typeof axe === 'object'"):
        axe.inject()
    violations = axe.run(options=OPTIONS)["violations"]
    words = [
        f"{violation['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]
    assert not words, "\n".join(words)


def assert_no_sideways_scroll(page) -> None:
    """The view is not wider than the window."""
    is_wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    if page.driver.execute_script(is_wide):
        raise AssertionError("the page scrolls sideways:\n" + "\n".join(page.driver.execute_script(WIDE_ELEMENTS)))


def assert_good_view(page) -> None:
    """The view is accessible in the dark theme on a narrow phone and in the light one on a desktop, and fits both."""
    is_checked = page.profile.language == LANGUAGES[page.profile.browser.name]
    page.resize(*NARROW)
    assert_no_sideways_scroll(page)
    if is_checked:
        page.profile.change_theme("dark")
        assert_accessible(page)
        page.profile.change_theme("light")
    page.resize(*DESKTOP)
    assert_no_sideways_scroll(page)
    if is_checked:
        assert_accessible(page)
