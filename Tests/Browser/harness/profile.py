"""A profile of a browser: cookies and storage of its own, a language and a theme. A profile is one person at one device."""

import os
import re
from pathlib import Path

from selenium.webdriver.common.bidi.storage import StorageKeyPartitionDescriptor

from .page import NARROW, Page
from .waiting import wait_until

DESKTOP = (1280, 800)


class Profile:
    """A new profile, with as many tabs as a test opens."""

    def __init__(self, browser, complaints, language: str = "en", theme: str = "light", size=DESKTOP) -> None:
        self.browser = browser
        self.driver = browser.driver
        self.complaints = complaints
        self.language = language
        self.theme = theme
        self.size = size
        self.expected: list[str] = []
        self.pages: list[Page] = []
        self.context = self.driver.browser.create_user_context()

    def tab(self, url: str | None = None) -> Page:
        """Opens a tab, and an address in it."""
        tab = self.driver.browsing_context.create(type="tab", user_context=self.context)
        page = Page(self, tab)
        self.pages.append(page)
        page.activate()
        self.driver.emulation.set_locale_override(locale={"en": "en-GB", "ru": "ru-RU"}[self.language], contexts=[tab])
        self.browser.emulate_theme(self.theme)
        page.resize(*self.size)
        if url:
            page.open(url)
        return page

    def change_theme(self, theme: str) -> None:
        """Changes the theme while a page is open."""
        self.browser.emulate_theme(theme)
        is_dark = "return matchMedia('(prefers-color-scheme: dark)').matches"
        wait_until(lambda: self.driver.execute_script(is_dark) == (theme == "dark"), f"the theme is {theme}")

    def receive_downloads(self, folder: Path) -> None:
        """Lets the browser save files into a folder without a question."""
        self.driver.browser.set_download_behavior(
            allowed=True, destination_folder=str(folder), user_contexts=[self.context]
        )

    def cookies(self) -> dict[str, str]:
        """Returns the names and values of the cookies, also of those that scripts can't read."""
        partition = StorageKeyPartitionDescriptor(user_context=self.context)
        found = self.driver.storage.get_cookies(partition=partition).cookies
        return {cookie.name: cookie.value.value for cookie in found}

    def unexpected(self) -> list[str]:
        """Returns the complaints of the browser about the pages of this profile that no test named."""
        return self.complaints.about([page.tab for page in self.pages], self.expected)

    def keep_evidence(self, test: str) -> None:
        """Keeps a picture and the source of each tab in the temporary folder."""
        for number, page in enumerate(self.pages):
            name = re.sub(r"\W+", "-", f"{test}-{self.browser.name}-{number}")
            path = Path(os.environ.get("TMPDIR", "/tmp")) / name
            try:
                page.activate()
                self.driver.save_screenshot(f"{path}.png")
                path.with_suffix(".html").write_text(self.driver.page_source)
                print(f"kept {path}.png and .html")
            except Exception as error:  # The browser itself may be the failure.
                print(f"no picture of {path}: {error}")

    def close(self) -> None:
        self.driver.switch_to.window(self.browser.first_tab)
        self.driver.browser.remove_user_context(user_context=self.context)


__all__ = ["DESKTOP", "NARROW", "Profile"]
