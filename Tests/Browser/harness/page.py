"""A tab that shows a page. Elements are found as a person with a screen reader finds them: by role and accessible name."""

import re

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.remote.webelement import WebElement

from .waiting import wait_until

# A page is never narrower than this. Content may not need more width (WCAG 2.2, 1.4.10).
NARROW = (320, 640)

# Elements that may have a role. The browser decides which of them has it.
SELECTORS = {
    "button": "button, summary, input[type=submit], [role=button]",
    "cell": "td, [role=cell]",
    "dialog": "dialog, [role=dialog], [role=alertdialog]",
    "form": "form",
    "heading": "h1, h2, h3, h4, h5, h6",
    "link": "a[href]",
    "list": "ul, ol",
    "listitem": "li",
    "navigation": "nav",
    "option": "option, [role=option]",
    "region": "section, [role=region]",
    "row": "tr",
    "search": "search, [role=search]",
    "tab": "[role=tab]",
    "table": "table",
}

# The visible elements whose name may be the second argument: it is in their text, their label, or that of another element.
CANDIDATES = """const [selector, name, root] = arguments;
    const words = (text) => (text ?? '').replace(/\\s+/g, ' ');
    const labels = (each) => [each.ariaLabel, each.innerText, ...[...each.labels ?? []].map((label) => label.innerText),
        ...(each.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.innerText)];
    return [...(root ?? document).querySelectorAll(selector)].filter((each) =>
        each.checkVisibility({ visibilityProperty: true }) && each.getClientRects().length > 0
        && (name === null || labels(each).some((label) => words(label).includes(name))));"""

# From now on, requests of the page neither send cookies nor keep those of the responses.
KEEP_NO_COOKIES = """const send = window.fetch.bind(window);
    window.fetch = (path, options) => send(path, { ...options, credentials: 'omit' });"""

# The page has replaced an element between two questions about it.
GONE = (StaleElementReferenceException, NoSuchElementException)

FIELDS = "input, select, textarea"


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
        try:
            return [each for each in self.named(SELECTORS[role], name, within) if each.aria_role == role]
        except GONE:
            return []

    def named(self, selector: str, name: str | re.Pattern | None, within: WebElement | None = None) -> list[WebElement]:
        """Returns the visible elements whose accessible name is equal to a text or matches a pattern."""
        candidates = self.run(CANDIDATES, selector, name if isinstance(name, str) else None, within)
        return [each for each in candidates if name is None or is_name(each.accessible_name, name)]

    def find(self, role: str, name: str | re.Pattern | None = None, within: WebElement | None = None) -> WebElement:
        """Waits for a visible element with that role and name."""
        return wait_until(
            lambda: self.all(role, name, within),
            lambda: f"a {role} named {name!r} is shown; the page shows: {self.text()}",
            self.seconds_max,
        )[0]

    def field(self, label: str) -> WebElement:
        """Waits for a visible field with that label. Fields of passwords have no role."""
        return wait_until(
            lambda: self.fields(label),
            lambda: f"a field {label!r} is shown; the page shows: {self.text()}",
            self.seconds_max,
        )[0]

    def fields(self, label: str) -> list[WebElement]:
        try:
            return self.named(FIELDS, label)
        except GONE:
            return []

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

    def keep_no_cookies(self) -> None:
        """Lets the page work as in a browser that keeps no cookies, until it is loaded again."""
        self.run(KEEP_NO_COOKIES)

    def expect(self, *patterns: str) -> None:
        """Names complaints of the browser that belong to this test, as regular expressions."""
        self.profile.expected += patterns


def is_name(found: str, wanted: str | re.Pattern) -> bool:
    return bool(wanted.search(found)) if isinstance(wanted, re.Pattern) else found == wanted
