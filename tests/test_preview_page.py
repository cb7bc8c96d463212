"""The page of `preview --html`, as a browser shows it: in both looks, by keyboard, and whatever a note says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import make_highlight

from digestbot.errors import TemplateError
from digestbot.model import Action, Digest, Field, Form, Highlight, Home, Listing, Notice, Quotes, Section, Source, View
from digestbot.rendering import Renderer
from digestbot.rendering.hypertext import Hypertext
from digestbot.rendering.page import PLATFORMS, Bundle, Preview, draw

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
TEMPLATES = [str(ROOT / "templates")]
BUILT = ROOT / "digestbot" / "_data" / "web"

MENTIONS = "<!everyone> <!channel> <@U024BE7LH>"
XSS = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script><!-- <script>",
    "<img src=x onerror=window.ran=1>",
    "<svg/onload=window.ran=1><svg><script>window.ran=1</script></svg>",
    "\"><iframe srcdoc='<script>parent.ran=1</script>'>",
    "' onmouseover='window.ran=1' autofocus onfocus='window.ran=1",
    "</style><style>@import 'https://evil.example/x.css';body{display:none}</style>",
    "</textarea></title></noscript><base href='https://evil.example/'><meta http-equiv=refresh content='0;url=x:'>",
    "[run](javascript:window.ran=1) <javascript:window.ran=1> <javascript:window.ran=1|run>",
    "![picture](https://evil.example/x.png) https://evil.example/x.png <:emoji:123456789012345678>",
    "{{ 7*7 }} ${window.ran=1} {% raw %} &lt;b&gt; &#60;script&#62;",
    f"{MENTIONS} <@&80> <#C1> </cmd:123456789012345678> @here a > b && c *d* _e_ ~f~ `g` ||h||",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=1></style></mglyph></table></mtext></math>",
    "line\u2028paragraph\u2029end \u202e turned ]]> --> <![CDATA[ x",
)

needs_bundle = pytest.mark.skipif(not (BUILT / "preview.js").is_file(), reason="`make web` has not been run")
both = pytest.mark.parametrize("built", [False, pytest.param(True, marks=needs_bundle)], ids=["own", "bundle"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, where this machine has one."""
    from browser import CHROMIUM, chromium

    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}; install Chromium, or name it in DIGESTBOT_CHROMIUM")
    with chromium() as one:
        yield one


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab in which nothing is asked of another place, nothing is said on the console, and nothing pops up."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda message: seen.append(message.text))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("dialog", lambda dialog: seen.append(dialog.message))
    yield page
    assert [url for url in seen if not url.startswith(("file:", "data:image/svg+xml,"))] == []
    page.close()


def _bundle() -> Bundle:
    texts = ((BUILT / name).read_text(encoding="utf-8") for name in ("preview.js", "preview.css"))
    return Bundle(*texts)


def _html(
    *highlights: Highlight,
    title: str = "Open weights",
    built: bool = False,
    pool: str = "",
    why: Mapping[str, str] | None = None,
) -> str:
    digest = Digest(title, "2026-03-02", highlights, (Action("Another", "digest", "now"),))
    messages = {name: Renderer(TEMPLATES).render(digest, name) for name in PLATFORMS}
    return draw(Preview(digest, messages, pool, why or {}), Hypertext(TEMPLATES), _bundle() if built else None)


def _open(page: Page, html: str, tmp_path: Path) -> None:
    file = tmp_path / "preview.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri())


def _shown(page: Page, platform: str) -> str:
    """What a person reads on one side, without white space and characters that have no width."""
    return _level(page.locator(f".stage.{platform}").inner_text())


def _level(text: str) -> str:
    return re.sub(r"[\s\u200b\u2028\u2029\u202e\u2060]+", "", text)


@both
@pytest.mark.parametrize("platform", PLATFORMS)
def test_both_platforms_show_every_highlight(page: Page, tmp_path: Path, platform: str, built: bool) -> None:  # noqa: FBT001 - a parameter
    """Title, day, every text, attribution and button stand on either side, and a link leads to its place."""
    ones = [make_highlight(number) for number in range(1, 6)]
    _open(page, _html(*ones, built=built), tmp_path)
    shown = _shown(page, platform)
    for text in (
        "Open weights",
        "Monday 2 March 2026",
        "Another",
        *(one.text for one in ones),
        "— Author 3, «Essay 3»",
    ):
        assert _level(text) in shown
    links = page.locator(f".stage.{platform} {'.live' if built else '.own'} a").all()
    assert "https://example.org/3#h" in [link.get_attribute("href") for link in links]


@both
def test_toggles_by_keyboard(page: Page, tmp_path: Path, built: bool) -> None:  # noqa: FBT001 - a parameter
    """Dark and phone width are one arrow key each from the focused control, and back again."""
    _open(page, _html(make_highlight(1), built=built), tmp_path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "light"
    page.keyboard.press("ArrowRight")
    assert page.locator("#dark").is_checked()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    if built:
        assert page.locator("discord-message[light-theme]").count() == 0
        assert page.locator('#slack_blocks_to_jsx[data-theme="dark"]').count() == 1
    wide = page.locator(".stage.slack").bounding_box()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    narrow = page.locator(".stage.slack").bounding_box()
    assert wide is not None
    assert narrow is not None
    assert narrow["width"] <= 375 < wide["width"]
    page.keyboard.press("ArrowLeft")
    assert page.locator("#desktop").is_checked()


@both
@pytest.mark.parametrize("platform", PLATFORMS)
def test_hostile_text_is_shown_and_runs_nothing(page: Page, tmp_path: Path, platform: str, built: bool) -> None:  # noqa: FBT001 - a parameter
    """Whatever a note, a title or a name says stands on the page as text: no script runs, nothing is fetched."""
    ones = [
        replace(make_highlight(n, text), source=Source(text, (text,), f"https://example.org/{n}"))
        for n, text in enumerate(XSS)
    ]
    _open(page, _html(*ones[:7], title=XSS[0], pool=XSS[1], why={ones[0].id: XSS[2]}, built=built), tmp_path)
    first = _shown(page, platform)
    assert page.locator(".stage.drawn").count() == (2 if built else 0)
    assert page.evaluate("window.ran") is None
    assert page.locator("iframe, img[src=x], base, a[href^='javascript']").count() == 0
    _open(page, _html(*ones[7:], built=built), tmp_path)
    assert page.evaluate("window.ran") is None
    shown = first + _shown(page, platform)
    for text in XSS:
        assert _level(f"“{text}”") in shown
        assert built or _level(f"— {text}, «{text}»") in shown
    assert shown.count(_level(MENTIONS)) == 3, "in the text, as the author and as the title"
    assert page.locator("discord-mention").count() == 0


@both
def test_without_javascript(browser: Browser, tmp_path: Path, built: bool) -> None:  # noqa: FBT001 - a parameter
    """With JavaScript off, digestbot's own drawing stands on both sides, and the controls work."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    one = make_highlight(1)
    _open(page, _html(one, built=built), tmp_path)
    for platform in PLATFORMS:
        assert _level(one.text) in _shown(page, platform)
    page.locator("#phone").check(force=True)
    box = page.locator(".stage.discord").bounding_box()
    assert box is not None
    assert box["width"] <= 375
    context.close()


def test_a_foreign_script_does_not_run(browser: Browser, tmp_path: Path) -> None:
    """The page's policy lets nothing run but what was written into it with its hash."""
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    html = _html(make_highlight(1), built=(BUILT / "preview.js").is_file())
    _open(page, html.replace("</body>", "<script>document.title = 'ran'</script></body>"), tmp_path)
    assert page.title() != "ran"
    assert "Content Security Policy" in "".join(refused)
    page.close()


def test_limits_as_bars() -> None:
    """Each limit that is used stands beside how much of it is, the fullest first; of several messages the fullest."""
    html = _html(*(make_highlight(n) for n in range(1, 13)))
    discord = html.partition('id="discord"')[2]
    assert "2 messages" in discord
    bars = re.findall(r"<span>([\d,]+) of ([\d,]+)</span>\s*<code[^>]*>([^<]+)</code>", discord)
    assert bars[0] == ("10", "10", "embeds")
    assert ("1", "5", "components") in bars


def test_reasons() -> None:
    """What a digest was picked from and why each highlight was are told, escaped; without any the heading is gone."""
    one, other = make_highlight(1), make_highlight(2)
    html = _html(one, other, pool="From 7 < 8 highlights.", why={other.id: "Never shown & on theme."})
    assert "From 7 &lt; 8 highlights." in html
    assert "<p>Never shown &amp; on theme.</p>" in html
    assert html.count("<li>" + one.text[:20]) == 0
    assert "Why these" not in _html(one)


def test_the_page_says_how_to_build_the_bundle() -> None:
    """Without the bundle the page has no script at all and names the command that builds it."""
    html = _html(make_highlight(1))
    assert "<script" not in html
    assert "make web" in html
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in unescape(html)


@needs_bundle
def test_the_bundle_can_stand_in_a_page() -> None:
    """Nothing in the bundle ends a script or a style sheet before its end; the payloads do not either."""
    bundle = _bundle()
    assert not re.search(r"<!--|</?script", bundle.script, re.IGNORECASE)
    assert "</style" not in bundle.style
    assert "MIT" in (BUILT / "LICENSES.txt").read_text(encoding="utf-8")
    html = _html(*(make_highlight(n, text) for n, text in enumerate(XSS)), built=True)
    [payloads] = re.findall(r'<script type="application/json" id="payloads">(.*?)</script>', html, re.DOTALL)
    assert "<" not in payloads
    assert "\u2028" not in payloads
    assert json.loads(payloads)["slack"][0]["blocks"]


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (Notice("Two < three.\nDone."), "Two &lt; three.\nDone."),
        (Quotes("a & b", (make_highlight(1),), 9), "9 highlights for “a &amp; b”"),
        (Quotes("", (make_highlight(1),), 1), "«Essay 1»"),
        (Listing("Themes", ("Theme", "Stock"), (("<b>", "7"),)), "<td>&lt;b&gt;</td><td>7</td>"),
        (Digest("A & B", "2026-03-02", ()), "No highlight is left to show here."),
        (Digest("A", "2026-03-02", (), intro="<i>", closing="& bye", notice="Few"), "<p>&lt;i&gt;</p>"),
        (Form("Ask", (Field("a", "What <b>", value='"x"'),), Action("Go", "ask")), 'value="&#34;x&#34;"'),
        (
            Form("Ask", (Field("a", "Which", (("b", "B & C"),), "b"),), Action("Go", "ask")),
            "<option selected>B &amp; C",
        ),
        (Home((Section("A < B", ("Two & three.",), (make_highlight(1),)),)), "<p>Two &amp; three.</p>"),
        (Notice("Hm.", (Action('"Go"', "quote", "x"),)), "&#34;Go&#34;</button>"),
    ],
)
def test_views(view: View, shown: str) -> None:
    """Every View has an HTML template, in which texts are escaped."""
    assert shown in Hypertext(TEMPLATES).view(view)


def test_an_operators_template_comes_first(tmp_path: Path) -> None:
    """A file in an operator's folder takes the place of ours, and a broken one is named with its line."""
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "notice.html").write_text("<i>{{ items[0].text }}</i>", encoding="utf-8")
    hypertext = Hypertext([str(tmp_path), *TEMPLATES])
    assert hypertext.view(Notice("<b>")) == "<i>&lt;b&gt;</i>"
    (tmp_path / "html" / "notice.html").write_text("fine\n{{ nonsense }}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"notice\.html:2: 'nonsense' is undefined"):
        Hypertext([str(tmp_path), *TEMPLATES]).view(Notice("x"))
    with pytest.raises(TemplateError, match="no such style sheet"):
        Hypertext([str(tmp_path)]).style("preview")


def _run(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digestbot", "preview", "--content", str(ROOT / "content"), *arguments]
    variables = {"HOME": str(home), "DIGESTBOT_DATA": str(home / "data"), **environment}
    return subprocess.run(command, env=variables, cwd=home, check=False, capture_output=True, text=True, timeout=60)


def test_html_writes_the_page(tmp_path: Path) -> None:
    """--html writes the page and prints where it lies; the pool of the theme is told."""
    ran = _run("--html", "page.html", "--theme", "data", home=tmp_path)
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, str(tmp_path / "page.html"), "")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "under “Data”" in html


def test_open_shows_the_page(tmp_path: Path) -> None:
    """--open hands the page in the data folder to the person's browser, and says so where there is none."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/asked\n', encoding="utf-8")
    browser.chmod(0o755)
    ran = _run("--open", home=tmp_path, BROWSER=f"{browser} %s")
    page = tmp_path / "data" / "preview.html"
    assert (ran.returncode, ran.stdout.strip()) == (0, str(page))
    assert (tmp_path / "asked").read_text(encoding="utf-8").strip() == page.as_uri()
    ran = _run("--open", home=tmp_path, BROWSER="/bin/false", PATH=str(tmp_path))
    assert (ran.returncode, ran.stdout.strip()) == (0, str(page))
    assert "open the file in yours" in ran.stderr


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    """A file that cannot be written is one plain sentence and exit code 2."""
    (tmp_path / "file").touch()
    ran = _run("--html", "file/page.html", home=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "cannot be written" in ran.stderr
    assert "Traceback" not in ran.stderr
