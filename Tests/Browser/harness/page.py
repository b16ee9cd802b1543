"""A tab that shows a page. Elements are found as a person with a screen reader finds them: by role and accessible name."""

import re

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.remote.webelement import WebElement

from .waiting import wait_until

# A page is never narrower than this. Content may not need more width (WCAG 2.2, 1.4.10).
NARROW = (320, 640)

VISIBLE = """return arguments[0].filter((each) =>
    each.checkVisibility({ visibilityProperty: true }) && each.getClientRects().length > 0)"""

# Fields that may have a label. The browser then computes the name of each, as a screen reader hears it.
FIELDS_LABELLED = """return [...document.querySelectorAll('input, select, textarea')].filter((each) =>
    each.ariaLabel === arguments[0] || [...each.labels ?? []].some((label) => label.innerText.includes(arguments[0])))"""


class Page:
    """A tab. Its profile decides the cookies, the language and the theme."""

    def __init__(self, profile, tab: str) -> None:
        self.profile = profile
        self.driver = profile.driver
        self.tab = tab
        self.seconds_max = 15.0

    def activate(self) -> None:
        """Makes this tab the one that commands and keys reach."""
        self.driver.switch_to.window(self.tab)

    def open(self, url: str) -> None:
        self.activate()
        self.driver.get(url)

    def resize(self, width: int, height: int) -> None:
        """Gives the page a window of that size in CSS pixels."""
        viewport = {"width": width, "height": height}
        self.driver.browsing_context.set_viewport(context=self.tab, viewport=viewport)
        wait_until(lambda: self.run("return innerWidth") == width, f"the window is {width} pixels wide")

    def run(self, script: str, *arguments):
        """Runs a script in the page, and returns its value."""
        return self.driver.execute_script(script, *arguments)

    def all(self, role: str, name: str | re.Pattern | None = None, within: WebElement | None = None) -> list[WebElement]:
        """Returns the visible elements with that role and name, in the order of the page."""
        value = {"role": role} if name is None or isinstance(name, re.Pattern) else {"role": role, "name": name}
        start = [{"sharedId": within.id}] if within else None
        locator = {"type": "accessibility", "value": value}
        nodes = self.driver.browsing_context.locate_nodes(context=self.tab, locator=locator, start_nodes=start)
        return self.wanted([self.driver.create_web_element(node["sharedId"]) for node in nodes], name)

    def wanted(self, elements: list[WebElement], name: str | re.Pattern | None) -> list[WebElement]:
        """Returns those that are visible and, if the name is a pattern, match it."""
        try:
            shown = self.run(VISIBLE, elements) if elements else []
            if isinstance(name, re.Pattern):
                shown = [element for element in shown if name.search(element.accessible_name)]
            return shown
        except (StaleElementReferenceException, NoSuchElementException):
            # The page has replaced an element meanwhile.
            return []

    def find(self, role: str, name: str | re.Pattern | None = None, within: WebElement | None = None) -> WebElement:
        """Waits for a visible element with that role and name."""
        return wait_until(
            lambda: self.all(role, name, within),
            lambda: f"a {role} named {name!r} is shown; the page shows: {self.text()}",
            self.seconds_max,
        )[0]

    def field(self, label: str) -> WebElement:
        """Waits for a visible field with that label. Fields of passwords have no role."""

        def fields() -> list[WebElement]:
            labelled = self.run(FIELDS_LABELLED, label)
            return [field for field in self.wanted(labelled, None) if field.accessible_name == label]

        return wait_until(fields, lambda: f"a field {label!r} is shown: {self.text()}", self.seconds_max)[0]

    def wait_until_gone(self, role: str, name: str | re.Pattern | None = None) -> None:
        wait_until(lambda: not self.all(role, name), f"no {role} named {name!r} is shown", self.seconds_max)

    def text(self, within: WebElement | None = None) -> str:
        """Returns the text that is visible."""
        words = self.run("return (arguments[0] ?? document.body).innerText", within)
        # Formats of numbers have no-break spaces, which look like others.
        return re.sub(r"[\u00a0\u202f]", " ", words)

    def wait_for_text(self, words: str | re.Pattern, within: WebElement | None = None) -> re.Match:
        """Waits until the page shows these words."""
        pattern = words if isinstance(words, re.Pattern) else re.compile(re.escape(words))
        return wait_until(
            lambda: pattern.search(self.text(within)),
            lambda: f"{words!r} is shown; the page shows: {self.text()}",
            self.seconds_max,
        )

    def focused(self) -> WebElement:
        """Returns the element that has the focus, which is the body if no other has it."""
        return self.driver.switch_to.active_element

    def problem_of(self, field: WebElement) -> str:
        """Returns the text that describes a field (aria-errormessage, aria-describedby)."""
        return self.run(
            """const ids = ['aria-errormessage', 'aria-describedby']
                .flatMap((name) => (arguments[0].getAttribute(name) ?? '').split(' ')).filter(Boolean);
            return ids.map((id) => document.getElementById(id)?.innerText ?? '').join(' ')""",
            field,
        )

    def expect(self, *patterns: str) -> None:
        """Names complaints of the browser that belong to this test, as regular expressions."""
        self.profile.expected += patterns
