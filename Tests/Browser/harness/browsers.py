"""Starts Debian's Chromium and Firefox without windows. One browser serves all tests of a run, and each test has a profile of
its own in it (see `profile.py`)."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options as ChromiumOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.firefox.options import Options as FirefoxOptions

from .marionette import Marionette
from .waiting import wait_until

NAMES = ["chromium", "firefox"]

FIREFOX_PREFERENCES = """
user_pref("marionette.port", 0);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("signon.rememberSignons", false);
user_pref("accessibility.tabfocus", 7);
"""


class Chromium:
    """Chromium, driven by chromedriver. It shares memory through files in the temporary folder, since containers often have
    little of it in /dev/shm, and root can't use its sandbox."""

    name = "chromium"

    def __init__(self) -> None:
        options = ChromiumOptions()
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("webSocketUrl", True)
        for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-features=PasswordLeakDetection"]:
            options.add_argument(argument)
        # A dialog of the browser about saved passwords would take the focus from the page.
        options.add_experimental_option("prefs", {"credentials_enable_service": False})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))

    def emulate_theme(self, theme: str) -> None:
        feature = {"name": "prefers-color-scheme", "value": theme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def close(self) -> None:
        self.driver.quit()


class Firefox:
    """Firefox, driven through Marionette."""

    name = "firefox"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="firefox-"))
        (self.folder / "user.js").write_text(FIREFOX_PREFERENCES)
        command = ["firefox-esr", "--headless", "--no-remote", "--marionette", "--remote-debugging-port", "0"]
        command += ["--remote-allow-system-access", "--profile", str(self.folder)]
        with open(self.folder / "log", "w") as log:
            environment = {**os.environ, "HOME": str(self.folder)}
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        port_file = self.folder / "MarionetteActivePort"
        port = wait_until(lambda: port_file.exists() and port_file.read_text().strip(), "Firefox listens", seconds_max=60)
        options = FirefoxOptions()
        options.set_capability("webSocketUrl", True)
        self.connection = Marionette(int(port))
        self.driver = webdriver.Remote(self.connection, options=options)

    def emulate_theme(self, theme: str) -> None:
        value = {"dark": 0, "light": 1}[theme]
        name = "layout.css.prefers-color-scheme.content-override"
        self.connection.run_privileged(f'Services.prefs.setIntPref("{name}", {value})')

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(name: str):
    """Starts the browser with that name."""
    return {"chromium": Chromium, "firefox": Firefox}[name]()
