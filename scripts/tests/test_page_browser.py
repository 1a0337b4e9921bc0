"""Tests of the page in headless Chromium, opened from disk: filter, permalinks, transcripts, contrast, roles, widths.

They need Chromium, its driver, Selenium and, for axe-core, npm; without one of them they are skipped with its name.
Pictures of the page in light and dark, wide and narrow, are in build/page/.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_maker import WINE, Made, Report, fleet

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shmcheck.contract import load as load_contract  # noqa: E402
from shmcheck.paths import BUILD  # noqa: E402
from shmcheck.reports.page import render  # noqa: E402
from shmcheck.reports.page_model import FrequentProblem, build  # noqa: E402
from shmcheck.reports.report_reader import parse  # noqa: E402

FOLDER = BUILD / "page"
AXE_VERSION = "4.14.1"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars"
).split()
DIFFERENT = "case-names-open-after-close"  # on which the systems of the small page disagree


def missing_browser() -> str:
    """Why no browser can be used; "" if one can."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "Selenium is not installed (Debian: python3-selenium)"
    for program, package in (("chromium", "chromium"), ("chromedriver", "chromium-driver")):
        if not shutil.which(program):
            return f"{program} is not installed (Debian: {package})"
    return ""


NO_BROWSER = missing_browser()
pytestmark = pytest.mark.skipif(bool(NO_BROWSER), reason=NO_BROWSER or "a browser is installed")


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, of a fixed version; installed once into the build folder."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("npm is not installed, so there is no axe-core")
    file = FOLDER / f"axe-{AXE_VERSION}" / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        command = [npm, "install", "--prefix", str(FOLDER / f"axe-{AXE_VERSION}"), "--no-save", "--ignore-scripts"]
        command += ["--no-audit", "--no-fund", f"axe-core@{AXE_VERSION}"]
        (FOLDER / f"axe-{AXE_VERSION}").mkdir(parents=True, exist_ok=True)
        found = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if not file.exists():
            pytest.skip(f"axe-core cannot be installed: {found.stderr.strip()[-200:]}")
    data = file.read_bytes()
    assert hashlib.sha256(data).hexdigest() == AXE_SHA256, "this is not the expected version of axe-core"
    return data.decode("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options: Any = Options()
    profile = tempfile.mkdtemp(prefix="shmcheck-chromium-")
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver") or "chromedriver"), options=options)
    try:
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def small_page() -> str:
    """Four systems, one of them lost; disagreements, regressions, known deviations and skips."""
    rows = [row.id for row in load_contract(ROOT / "cases" / "contract.toml").rows]
    opened = "reader> open section name=@x access=FILE_MAP_READ"
    reports = {}
    for wine in ("5.0", "8.0", "10.0"):
        old = wine == "5.0"
        cases = [
            Made(
                "open-after-close",
                "fail" if old else "pass",
                topic="names",
                message=f"[{rows[0]}] {opened}: expected fail error=2 ERROR_FILE_NOT_FOUND, got ok",
                rows=[rows[0], rows[60]],
                steps=["writer> create section name=@x size=4096 protect=PAGE_READWRITE -> ok error=0 NO_ERROR"]
                + [f"{opened} -> {'ok' if old else 'fail error=2 ERROR_FILE_NOT_FOUND status=0xC0000034'}"],
            ),
            Made("worse-now", "deviates" if wine == "10.0" else "pass", topic="sizes", rows=[rows[100]]),
            Made("known-one", "known", topic="sizes", message="Wine has no commit limit", rows=[rows[101]]),
            Made("needs-session-0", "skip", topic="names", message="needs to run in session 0", rows=[rows[61]]),
            Made("crashes", "error", topic="sizes", kind="Crash", message="the worker ended with 0xC0000005", rows=[rows[102]]),
            *(Made(f"plain-{number}", topic="plain", rows=[rows[200 + number]]) for number in range(30)),
        ]
        reports[f"wine-{wine}"] = Report(cases, facts=WINE | {"wine_version": wine})
    reports["windows-11"] = Report([Made("no-case-ran", "error", topic="run", message="the host does not answer")])
    runs = [parse(report.xml().encode(), name) for name, report in reports.items()]
    before = [Made("worse-now", topic="sizes"), Made("open-after-close", "error", topic="names"), Made("plain-0", topic="plain")]
    base = [parse(Report(before, facts=WINE | {"wine_version": "10.0"}).xml().encode(), "wine-10.0")]
    problem = FrequentProblem("P01", "A view larger than the section fails", ("map-length-past-end", "plain-0"))
    return render(build(runs, base=base, contract=load_contract(ROOT / "cases" / "contract.toml"), problems=[problem]))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    return saved(tmp_path_factory.mktemp("page") / "small page & more.html", small_page())


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    """More systems than fit side by side."""
    runs = [parse(report.xml().encode(), name) for name, report in fleet(20, 60).items()]
    return saved(tmp_path_factory.mktemp("page") / "many.html", render(build(runs)))


def saved(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


def show(browser: Any, address: str, width: int = 1280, scheme: str = "light", scripts: bool = True) -> None:
    """Opens the page again and clears the log."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get(address)


def complaints(browser: Any) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


def visible_cases(browser: Any) -> list[str]:
    """The ids of the cases that the filter shows."""
    script = "return [...document.querySelectorAll('.cases > li:not([hidden]) > details')].map(node => node.id)"
    return list(browser.execute_script(script))


def soon(browser: Any, script: str, *arguments: Any) -> bool:
    """Waits until the script returns true, because a busy machine may react late to a click. Returns False if it does not."""
    end = time.monotonic() + 10.0
    while not browser.execute_script(script, *arguments):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def is_open(browser: Any, name: str) -> bool:
    return soon(browser, "return document.getElementById(arguments[0]).open", name)


def in_view(browser: Any, name: str) -> bool:
    script = "const box = document.getElementById(arguments[0]).getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight"
    return soon(browser, script, name)


def displayed(browser: Any, selector: str) -> bool:
    """Whether the element is visible. The content of a closed <details> is not."""
    return bool(browser.execute_script("return document.querySelector(arguments[0]).checkVisibility()", selector))


def element(browser: Any, selector: str) -> Any:
    return browser.find_element("css selector", selector)


def choose(browser: Any, selector: str, value: str) -> None:
    element(browser, f"{selector} option[value='{value}']").click()


# ---- opened from disk ----


def test_the_page_opens_without_errors_and_requests(browser: Any, small: str) -> None:
    show(browser, small)
    assert complaints(browser) == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert element(browser, "header .lead").text.startswith("1 regression")
    assert browser.title == f"shmcheck: {element(browser, 'h1').text}"


def test_only_the_scripts_of_the_page_run(browser: Any, small: str) -> None:
    show(browser, small)
    script = (
        "const node = document.createElement('script'); node.textContent = 'window.ran = 1'; document.body.append(node);"
        "const image = document.createElement('img'); image.src = 'https://localhost/x.png'; document.body.append(image);"
        "document.body.setAttribute('onclick', 'window.ran = 1'); document.body.click(); return window.ran === undefined"
    )
    assert browser.execute_script(script)
    assert all("Content Security Policy" in line for line in complaints(browser))


# ---- filter ----


def test_the_search_finds_words_of_steps_and_shows_the_hits_first(browser: Any, small: str) -> None:
    show(browser, small)
    assert not element(browser, "#hits").is_displayed()
    element(browser, "#q").send_keys("open section error_file_not_found")
    hits = element(browser, "#hits")
    assert hits.is_displayed() and "open-after-close" in hits.text
    element(browser, "#q").clear()
    element(browser, "#q").send_keys("no-case-has-this-word")
    assert not hits.is_displayed()


def test_the_search_finds_rows_and_problems_by_symptom(browser: Any, small: str) -> None:
    show(browser, small)
    element(browser, "#q").send_keys("error 5 MapViewOfFile")
    names = [link.get_attribute("href").partition("#")[2] for link in element(browser, "#hits").find_elements("css selector", "a")]
    assert names[0] == "problem-P01"  # by the row map-length-past-end, because its title has neither word
    assert "row-map-offset-past-end" in names
    element(browser, "#q").clear()
    element(browser, "#q").send_keys("error 52 MapViewOfFile")  # a part of a number is not found
    assert not element(browser, "#hits").is_displayed()
    element(browser, "#q").clear()
    element(browser, "#q").send_keys("view larger section fails")
    element(browser, "#hits a").click()
    assert element(browser, "#problem-P01").is_displayed()


def test_the_search_takes_phrases_exclusions_and_verdicts_of_systems(browser: Any, small: str) -> None:
    show(browser, small)
    choose(browser, "#show", "all")
    for text, found in (
        ("wine-5.0:fail wine-8.0:pass", {DIFFERENT}),
        ("wine-10.0:deviates", {"case-sizes-worse-now"}),
        ("wine-10.0:error -wine-8.0:error", set()),
        ('"commit limit"', {"case-sizes-known-one"}),
        ('"limit commit"', set()),
        ("no-such-system:fail", set()),
    ):
        element(browser, "#q").clear()
        element(browser, "#q").send_keys(text)
        assert set(visible_cases(browser)) == found, text
    element(browser, "#q").clear()
    element(browser, "#q").send_keys("plain -plain-1")
    assert len(visible_cases(browser)) == 19


def test_the_filter_counts_what_it_hides(browser: Any, small: str) -> None:
    show(browser, small)
    shown = element(browser, "#shown")
    assert shown.text == "5 of 35 cases shown, 30 hidden by the filter"
    assert len(visible_cases(browser)) == 5
    choose(browser, "#show", "all")
    assert shown.text == "35 of 35 cases shown"
    choose(browser, "#show", "bad")
    assert len(visible_cases(browser)) == 3
    choose(browser, "#show", "known")
    assert visible_cases(browser) == ["case-sizes-known-one"]
    choose(browser, "#show", "skip")
    assert visible_cases(browser) == ["case-names-needs-session-0"]
    choose(browser, "#show", "differ")
    assert set(visible_cases(browser)) == {DIFFERENT, "case-sizes-worse-now"}
    choose(browser, "#show", "changed")
    assert "case-sizes-worse-now" in visible_cases(browser)


def test_the_filter_finds_by_id_and_row_and_opens_the_area(browser: Any, small: str) -> None:
    show(browser, small)
    choose(browser, "#show", "all")
    element(browser, "#q").send_keys("PLAIN 7")
    assert set(visible_cases(browser)) == {"case-plain-plain-7"}  # 17 is another number
    assert displayed(browser, f"#{visible_cases(browser)[0]}")
    element(browser, "#q").clear()
    element(browser, "#q").send_keys("no-such-thing")
    assert visible_cases(browser) == []


def test_the_filter_by_system(browser: Any, small: str) -> None:
    show(browser, small)
    choose(browser, "#show", "bad")
    choose(browser, "#system", "1")  # Wine 8.0
    assert visible_cases(browser) == ["case-sizes-crashes"]
    assert "on=wine-8.0" in browser.current_url


def test_the_slash_key_focuses_the_filter(browser: Any, small: str) -> None:
    show(browser, small)
    element(browser, "body").send_keys("/")
    assert browser.execute_script("return document.activeElement.id") == "q"
    assert element(browser, "#q").get_attribute("value") == ""


# ---- permalinks ----


def test_a_permalink_opens_its_case_even_if_the_filter_hides_it(browser: Any, small: str) -> None:
    for name in (DIFFERENT, "case-plain-plain-12"):
        show(browser, f"{small}#{name}")
        assert is_open(browser, name) and in_view(browser, name)
        focused = "return document.activeElement === document.getElementById(arguments[0]).querySelector('summary')"
        assert browser.execute_script(focused, name)


def test_a_permalink_keeps_the_filter(browser: Any, small: str) -> None:
    show(browser, small)
    choose(browser, "#show", "all")
    element(browser, "#q").send_keys("plain-2")
    kept, cases = browser.current_url, visible_cases(browser)
    assert "q=plain-2" in kept and "show=all" in kept
    show(browser, kept)
    assert visible_cases(browser) == cases
    assert element(browser, "#q").get_attribute("value") == "plain-2"


@pytest.mark.parametrize(
    "hash_part",
    ["#no-such-case", "#%", "#%E0%A4%A", "#?show=nonsense&on=nothing", "#<img src=x>", "#q?q=%", "#?show=constructor", "#data"],
)
def test_a_wrong_permalink_does_no_harm(browser: Any, small: str, hash_part: str) -> None:
    show(browser, small + hash_part)
    assert complaints(browser) == []
    assert "shown" in element(browser, "#shown").text


def test_links_lead_from_the_lists_to_the_case_and_to_its_row(browser: Any, small: str) -> None:
    show(browser, small)
    element(browser, f".explained a[href='#{DIFFERENT}']").click()
    assert is_open(browser, DIFFERENT) and in_view(browser, DIFFERENT)
    row = element(browser, f"#{DIFFERENT} a[href^='#row-']")
    name = row.get_attribute("href").split("#")[1]
    row.click()
    assert in_view(browser, name)
    element(browser, f"#{name} a[href='#{DIFFERENT}']").click()
    assert in_view(browser, DIFFERENT)
    browser.execute_script("document.getElementById(arguments[0]).open = false; scrollTo(0, 0)", DIFFERENT)
    element(browser, f".explained a[href='#{DIFFERENT}']").click()  # the same link again: the address stays
    assert is_open(browser, DIFFERENT)


# ---- transcripts ----


def test_transcripts_are_compared_side_by_side(browser: Any, small: str) -> None:
    show(browser, f"{small}#{DIFFERENT}")
    panel = element(browser, f"#{DIFFERENT}")
    steps = panel.find_elements("css selector", "ol > li")
    assert [("x" in step.get_attribute("class").split()) for step in steps] == [False, True]
    before, now = steps[1].find_elements("css selector", "dl > div")
    assert before.location["y"] == now.location["y"] and before.location["x"] < now.location["x"]
    assert "Why they differ: fail where wine_version ≤ 5.0" in panel.text


def test_transcripts_stand_below_each_other_where_it_is_narrow(browser: Any, small: str) -> None:
    show(browser, f"{small}#{DIFFERENT}", width=390)
    before, now = element(browser, f"#{DIFFERENT} li.x").find_elements("css selector", "dl > div")
    assert before.location["x"] == now.location["x"] and before.location["y"] < now.location["y"]


# ---- without JavaScript, keyboard, print ----


def test_without_javascript_everything_is_visible(browser: Any, small: str) -> None:
    show(browser, f"{small}#{DIFFERENT}", scripts=False)
    try:
        assert not displayed(browser, "#filter")
        assert len(browser.find_elements("css selector", ".cases > li > details")) == 35
        area = element(browser, ".stay > details:not([open]) > summary")
        area.click()
        assert area.find_element("xpath", "..").get_attribute("open") is not None
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_keyboard_reaches_and_opens_a_case(browser: Any, small: str) -> None:
    from selenium.webdriver.common.keys import Keys

    show(browser, small)
    reached: list[str] = []
    for _ in range(80):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        tag = browser.execute_script("return document.activeElement.localName + '#' + document.activeElement.parentNode.id")
        reached.append(tag)
        if tag.startswith("summary#area-"):
            browser.switch_to.active_element.send_keys(Keys.ENTER)
        if tag == f"summary#{DIFFERENT}":
            browser.switch_to.active_element.send_keys(Keys.ENTER)
            break
    assert is_open(browser, DIFFERENT), reached
    assert reached[0].startswith("a#")  # the link to skip the head


def test_print_shows_the_areas_and_not_the_filter(browser: Any, small: str) -> None:
    show(browser, small)
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not displayed(browser, "#filter") and not displayed(browser, "nav")
    # Failing cases are printed with their transcripts, and the rows of the contract are not.
    assert displayed(browser, f"#{DIFFERENT}") and displayed(browser, f"#{DIFFERENT} ol")
    assert displayed(browser, "#case-sizes-crashes .message") and displayed(browser, ".failures .message")
    assert not displayed(browser, "#contract li")
    assert browser.execute_cdp_cmd("Page.printToPDF", {})["data"]
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert not displayed(browser, f"#{DIFFERENT}")


# ---- widths, contrast, roles, pictures ----


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_the_page_never_scrolls_sideways(browser: Any, small: str, many: str, width: int) -> None:
    for address in (small, many):
        show(browser, address, width)
        browser.execute_script("document.querySelectorAll('details').forEach(node => { node.open = true; })")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def violations(browser: Any, axe: str) -> list[str]:
    browser.execute_script(axe)
    script = (
        "const done = arguments[1]; axe.run({runOnly: arguments[0]}).then(found => done(found.violations.map("
        "rule => rule.id + ': ' + rule.nodes.slice(0, 3).map(node => node.html + ' ' + node.failureSummary).join(' | '))))"
    )
    return list(browser.execute_async_script(script, AXE_RULES))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_contrast_and_roles(browser: Any, axe: str, small: str, scheme: str, width: int) -> None:
    show(browser, small, width, scheme)
    browser.set_script_timeout(120)
    browser.execute_script(
        "document.querySelectorAll('details').forEach(node => { if (!node.id.startsWith('rows-')) node.open = true; })"
    )
    assert violations(browser, axe) == []


def test_contrast_and_roles_of_many_systems(browser: Any, axe: str, many: str) -> None:
    show(browser, many)
    browser.set_script_timeout(120)
    browser.execute_script("document.querySelectorAll('.stay > details')[0].open = true")
    assert violations(browser, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_screenshots_are_taken(browser: Any, small: str, scheme: str, width: int) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    show(browser, small, width, scheme)
    browser.execute_script("document.getElementById(arguments[0]).closest('.stay > details').open = true", DIFFERENT)
    browser.execute_script("document.getElementById(arguments[0]).open = true; scrollTo(0, 0)", DIFFERENT)
    height = browser.execute_script("return document.documentElement.scrollHeight")
    size = {"width": width, "height": min(height, 4000), "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    picture = FOLDER / f"{scheme}-{width}.png"
    assert browser.save_screenshot(str(picture))
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    bright = sum(int(number) for number in background.strip("rgb()").split(",")) > 382
    assert bright is (scheme == "light")
    assert os.path.getsize(picture) > 20_000
