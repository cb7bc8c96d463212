"""What notes say about their sources: front matter that parses and that does not, metadata blocks, file names."""

from __future__ import annotations

from typing import Any

import pytest
from reading import read

from digestbot.model import Source

BODY = "\n## Highlights\n- One rope is never enough.\n"


def about(name: str, text: str, **expected: object) -> Any:
    """A named line of a table: what a note's head says, and what of it is expected."""
    return pytest.param(text, expected, id=name)


def shown(source: Source, expected: dict[str, object]) -> dict[str, object]:
    """The fields of a source that a case is about; lists as tuples."""
    return {key: getattr(source, key) for key in expected}


# Front matter without its fences.
FRONT = [
    about(
        "an item that begins with brackets",
        'title: Tides\naliases:\n  - [""](""): ""\nauthor: Lena Holm\ntags: [sea, wind]',
        title="Tides",
        authors=("Lena Holm",),
        tags=("sea", "wind"),
    ),
    about(
        "a handle",
        "author: @gull_watcher on Twitter\ntitle: Tweets From Gull Watcher\ntags:\n  - tweets",
        title="Tweets From Gull Watcher",
        authors=("Gull Watcher",),
        tags=("tweets",),
    ),
    about(
        "a citekey",
        "citekey: @Marsh2019\ntitle: Marshes\nauthors: Ana Marsh; Bo Reed\nyear: 2019",
        title="Marshes",
        authors=("Ana Marsh", "Bo Reed"),
        published="2019",
    ),
    about(
        "two wikilinks",
        "author: [[Lena Holm]] [[Bo Reed]]\nlink: [[Tides]] [[Boats]]\ntitle: Tides",
        title="Tides",
        authors=("Lena Holm", "Bo Reed"),
        url=None,
    ),
    about(
        "text after a wikilink",
        "birthday: [[May 3rd]] 1980\ntitle: Tides\nauthor: [[Lena Holm]]",
        title="Tides",
        authors=("Lena Holm",),
    ),
    about(
        "a flow list with signs",
        "aliases: [Re: Rule #2: Mind Your Wake]\ntitle: Rule #2: Mind Your Wake",
        title="Rule #2: Mind Your Wake",
    ),
    about(
        "a colon in a value",
        "author: Nils Berg: Letters\ntitle: Set Sail: A Manual",
        title="Set Sail: A Manual",
        authors=("Nils Berg: Letters",),
    ),
    about(
        "a value over two lines",
        "author: Ana Cruz\nBen Ode\ntitle: Tides",
        title="Tides",
        authors=("Ana Cruz", "Ben Ode"),
    ),
    about(
        "tabs",
        'title: Tides\nurl:\n\t- "https://example.org/u"\ntags:\n\t- sea\n\t- wind',
        url="https://example.org/u",
        tags=("sea", "wind"),
    ),
    about("a date that is none", "title: Tides\npublished: 2024-13-45", title="Tides", published="2024"),
    about("a day that is none", "title: Tides\npublished: 2024-02-31", published="2024-02"),
    about("a key that is no key", "? [a, b]\n: 1\ntitle: Tides", title="Tides"),
    about(
        "a wikilink as list",
        "author: [[Lena Holm]]\ntags: #sea\ntitle: Tides # 4",
        title="Tides # 4",
        authors=("Lena Holm",),
        tags=("sea",),
    ),
    about("a date as title", "title: 2023-02-28", title="2023-02-28"),
    about("a number as title", "title: 1917", title="1917"),
    about("a truth as title", "title: NO", title="NO"),
    about("tags as one text", "tags: sea, wind", tags=("sea", "wind")),
    about("tags glued", 'tags: "#sea#wind"', tags=("sea", "wind")),
    about("tags with a comment", "tags: [sea, wind] # mine", tags=("sea", "wind")),
    about("no tags", "tags:\nauthor:\ntitle: Tides", tags=(), authors=(), title="Tides"),
    about("nulls", "author: ~\ntags: null\nurl: undefined\ntitle: Tides", authors=(), tags=(), url=None),
    about("an owner with an address", "Author: Kim Owner <kim@example.org>\ntitle: Tides", authors=(), title="Tides"),
    about("only an address", "author: kim@example.org", authors=()),
    about(
        "folded",
        "title: >-\n  The Very Long\n  Title\nauthor: |\n  Lena Holm",
        title="The Very Long Title",
        authors=("Lena Holm",),
    ),
    about(
        "nested by Kindle",
        "kindle-sync:\n  bookId: '1'\n  title: The Long Quay\n  author: Lena Holm",
        title="The Long Quay",
        authors=("Lena Holm",),
    ),
    about(
        "a person of several fields",
        "author:\n  name: Lena Holm\n  url: https://example.org/lena\ntitle: T",
        authors=("Lena Holm",),
        url=None,
    ),
    about(
        "people of several fields", "authors:\n  - name: Lena Holm\n  - name: Bo Reed", authors=("Lena Holm", "Bo Reed")
    ),
    about(
        "capitals",
        "Title: Tides\nAuthor: Lena Holm\nURL: https://example.org/c\nPublished: May 3, 2021",
        title="Tides",
        authors=("Lena Holm",),
        url="https://example.org/c",
        published="2021-05-03",
    ),
    about(
        "quotes inside quotes",
        "title: \"The \\\"Long\\\" Quay\"\nauthor: 'Kit O''Neil'",
        title='The "Long" Quay',
        authors=("Kit O'Neil",),
    ),
    about(
        "wikilinks in quotes",
        'author:\n  - "[[people/Bo Reed]]"\n  - "[[people/ana|Ana Cruz]]"',
        authors=("Bo Reed", "Ana Cruz"),
    ),
    about(
        "two addresses",
        "url: https://readwise.io/bookreview/1\nsource: https://example.org/s",
        url="https://example.org/s",
    ),
    about(
        "a page before a site",
        "website: https://example.org\npermalink: https://example.org/page",
        url="https://example.org/page",
    ),
    about("an address as link", 'url: "[Read](https://example.org/a_(b))"', url="https://example.org/a_(b)"),
    about("HTML", "title: Tides &amp; Boats", title="Tides & Boats"),
    about("categories", "category: essays\ntype: article", tags=("essays",)),
    about(
        "German",
        "titel: Der Kai\nautor: Lena Holm und Bo Reed\nquelle: https://example.org/kai\n"
        "schlagwörter: [meer]\nveröffentlicht: 6. Mai 2020",
        title="Der Kai",
        authors=("Lena Holm", "Bo Reed"),
        url="https://example.org/kai",
        tags=("meer",),
    ),
    about(
        "French",
        "titre: Le quai\nauteur: Lena Holm et Bo Reed\nlien: https://example.org/quai\nétiquettes: mer, vent",
        title="Le quai",
        authors=("Lena Holm", "Bo Reed"),
        url="https://example.org/quai",
        tags=("mer", "vent"),
    ),
    about(
        "Spanish",
        "título: El muelle\nautor: Lena Holm y Bo Reed\nenlace: https://example.org/muelle\nfecha: 2020-05-06",
        title="El muelle",
        authors=("Lena Holm", "Bo Reed"),
        url="https://example.org/muelle",
        published="2020-05-06",
    ),
]


@pytest.mark.parametrize(("front", "expected"), FRONT)
def test_front_matter(front: str, expected: dict[str, object]) -> None:
    """Whatever YAML makes of front matter, or refuses to, title, authors, tags and address are what was written."""
    note = read(f"---\n{front}\n---\n{BODY}")
    assert shown(note.sources[0], expected) == expected
    assert [highlight.text for highlight in note.highlights] == ["One rope is never enough."]


def test_video() -> None:
    """A video's id makes its address where none is written."""
    note = read("---\nvideoId: abcDEF12345\n---\nThe crew explains how a rope is made and kept. [00:01:05]\n")
    assert note.sources[0].url == "https://www.youtube.com/watch?v=abcDEF12345"
    assert note.highlights[0].url == "https://www.youtube.com/watch?v=abcDEF12345&t=65s"


@pytest.mark.parametrize(
    "start",
    ["\ufeff---\n", "\n\n---\n", "---  \n", "\ufeff\n---\n"],
    ids=["BOM", "blank lines", "spaces behind the fence", "BOM and blank line"],
)
def test_front_matter_is_found(start: str) -> None:
    """A BOM, blank lines or spaces do not hide front matter."""
    source = read(f"{start}title: Tides\nauthor: Lena Holm\n---\n{BODY}").sources[0]
    assert (source.title, source.authors) == ("Tides", ("Lena Holm",))


HEADS = [
    about(
        "TOML",
        '+++\ntitle = "Tides"\nauthors = ["Lena Holm", "Bo Reed"]\ndate = 2020-05-06\n+++\n',
        title="Tides",
        authors=("Lena Holm", "Bo Reed"),
        published="2020-05-06",
    ),
    about(
        "TOML that does not parse",
        '+++\ntitle = Tides\nauthors = "Lena Holm"\n+++\n',
        title="Tides",
        authors=("Lena Holm",),
    ),
    about(
        "JSON",
        '---\n{"title": "Tides", "author": ["Lena Holm"], "tags": ["sea"]}\n---\n',
        title="Tides",
        authors=("Lena Holm",),
        tags=("sea",),
    ),
    about(
        "Logseq",
        'title:: Tides (highlights)\nauthor:: [[Lena Holm]]\nfull-title:: "Tides: A Life"\n'
        "tags:: sea, [[wind]]\nurl:: https://example.org/t\n",
        title="Tides: A Life",
        authors=("Lena Holm",),
        tags=("sea", "wind"),
        url="https://example.org/t",
    ),
    about("Logseq in a bullet", "- title:: Tides\n  author:: [[Lena Holm]]\n", title="Tides", authors=("Lena Holm",)),
    about(
        "inline fields",
        "# Tides\n\nAuthor:: [[Lena Holm]]\n\nURL:: https://example.org/t\n\nTags:: #sea, #wind\n",
        title="Tides",
        authors=("Lena Holm",),
        url="https://example.org/t",
        tags=("sea", "wind"),
    ),
    about(
        "a folded callout",
        ">[!note]- Readwise Information\n>Author:: [[Lena Holm]]\n>Title:: Tides\n"
        ">Link:: https://readwise.io/bookreview/1\n>Source-URL:: https://example.org/t\n",
        title="Tides",
        authors=("Lena Holm",),
        url="https://example.org/t",
    ),
    about(
        "a callout of another kind",
        "> [!book] Tides\n> - **Author**: Lena Holm\n> - **Title**: Tides\n",
        title="Tides",
        authors=("Lena Holm",),
    ),
    about(
        "stars",
        "## Metadata\n* Author: *Lena Holm*\n* Full Title: Tides\n* Category: #books #sea/north\n",
        title="Tides",
        authors=("Lena Holm",),
        tags=("books", "sea/north"),
    ),
    about(
        "bold",
        "## Metadata\n- **Author:** [[Lena Holm]]\n- **Title**: Tides\n"
        "- **URL**:: <https://example.org/t>\n- **Published**: [[May 3rd, 2021]]\n",
        title="Tides",
        authors=("Lena Holm",),
        url="https://example.org/t",
        published="2021-05-03",
    ),
    about(
        "plain lines",
        "### Metadata\nAuthor: [[Lena Holm]]\nFull Title: Tides\nCategory: #books\n",
        title="Tides",
        authors=("Lena Holm",),
        tags=("books",),
    ),
    about(
        "no-break spaces",
        "## Metadata\n-\u00a0Author:\u00a0[[Lena Holm]]\n-\u00a0Full\u00a0Title:\u00a0Tides\n",
        title="Tides",
        authors=("Lena Holm",),
    ),
    about(
        "another heading",
        "## Episode metadata\n- Episode title: Tides\n- Show: Harbour Radio\n- Episode publish date: 2023-01-02\n",
        title="Tides",
        authors=("Harbour Radio",),
        published="2023-01-02",
    ),
    about(
        "an emoji before heading and key",
        "## 📇 Metadata\n- Author: Lena Holm\n- Title: Tides\n",
        title="Tides",
        authors=("Lena Holm",),
    ),
    about(
        "metadata before front matter",
        "---\nAuthor: Kim Owner\ntitle: mine\n---\n## Metadata\n- Author: [[Lena Holm]]\n- Full Title: Tides\n",
        title="Tides",
        authors=("Lena Holm",),
    ),
    about(
        "Chinese",
        "## 元数据\n- 作者：莉娜\n- 书名：长堤\n- 标签：#海\n- 链接：https://example.org/q\n",
        title="长堤",
        authors=("莉娜",),
        tags=("海",),
        url="https://example.org/q",
    ),
    about(
        "Russian",
        "## Метаданные\n- Автор: Лена Холм\n- Название: Пирс\n- Ссылка: https://example.org/p\n",
        title="Пирс",
        authors=("Лена Холм",),
        url="https://example.org/p",
    ),
    about(
        "Korean",
        "## Metadata\n- 저자: 홍길동\n- 제목: 부두\n- 태그: #바다\n",
        title="부두",
        authors=("홍길동",),
        tags=("바다",),
    ),
    about(
        "French spacing",
        "## Métadonnées\n- Auteur : Lena Holm\n- Titre : Le quai\n",
        title="Le quai",
        authors=("Lena Holm",),
    ),
    about(
        "a heading with the author",
        "# Tides by Lena Holm\n\n## Metadata\n- Author: [[Lena Holm]]\n",
        title="Tides",
        authors=("Lena Holm",),
    ),
    about("an escaped heading", "# \\#23: Tides\n", title="#23: Tides"),
    about("a linked heading", "# [Tides](https://example.org/t)\n", title="Tides"),
    about("a wikilink as heading", "# [[Tides]]\n", title="Tides"),
    about("a pasted block", "# Tides\n\n---\ntitle: Boats\nauthor: Bo Reed\n---\n", title="Tides", authors=()),
    about("no title", "# (no title)\n## Metadata\n- Title: (no title)\n", title=None),
    about(
        "a broken author link",
        "## Metadata\n- Author: [Lena Holm](https://www.amazon.comundefined)\n",
        authors=("Lena Holm",),
        url=None,
    ),
    about(
        "an unrendered source",
        "## Metadata\n- Author: [[Lena Holm]]\n- Source: [[{source}]]\n- Full Title: Tides\n",
        title="Tides",
        tags=(),
        url=None,
    ),
]


@pytest.mark.parametrize(("head", "expected"), HEADS)
def test_head(head: str, expected: dict[str, object]) -> None:
    """Metadata is read wherever it stands, in the order of precedence, and leaves nothing in the highlights."""
    note = read(head + BODY)
    assert shown(note.sources[0], expected) == expected
    assert [highlight.text for highlight in note.highlights] == ["One rope is never enough."]
