"""A folder of hostile files, each with a name that says what it tries. test_attack.py sends the reader through it.

CONTENTS are files whose bytes are the attack; PLACES are those where the name or the kind of the file is. Files of
PLACES that must be refused are in REFUSED, those that are left out without a word in LEFT_OUT.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

KIB = 1 << 10
MIB = 1 << 20
LIMIT = 8 * MIB
SECRET = "the tide table of the harbour master is locked away"
PLAIN = "---\ntitle: A plain note\nauthor: Lena Holm\n---\n\n## Highlights\n\n- The quay is longer at low tide.\n"


def flood(unit: str, size: int = 200 * KIB, *, before: str = "", after: str = "") -> str:
    """A unit repeated to a size in characters, between two texts."""
    return before + unit * (size // len(unit)) + after


def front(matter: str, body: str = "The quay is longer at low tide than at high water.\n") -> str:
    """A note with this front matter."""
    return f"---\n{matter}\n---\n\n{body}"


def _laughs(levels: int = 12) -> str:
    rows = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(["a0: &a0 [ha, ha, ha]", *rows, f"tags: *a{levels - 1}"])


def _merges(levels: int = 24) -> str:
    rows = [f"m{n}: &m{n}\n  <<: [*m{n - 1}, *m{n - 1}]" for n in range(1, levels)]
    return "\n".join(["m0: &m0 {a: 1}", *rows])


def _clipping(label: str, text: str = "Fog is a slow door.", title: str = "Harbours (Lena Holm)") -> str:
    return f"{title}\n{label}\n\n{text}\n==========\n"


LABEL = "- Your Highlight on Location {} | Added on Sunday, August 20, 2023 9:10:00 PM"
CSV = "Highlight,Book Title,Book Author,Tags\n"

# Long runs of whatever a pattern may repeat: where a pattern backtracks, these take minutes.
RUNS = {
    "spaces": " ",
    "tabs": "\t",
    "no-break-spaces": "\xa0",
    "ideographic-spaces": "\u3000",
    "newlines-and-spaces": "\n ",
    "stars": "*",
    "star-pairs": "**a* ",
    "underscores": "_",
    "underscore-pairs": "__a_ ",
    "tildes": "~~",
    "equals": "=",
    "marks": "==a= ",
    "open-marks": "==a ",
    "carets": "^",
    "block-ids": " ^a1b2c3",
    "percents": "%",
    "open-comments": "%% a ",
    "backslashes": "\\",
    "backslash-brackets": "\\[",
    "backticks": "`",
    "open-code": "`a ``b ",
    "dollars": "$$ ",
    "quotes": '"',
    "open-quotes": "“a ",
    "curly-quotes": "“”",
    "apostrophes": "’",
    "guillemets": "«a ",
    "corner-brackets": "「a",
    "em-dashes": "— ",
    "speakers": "“a” — B ",
    "open-brackets": "[",
    "closed-brackets": "]",
    "brackets-nested-twice": "[[a] ",
    "open-wikilinks": "[[",
    "wikilinks-never-closed": "[[a|b ",
    "wikilinks": "[[some_slug_name]]",
    "wikilinks-with-bars": "[[a|b|c|d]] ",
    "embeds": "![[a.png]]",
    "open-images": "![",
    "links-never-closed": "[a](",
    "links-in-links": "[a](b",
    "link-middles": "](",
    "links": "[a](http://b.example) ",
    "link-parentheses": "[a](b(c(",
    "open-parentheses": "(",
    "empty-parentheses": "()",
    "open-braces": "{",
    "open-tags": "<a ",
    "open-anchors": '<a class="yt-timestamp" data-t="',
    "anchors": '<a data-t="00:01:05">[00:01:05]</a> ',
    "eaten-anchors": '(<a data-00:01">[',
    "less-thans": "<",
    "tags": "<b>",
    "comments-never-closed": "<!-- a ",
    "breaks": "<br/>",
    "ampersands": "&",
    "entities": "&amp;amp;",
    "numeric-entities": "&#x",
    "digits": "1",
    "digits-and-colons": "00:",
    "time-marks": "[00:00:05] ",
    "chapter-list": "00:05 Intro\n",
    "numbered": "1.",
    "numbered-lines": "1. a\n",
    "hyphens": "-",
    "hyphen-lines": "---\n",
    "plus-lines": "+++\n",
    "bullets": "- ",
    "bullet-lines": "- a\n",
    "deeper-bullets": "\t- a\n\t",
    "hashes": "#",
    "hashtags": "#a",
    "headings": "# a\n",
    "quote-marks": ">",
    "quote-lines": "> a\n",
    "callouts": "> [!quote] a\n",
    "bars": "|",
    "table-rows": "| a | b |\n",
    "colons": ":",
    "properties": "a:: b\n",
    "property-colons": "a::",
    "fields": "Author: a\n",
    "notes": "    - Note: a\n",
    "tag-lines": "    - Tags: #a#b\n",
    "view-highlights": "- a ([View Highlight](https://read.readwise.io/read/1))\n",
    "open-view-highlights": "- a ([View Highlight](",
    "kindle-locations": "- a — location: [98](kindle://book?location=98) ^ref-1\n",
    "hypothesis": "- a — [Updated on 2023-01-02](https://hyp.is/a/b) — Group: #Public\n",
    "pins": "> 📌 a\n> ⏱ 2023-01-02 ^1\n",
    "zotero": "“a” ([[zotero://open-pdf/library/items/A?page=2|pdf]])\n",
    "pages": "- a (Page\xa05)\n",
    "footnotes": "[^1]",
    "urls": "https://",
    "www": "www.a.",
    "at-signs": "@a",
    "addresses": "a@b.example ",
    "dots": ".",
    "initials": "A. ",
    "sentences": "A b. ",
    "by-lines": "By A\n",
    "commas": "a, ",
    "ands": "a and ",
    "capitals": "A",
    "camels": "aA",
    "letters": "a",
    "words": "a ",
    "lines": "a\n",
    "carriage-returns": "\r",
    "mixed-line-ends": "a\r\n\rb\n",
    "form-feeds": "\f",
    "line-separators": "\u2028",
    "zero-widths": "\u200b",
    "byte-order-marks": "\ufeff",
    "combining": "a\u0301\u0323",
    "only-combining": "\u0301",
    "right-to-left": "\u202ea",
    "isolates": "\u2066",
    "joiners": "👩\u200d",
    "variation-selectors": "\ufe0f",
    "flags": "🇦",
    "nuls": "\0",
    "escapes": "\x1b[31m",
    "bells": "\x07",
    "mojibake": "â€™",
    "mojibake-spaces": "Â\xa0",
    "mojibake-twice": "Ã¢â‚¬â„¢",
    "replacement-characters": "\ufffd",
    "chinese": "潮水",
    "chinese-sentences": "潮水很慢。",
    "templates": "{{a}}",
    "template-commands": "<% a %>",
    "open-templates": "{{a",
    "turkish-capitals": "İ",
    "ligatures": "ﷺ",
    "sharp-s": "ß",
}

# Depth: a parser that recurses, or a loader in C that does, dies here.
NESTS = {"brackets": "[", "braces": "{", "quotes": "> ", "bullets": "- ", "parentheses": "(", "elements": "<div>"}

FRONT_MATTER = {
    "laughs": _laughs(),
    "merges": _merges(),
    "aliases": "a: &a [1]\nb: [" + "*a, " * 50_000 + "*a]",
    "alias-of-itself": "a: &a [*a]",
    "alias-of-nothing": "a: *nobody",
    "nested-brackets": "a: " + "[" * 50_000,
    "nested-brackets-closed": "a: " + "[" * 5_000 + "]" * 5_000,
    "nested-braces": "a: " + "{a: " * 20_000,
    "nested-bullets": "a:\n" + "- " * 20_000 + "a",
    "nested-mappings": "\n".join(" " * n + "a:" for n in range(1_000)),
    "python-object": "a: !!python/object/apply:os.system ['touch pwned']",
    "python-name": "a: !!python/name:os.environ",
    "unknown-tag": "a: !sea {b: 1}\ntitle: Tides",
    "binary": "a: !!binary " + "A" * 10_000,
    "set": "a: !!set {b, c}",
    "pairs": "a: !!pairs [b: 1, b: 2]",
    "wrong-int": "a: !!int tides",
    "huge-int": "title: " + "9" * 10_000,
    "huge-hexadecimal": "title: 0x" + "f" * 10_000,
    "sexagesimal": "title: " + "1:" * 5_000 + "1",
    "huge-float": "title: 1e999999999",
    "not-a-number": "title: .nan\nauthor: .inf",
    "month-13": "title: Tides\ndate: 2024-13-45",
    "year-0": "date: 0000-00-00",
    "far-zone": "date: 2024-01-01T00:00:00+99:99",
    "template-key": "{{x}}: 1",
    "template-value": "title: {{title}}\ndate: {{date}}",
    "complex-key": "? [a, b]\n: c\n? {d: e}\n: f",
    "list-key": "[a, b]: c",
    "empty-key": ": a\n? \n: b",
    "null-title": "title:\nauthor: ~\ntags: null",
    "boolean-title": "title: NO\nauthor: yes\ntags: off",
    "title-of-a-mapping": "title: {a: {b: c}}\nauthor: {d: [e]}\ntags: {f: g}",
    "title-of-lists": "title: [[a], [[b]]]\nauthor: [[Lena Holm]]\ntags: [[[c]]]",
    "tabs": "a:\n\t- b\n\tc: d",
    "a-scalar": "just words",
    "a-list": "- a\n- b",
    "duplicate-keys": "title: a\n" * 5_000,
    "many-keys": "\n".join(f"k{n}: v" for n in range(30_000)),
    "long-key": "k" * 100_000 + ": v",
    "long-value": "title: " + "v" * 500_000,
    "long-quoted": 'title: "' + "v\\\n" * 50_000 + '"',
    "unclosed-quote": 'title: "Tides\nauthor: Lena Holm',
    "folded": "title: >-\n" + "  a\n" * 20_000,
    "indentation-indicator": "title: |9\n   a",
    "directive": "%YAML 9.9",
    "tag-directive": "%TAG ! tag:example.org,2000:\n--- !a b",
    "documents": "a: 1\n...\n--- b\n... c",
    "controls": "title: a\x01b\x00c\x7f\x85d",
    "many-tags": "tags: [" + "a, " * 50_000 + "b]",
    "many-authors": "author: " + "[[A B]], " * 10_000,
    "hash-tags": "tags: " + "#a " * 20_000,
    "long-url": "url: https://example.org/" + "a" * 200_000,
    "script-url": "url: javascript:alert(1)\ntitle: Tides",
    "file-url": "url: file:///etc/passwd\ntitle: Tides",
    "script-video": "videoId: '\"><script>alert(1)</script>'",
    "percent-url": "url: https://example.org/%ZZ%00%ff\ntitle: '%00%ff'",
    "bad-host": "url: https://[::1\nsource: http://[/",
    "second-block": "title: a\n---\n---\ntitle: b",
}

CONTENTS: dict[str, Callable[[], bytes | str]] = {
    **{f"run-of-{name}.md": lambda unit=unit: flood(unit, 64 * KIB) for name, unit in RUNS.items()},
    **{
        f"bullet-of-{name}.md": lambda unit=unit: flood(unit, 20 * KIB, before="## Highlights\n\n- ")
        for name, unit in RUNS.items()
    },
    **{f"nest-of-{name}.md": lambda unit=unit: unit * 100_000 for name, unit in NESTS.items()},
    **{f"front-{name}.md": lambda matter=matter: front(matter) for name, matter in FRONT_MATTER.items()},
    "front-never-closed.md": lambda: b"---\ntitle: Tides\n" + b"a: b\n" * 50_000,
    "front-three-dashes.md": lambda: b"---",
    "front-six-dashes.md": lambda: b"---\n---",
    "front-after-brace.md": lambda: b"}\n---\ntitle: Tides\n---\nThe quay is longer at low tide.\n",
    "front-after-marks.md": lambda: "\ufeff\ufeff\n\n---\ntitle: Tides\n---\nThe quay is longer.\n",
    "toml-nested-arrays.md": lambda: b"+++\na = " + b"[" * 50_000 + b"\n+++\n",
    "toml-dotted-key.md": lambda: b"+++\n" + b"a." * 20_000 + b"a = 1\n+++\n",
    "toml-nested-tables.md": lambda: b"+++\na = " + b"{a = " * 20_000 + b"\n+++\n",
    "toml-huge-int.md": lambda: b"+++\ntitle = " + b"9" * 10_000 + b"\n+++\n",
    "toml-never-closed.md": lambda: b"+++\ntitle = 'Tides'\n",
    "toml-broken.md": lambda: b"+++\ntitle = Tides\ndate = 2024-13-45\n+++\nThe quay.\n",
    "json-nested.md": lambda: b"---\n" + b'{"a":' * 50_000 + b"\n---\n",
    "json-bare-nested.md": lambda: b'{"a":' * 100_000,
    "json-not-a-number.md": lambda: b'---\n{"title": NaN, "tags": [Infinity]}\n---\nThe quay.\n',
    "json-huge-int.md": lambda: b'---\n{"title": ' + b"9" * 10_000 + b"}\n---\nThe quay.\n",
    "one-line-of-1-MiB.md": lambda: flood("Fog is a slow door, ", MIB),
    "a-million-newlines.md": lambda: b"\n" * 1_000_000,
    "deepening-quotes.md": lambda: "\n".join(">" * n + " a" for n in range(600)),
    "deepening-bullets.md": lambda: "\n".join(" " * n + "- a" for n in range(600)),
    "fences-never-closed.md": lambda: flood("```a\nb\n~~~c\n"),
    "link-definitions.md": lambda: flood("[a]: http://b.example\n"),
    "embeds-of-the-system.md": lambda: b"![[/etc/passwd]]\n![](/etc/passwd)\n![[../../../etc/passwd]]\n",
    "wikilinks-of-paths.md": lambda: b"- Read [[../../../etc/passwd|this]] and [[/proc/self/environ]] at once.\n",
    "anchor-of-huge-digits.md": lambda: (
        b'---\nvideoId: abcdefghijk\n---\nRow. <a data-t="' + b"9" * 20_000 + b'">[x]</a>\n'
    ),
    "anchor-of-many-groups.md": lambda: b"---\nvideoId: abcdefghijk\n---\nRow. [" + b"99:" * 5_000 + b"99]\n",
    "arabic-digits.md": lambda: "Row first, argue later, sail. [٠٠:٠١:٠٥] (Location ٩٨)\n- ² (Page ³)\n",
    "same-highlight-often.md": lambda: flood("- The quay is longer at low tide.\n", before="## Highlights\n\n"),
    "prefixes.md": lambda: "## Highlights\n\n" + "".join(f"- {'a' * n}\n" for n in range(1, 1_500)),
    "many-highlights.md": lambda: "".join(f"- Tide number {n} is late again.\n" for n in range(20_000)),
    "nothing.md": lambda: b"",
    "spaces-only.md": lambda: b" \n\t\n ",
    "mark-only.md": lambda: b"\xef\xbb\xbf",
    "utf-16.md": lambda: PLAIN.encode("utf-16"),
    "utf-16-big-endian.md": lambda: b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "utf-16-odd.md": lambda: PLAIN.encode("utf-16") + b"a",
    "utf-16-surrogates.md": lambda: b"\xff\xfe" + b"\x00\xd8" * 5_000,
    "utf-16-no-mark.md": lambda: PLAIN.encode("utf-16-le"),
    "utf-32.md": lambda: PLAIN.encode("utf-32"),
    "utf-32-beyond.md": lambda: b"\xff\xfe\x00\x00" + b"\xff\xff\xff\xff" * 1_000,
    "cp1252.md": lambda: "- “The quay” — it’s longer at low tide…\n".encode("cp1252"),
    "shift-jis.md": lambda: "- 潮水はとても静かでした。\n".encode("shift-jis"),
    "surrogates.md": lambda: b"- The quay \xed\xa0\x80\xed\xb0\x80 is longer at low tide.\n" * 500,
    "overlong.md": lambda: b"- \xc0\xaf\xe0\x80\xaf The quay.\n" * 500,
    "invalid-bytes.md": lambda: bytes(range(128, 256)) * 500,
    "all-bytes.md": lambda: bytes(range(256)) * 200,
    "picture.md": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100,
    "archive.md": lambda: b"PK\x03\x04" + b"\x00\xff" * 10_000,
    "program.md": lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 10_000,
    "page.md": lambda: b"<!DOCTYPE html><html><script>alert(1)</script><body onload=x>" + b"<p>a</p>" * 10_000,
    "mentions.md": lambda: b"- @everyone <!channel> <@U123> &lt;!here&gt; the quay is longer at low tide.\n",
    "My Clippings.txt": lambda: b"==========\n" * 100_000,
    "clippings-many.txt": lambda: "".join(_clipping(LABEL.format(n), f"Tide {n}.") for n in range(20_000)),
    "clippings-one-place.txt": lambda: "".join(_clipping(LABEL.format(7), f"Tide {n}.") for n in range(20_000)),
    "clippings-notes.txt": lambda: (
        _clipping(LABEL.format(7)) + _clipping("- Your Note on Location 7 | Added on x") * 9_000
    ),
    "clippings-huge-place.txt": lambda: _clipping(LABEL.format("9" * 90 + "-" + "1" * 90)),
    "clippings-long-label.txt": lambda: _clipping("- Your Highlight on " + "7 | " * 100_000),
    "clippings-brackets.txt": lambda: _clipping(LABEL.format(7), title="(" * 100_000 + ")" * 100_000),
    "clippings-title.txt": lambda: _clipping(LABEL.format(7), title="(1)" * 100_000),
    "clippings-limit.txt": lambda: _clipping(LABEL.format(7)) + _clipping(LABEL.format(8), "<" * 100_000 + ">"),
    "clippings-torn.txt": lambda: _clipping(LABEL.format(7)) + "a\n==========\n" * 20_000,
    "table-5-MiB-cell.csv": lambda: flood("a", 5 * MIB, before=CSV + '"', after='",Harbours,Lena Holm,\n'),
    "table-nul.csv": lambda: CSV + "a\0b,c\0,d,\n",
    "table-never-closed.csv": lambda: flood("a,b,c,\n", before=CSV + '"'),
    "table-quotes.csv": lambda: flood('"', before=CSV),
    "table-quote-lines.csv": lambda: flood('"a"b,"c,d\n', before=CSV, after='"'),
    "table-many-cells.csv": lambda: flood(",", before=CSV),
    "table-many-columns.csv": lambda: flood("Highlight,", after="\na"),
    "table-many-books.csv": lambda: CSV + "".join(f"Fog {n}.,Book {n},A B,t{n}\n" for n in range(20_000)),
    "table-many-tags.csv": lambda: flood("a,", before=CSV + 'Fog.,Harbours,Lena Holm,"', after='"\n', size=100 * KIB),
    "table-carriage-returns.csv": lambda: flood("\r", before=CSV),
    "table-formulas.csv": lambda: CSV + '=cmd|"/c calc"!A1,+1,@a,-1\n',
    "table-separator-line.csv": lambda: "sep=;\n" + CSV.replace(",", ";") + "Fog.;a;b;c\n",
    "table-header-only.csv": lambda: CSV,
    "table-nothing.csv": lambda: b"",
    "exactly-8-MiB.md": lambda: flood("The quay is longer at low tide than at high water.\n", LIMIT + 51)[:LIMIT],
}


def content(name: str) -> bytes:
    """The bytes of one of CONTENTS."""
    made = CONTENTS[name]()
    return made if isinstance(made, bytes) else made.encode()


def _write(path: Path, data: bytes = PLAIN.encode()) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _named(name: bytes) -> Callable[[Path], None]:
    """A plain note under a hostile name."""

    def make(root: Path) -> None:
        _write(root / os.fsdecode(name))

    return make


def _link(name: str, target: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / name).symlink_to(target)

    return make


def _outside(root: Path) -> None:
    _write(root.parent / "outside" / "secret.md", f"- {SECRET}.\n".encode())
    (root / "link-out.md").symlink_to("../outside/secret.md")
    (root / "link-to-a-folder-outside").symlink_to("../outside")
    (root / "link-absolute.md").symlink_to(root.parent / "outside" / "secret.md")


def _socket(root: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(root)  # a socket's path may have 108 bytes at most
        try:
            server.bind("socket.md")
        finally:
            os.chdir(here)


def _sparse(root: Path) -> None:
    with (root / "sparse-1-GiB.md").open("wb") as file:
        file.truncate(1 << 30)


def _unreadable(root: Path) -> None:
    _write(root / "unreadable.md")
    (root / "unreadable.md").chmod(0)


PLACES: dict[str, Callable[[Path], None]] = {
    "link-to-environ.md": _link("link-to-environ.md", "/proc/self/environ"),
    "link-to-passwd.md": _link("link-to-passwd.md", "/etc/passwd"),
    "link-to-zero.md": _link("link-to-zero.md", "/dev/zero"),
    "link-to-random.md": _link("link-to-random.md", "/dev/urandom"),
    "link-to-memory.md": _link("link-to-memory.md", "/proc/self/mem"),
    "link-to-itself.md": _link("link-to-itself.md", "link-to-itself.md"),
    "link-to-nothing.md": _link("link-to-nothing.md", "nowhere.md"),
    "link-to-the-folder": _link("link-to-the-folder", "."),
    "link-to-the-system": _link("link-to-the-system", "/etc"),
    "links out": _outside,
    "pipe.md": lambda root: os.mkfifo(root / "pipe.md"),
    "socket.md": _socket,
    "sparse-1-GiB.md": _sparse,
    "over-8-MiB.md": lambda root: _write(root / "over-8-MiB.md", b"a" * (LIMIT + 1)),
    "unreadable.md": _unreadable,
    "folder.md": lambda root: _write(root / "folder.md" / "inside.md"),
    "deep": lambda root: _write(root.joinpath(*["d"] * 150, "deep.md")),
    "hidden": lambda root: _write(root / ".hidden" / "hidden.md"),
    "trash": lambda root: _write(root / ".trash" / "trash.md"),
    "settings": lambda root: _write(root / ".obsidian" / "settings.md"),
    "painted link": _link("\x1b[31mpainted", "/etc"),
    "hard link": lambda root: (root / "hard-link.md").hardlink_to(root / "plain.md"),
}
NAMES = [
    b"line\nbreak.md",
    b"carriage\rreturn.md",
    b"\xff\xfe invalid.md",
    b"\xed\xa0\x80 surrogate.md",
    b"\x1b[31mred\x1b[0m.md",
    b"tab\tand\x01control\x7f.md",
    "\u202edm.right-to-left.md".encode(),
    "zero\u200bwidth.md".encode(),
    "cafe\u0301.md".encode(),
    "café.md".encode(),
    b'quote".md',
    b"back\\slash.md",
    b"-rf.md",
    b"--help.md",
    b"%00.md",
    b"%2e%2e%2fetc%2fpasswd.md",
    b"%ff%fe%.md",
    b"%" * 200 + b".md",
    b"name .md",
    b"name.md.md",
    b"NAME.MD",
    b"#hash [bracket] ?.md",
    b"<script>alert(1)</script>.md".replace(b"/", b"%2F"),
    b"{{title}}.md",
    b"<% tp.file.title %>.md",
    b"${HOME} $(id) `id`.md",
    b"a" * 252 + b".md",
    "潮".encode() * 83 + b".md",
    "👩‍🚀.md".encode(),
    b"2023-13-45.md",
    b"....md",
    b" - Highlights.md",
    b" by .md",
]
PLACES |= {repr(name)[2:-1]: _named(name) for name in NAMES}

REFUSED = (
    "link-to-environ.md",
    "link-to-passwd.md",
    "link-to-zero.md",
    "link-to-random.md",
    "link-to-memory.md",
    "link-to-itself.md",
    "link-to-nothing.md",
    "link-out.md",
    "link-absolute.md",
    "pipe.md",
    "socket.md",
    "sparse-1-GiB.md",
    "over-8-MiB.md",
)
LEFT_OUT = ("hidden.md", "trash.md", "settings.md", "secret.md")


def write(root: Path) -> None:
    """Fill an empty folder with every attack, and a plain note among them."""
    _write(root / "plain.md")
    for make in PLACES.values():
        make(root)
    for name in CONTENTS:
        _write(root / name, content(name))
