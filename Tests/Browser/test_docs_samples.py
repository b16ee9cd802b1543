"""The samples of the documentation pages: all of them can be read by their languages, and the first steps do what they say."""

import ast
import contextlib
import io
import json
import os
import subprocess
import urllib.request

import pytest

from harness.samples import LANGUAGES, read_samples, read_start
from harness.waiting import wait_until

APIS = ["shop", "accrual", "staff"]


def operations(address: str) -> set[str]:
    """Returns the ids of all operations."""
    with urllib.request.urlopen(f"{address}/openapi.json", timeout=20) as response:
        paths = json.load(response)["paths"]
    return {operation["operationId"] for path in paths.values() for operation in path.values()}


@pytest.mark.parametrize("api", APIS)
def test_each_operation_has_a_sample_in_each_language(server, api):
    samples = read_samples(server.addresses[api])
    found = {(each.section, each.language) for each in samples if not each.section.startswith("start-")}
    assert found == {(id, language) for id in operations(server.addresses[api]) for language in LANGUAGES}
    assert len([each for each in samples if each.section.startswith("start-")]) >= 3 * len(LANGUAGES)


@pytest.mark.parametrize("api", APIS)
def test_samples_are_programs(server, api):
    for sample in read_samples(server.addresses[api]):
        if sample.language == "curl":
            result = subprocess.run(["bash", "-n"], input=sample.text, capture_output=True, text=True, timeout=20)
            assert result.returncode == 0 and not result.stderr, f"{sample}: {result.stderr}"
        elif sample.language == "Python":
            ast.parse(sample.text)


def test_javascript_samples_are_programs(make_profile, server):
    # The policy of the documentation forbids scripts made of text, and an empty page has none.
    page = make_profile().tab("about:blank")
    samples = [each for api in APIS for each in read_samples(server.addresses[api]) if each.language == "JavaScript"]
    faults = page.run(
        """const AsyncFunction = (async () => {}).constructor;
        return arguments[0].flatMap((text) => {
            try {
                new AsyncFunction(text);
                return [];
            } catch (error) {
                return [`${error}: ${text}`];
            }
        });""",
        [each.text for each in samples],
    )
    assert len(samples) > 60 and faults == []
    assert page.run("try { new Function('const a'); return false } catch { return true }"), "a fault is found"


def test_javascript_samples_run_in_a_browser(make_profile, start_server):
    server = start_server()
    page = make_profile().tab(f"{server.shop}/docs")
    # The sample of an upload does not read the body, which is empty.
    page.expect(r"/api/user/orders: (NS_BINDING_ABORTED|net::ERR_ABORTED)")
    register, upload, *_ = read_start(server.shop, "JavaScript")
    # The page's own policy does not apply to scripts of the driver.
    run = "const done = arguments[0]; (async () => {{\n{}\n}})().then(done, (error) => done(`failed: ${{error}}`));"
    token = page.driver.execute_async_script(run.format(f"{register}\nreturn token;"))
    status = page.driver.execute_async_script(
        run.format(f"const token = {json.dumps(token)};\n{upload}\nreturn response.status;")
    )
    assert status == 202
    assert ask(f"{server.shop}/api/user/orders", token)[0]["number"] == "12345678903"


class Shell:
    """Runs commands one after the other. `TOKEN` is kept between them."""

    def __init__(self, folder, token: str = "") -> None:
        # A refusal becomes a failure of the command.
        (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
        self.environment = {**os.environ, "HOME": str(folder), "CURL_HOME": str(folder), "TOKEN": token}

    def run(self, program: str) -> str:
        script = f"set -euo pipefail\n{program}\nprintf '\\n%s' \"$TOKEN\""
        result = subprocess.run(
            ["bash", "-c", script], env=self.environment, capture_output=True, text=True, timeout=30
        )
        assert result.returncode == 0, f"{program}\n{result.stdout}\n{result.stderr}"
        output, self.environment["TOKEN"] = result.stdout.rsplit("\n", 1)
        return output

    @property
    def token(self) -> str:
        return self.environment["TOKEN"]


class Interpreter:
    """Runs Python programs one after the other. Their variables are kept between them."""

    def __init__(self, folder, token: str = "") -> None:
        os.environ["TOKEN"] = token
        self.variables: dict = {}

    def run(self, program: str) -> str:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(program, "sample", "exec"), self.variables)
        return output.getvalue()

    @property
    def token(self) -> str:
        return self.variables["token"]


RUNNERS = [("curl", Shell), ("Python", Interpreter)]


def ask(url: str, token: str) -> dict:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)


@pytest.mark.parametrize("language, runner", RUNNERS)
def test_first_steps_lead_from_a_rule_to_spending(start_server, tmp_path, language, runner):
    server = start_server()
    accruals = runner(tmp_path)
    for program in read_start(server.accrual, language)[:2]:
        accruals.run(program)
    customer = runner(tmp_path)
    steps = read_start(server.shop, language)
    for program in steps[:2]:
        customer.run(program)
    wait_until(lambda: ask(f"{server.shop}/api/user/balance", customer.token)["current"] == 700, "700 points are there")
    output = [customer.run(program) for program in steps[2:]]
    assert "PROCESSED" in output[0] and "700" in output[1] and "-500" in output[3].replace(" ", "")
    assert "700" in accruals.run(read_start(server.accrual, language)[2])
    assert ask(f"{server.shop}/api/user/balance", customer.token) == {"current": 200, "withdrawn": 500}


@pytest.mark.parametrize("language, runner", RUNNERS)
def test_first_steps_of_the_staff_sell_spend_and_return(start_server, tmp_path, language, runner):
    server = start_server()
    token = json.loads(server.run("key", "add", "till", "--role", "owner", "--json"))["token"]
    register = runner(tmp_path, token)
    steps = read_start(server.staff, language)
    for program in steps[:3]:
        register.run(program)
    customer = f"{server.staff}/api/staff/customers/1"
    wait_until(lambda: ask(customer, token)["current"] == 700, "700 points are there")
    output = [register.run(program) for program in steps[3:]]
    assert "700" in output[0] and "500" in output[1]
    assert ask(customer, token)["current"] == 187.5
