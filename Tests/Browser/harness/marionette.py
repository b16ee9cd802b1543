"""Lets Selenium drive Firefox without geckodriver, which Debian does not have.

Firefox itself speaks Marionette, a protocol whose commands are those of WebDriver: messages of JSON over TCP, each preceded by
its length in bytes and a colon. geckodriver only translates HTTP to it, and so does this connection with Selenium's commands.
"""

import json
import socket

from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection

# The commands that these tests use, and the names that Marionette gives them.
NAMES = {
    Command.NEW_SESSION: "NewSession",
    Command.QUIT: "DeleteSession",
    Command.GET: "Navigate",
    Command.GO_BACK: "Back",
    Command.REFRESH: "Refresh",
    Command.GET_CURRENT_URL: "GetCurrentURL",
    Command.GET_TITLE: "GetTitle",
    Command.GET_PAGE_SOURCE: "GetPageSource",
    Command.W3C_EXECUTE_SCRIPT: "ExecuteScript",
    Command.W3C_EXECUTE_SCRIPT_ASYNC: "ExecuteAsyncScript",
    Command.SET_TIMEOUTS: "SetTimeouts",
    Command.FIND_ELEMENT: "FindElement",
    Command.FIND_ELEMENTS: "FindElements",
    Command.FIND_CHILD_ELEMENT: "FindElement",
    Command.FIND_CHILD_ELEMENTS: "FindElements",
    Command.W3C_GET_ACTIVE_ELEMENT: "GetActiveElement",
    Command.CLICK_ELEMENT: "ElementClick",
    Command.CLEAR_ELEMENT: "ElementClear",
    Command.SEND_KEYS_TO_ELEMENT: "ElementSendKeys",
    Command.GET_ELEMENT_TEXT: "GetElementText",
    Command.GET_ELEMENT_TAG_NAME: "GetElementTagName",
    Command.GET_ELEMENT_PROPERTY: "GetElementProperty",
    Command.GET_ELEMENT_ARIA_ROLE: "GetComputedRole",
    Command.GET_ELEMENT_ARIA_LABEL: "GetComputedLabel",
    Command.IS_ELEMENT_ENABLED: "IsElementEnabled",
    Command.W3C_ACTIONS: "PerformActions",
    Command.W3C_CLEAR_ACTIONS: "ReleaseActions",
    Command.GET_ALL_COOKIES: "GetCookies",
    Command.DELETE_ALL_COOKIES: "DeleteAllCookies",
    Command.SCREENSHOT: "TakeScreenshot",
    Command.W3C_GET_CURRENT_WINDOW_HANDLE: "GetWindowHandle",
    Command.W3C_GET_WINDOW_HANDLES: "GetWindowHandles",
    Command.SWITCH_TO_WINDOW: "SwitchToWindow",
    Command.NEW_WINDOW: "NewWindow",
    Command.CLOSE: "CloseWindow",
    Command.SET_WINDOW_RECT: "SetWindowRect",
}


class Marionette(RemoteConnection):
    """Selenium's connection to a Firefox that was started with `--marionette`."""

    def __init__(self, port: int, seconds_max: float = 60) -> None:
        super().__init__(client_config=ClientConfig(f"http://127.0.0.1:{port}"))
        self.stream = socket.create_connection(("127.0.0.1", port), seconds_max).makefile("rwb")
        self.command = 0
        self.receive()

    def execute(self, command: str, params: dict) -> dict:
        """Sends a command of Selenium, and returns its answer as geckodriver would."""
        if command == Command.NEW_SESSION:
            params = params["capabilities"]["alwaysMatch"]
        params = {name: value for name, value in params.items() if name != "sessionId"}
        if command in [Command.FIND_CHILD_ELEMENT, Command.FIND_CHILD_ELEMENTS]:
            params["element"] = params.pop("id")
        if command == Command.SWITCH_TO_WINDOW:
            params["focus"] = True
        error, value = self.ask(f"WebDriver:{NAMES[command]}", params)
        if error:
            return {"status": 500, "value": json.dumps({"value": error})}
        is_wrapped = isinstance(value, dict) and list(value) == ["value"]
        return {"value": value["value"] if is_wrapped else value}

    def run_privileged(self, script: str) -> None:
        """Runs a script of the browser itself, which may change preferences."""
        self.ask("Marionette:SetContext", {"value": "chrome"})
        error, _ = self.ask("WebDriver:ExecuteScript", {"script": script, "args": []})
        self.ask("Marionette:SetContext", {"value": "content"})
        assert not error, error

    def ask(self, command: str, params: dict) -> tuple:
        """Returns the error and the value that answer a command of Marionette."""
        self.command += 1
        body = json.dumps([0, self.command, command, params]).encode()
        self.stream.write(b"%d:%s" % (len(body), body))
        self.stream.flush()
        kind, number, error, value = self.receive()
        assert (kind, number) == (1, self.command)
        return error, value

    def receive(self):
        """Returns the next message."""
        length = b""
        while (byte := self.stream.read(1)) != b":":
            if not byte:
                raise ConnectionError("Firefox has closed the connection")
            length += byte
        return json.loads(self.stream.read(int(length)))

    def close(self) -> None:
        self.stream.close()
