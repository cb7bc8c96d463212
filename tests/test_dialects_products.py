"""What other reading products export: each note is read as its product meant it."""

from __future__ import annotations

import pytest
from reading import Row, beside, case, read, row

from digestbot.model import Voice

NOTES = [
    case(
        "Hypothesis",
        "---\ndoc_type: hypothesis-highlights\nurl: 'https://example.org/quay'\n---\n"
        "# The Quay\n\n## Metadata\n- Author: [example.org]()\n- Title: The Quay\n"
        "- Reference: https://example.org/quay\n\n## Page Notes\n"
        "- On quays. — [Updated on 2023-01-02](https://hyp.is/p/example.org) — Group: #Public\n"
        "## Highlights\n"
        "- Harbours are promises. — [Updated on 2023-01-02](https://hyp.is/abc/example.org) — Group: #Public\n"
        "    - Tags: #sea#wind\n    - Annotation: good\n"
        "- Ropes — old ones — hold. — [Updated on 2023-01-02 08:00:00](https://hyp.is/abd/example.org)\n"
        "- No highlighted text — [Updated on 2023-01-02](https://hyp.is/abe/example.org)\n",
        row("Harbours are promises.", url="https://hyp.is/abc/example.org", tags=("sea", "wind"), note="good"),
        row("Ropes — old ones — hold.", url="https://hyp.is/abd/example.org"),
    ),
    case(
        "Omnivore",
        "---\nid: 1-2\ntitle: |\n  The Quay\nauthor: |\n  Lena Holm\n"
        "url: https://omnivore.app/me/quay-1\nurl_original: https://example.org/quay\n---\n\n"
        "# The Quay\n#Omnivore\n\n"
        "[Read on Omnivore](https://omnivore.app/me/quay-1)\n"
        "[Read Original](https://example.org/quay)\n\n## Highlights\n\n"
        "> Row first. [⤴️](https://omnivore.app/me/quay-1#id1)  #crew #rows  ^id8\n\n"
        "my note on it\n\n> Row second.\n> Then rest. [⤴️](https://omnivore.app/me/quay-1#id2)\n",
        row(
            "Row first.",
            url="https://omnivore.app/me/quay-1#id1",
            tags=("crew", "rows"),
            note="my note on it",
            native_id="id8",
        ),
        row("Row second.\nThen rest.", url="https://omnivore.app/me/quay-1#id2", note=None),
    ),
    case(
        "Omnivore with callouts and notes below",
        "# The Quay\n\n## Highlights\n> [!quote]\n"
        "> Row first. [⤴️](https://omnivore.app/me/quay-1#id1)\n\n"
        "> Row second. [⤴️](https://omnivore.app/me/quay-1#id2)\nmine\n",
        row("Row first.", url="https://omnivore.app/me/quay-1#id1"),
        row("Row second.", url="https://omnivore.app/me/quay-1#id2", note="mine"),
    ),
    case(
        "Matter",
        "## Metadata\n* URL: [https://example.org/q](https://example.org/q)\n"
        "* Author: *Lena Holm*\n\n## Highlights\n\n"
        "* I am a rope.\n  * **Note**: me too\n* I am a knot; I hold.\n\n  Still I hold.\n"
        "  * **Note**: two\n    lines\n",
        row("I am a rope.", note="me too"),
        row("I am a knot; I hold.\nStill I hold.", note="two\nlines"),
    ),
    case(
        "Zotero as wikilinks",
        "# Annotations\n(1/11/2022, 7:20:22 PM)\n\n"
        "> Waves sum. ([[zotero://open-pdf/library/items/A?page=2&annotation=B|pdf]])\n\n"
        "^f4974d\n\n"
        "> ![[a.png]] ([[zotero://open-pdf/library/items/A?page=2&annotation=C\\|pdf]])\n\n"
        "My own words on waves that sum in a harbour.\n",
        row("Waves sum.", url="zotero://open-pdf/library/items/A?page=2&annotation=B", location="page 2", note=None),
    ),
    case(
        "Zotero as links",
        "“Waves sum.” ([Marsh, 2019, p. 2](zotero://select/library/items/X)) ([pdf](zotero://open-pdf/library/items/A?page=2&annotation=B))\n\n"
        "My own words on waves that sum in a harbour.\n\n"
        "“Waves part.” (Marsh, 2019, p. 4) ([pdf](zotero://open-pdf/library/items/A?page=4&annotation=C))\n",
        row(
            "Waves sum.",
            url="zotero://open-pdf/library/items/A?page=2&annotation=B",
            location="Marsh, 2019, p. 2",
            voice=Voice.AUTHOR,
            note=None,
        ),
        row("Waves part.", url="zotero://open-pdf/library/items/A?page=4&annotation=C", location="page 4"),
    ),
    case(
        "Zotero integration",
        "# Waves\n> [!cite]\n> Marsh, A. (2019). Waves. Journal of Sea, 2(3).\n\n"
        "%% begin annotations %%\n### Imported: 2023-01-02 8:00 am\n\n"
        '<mark class="yellow">Waves sum in harbours.</mark> [Page 2](zotero://open-pdf/library/items/A?page=2&annotation=B)\n'
        "%% end annotations %%\n",
        row("Waves sum in harbours.", location="Page 2", section=None),
    ),
    case(
        "Kindle plugin",
        "# The Quay\n## Metadata\n* Author: [Lena Holm](https://www.amazon.comundefined)\n"
        "* [Kindle link](kindle://book?action=open&asin=B0)\n\n## Highlights\n"
        "Knots are decisions. — location: [98](kindle://book?action=open&asin=B0&location=98) ^ref-12\n\n"
        "mine\n\n---\n"
        "Ropes\ntoo. — page: [12](kindle://book?action=open&asin=B0&location=120) ^ref-13\n\n---\n",
        row(
            "Knots are decisions.",
            location="98",
            url="kindle://book?action=open&asin=B0&location=98",
            note="mine",
            native_id="ref-12",
        ),
        row("Ropes\ntoo.", location="12", note=None),
    ),
    case(
        "Readwise Mirror",
        "%%\nID: 1\n%%\n![]( https://img.example.org/m.jpg)\n# About\nTitle: [[The Quay]]\n"
        "Authors: [[Lena Holm]]\nNumber of Highlights: ==3==\n\n---\n# Highlights\n\n"
        "Knots\n"
        "hold. ([412](https://readwise.io/to_kindle?action=open&asin=B0&location=412)) %% Color: yellow %% ^501\n\n"
        "Note: for me\nand you\n\nTags: #travel #maps\n\n"
        "[View Highlight](https://readwise.io/open/501)\n\n---\nRopes hold.\n\n"
        "So they say. %% Color: blue %% ^502\n\n---\n",
        row("Knots\nhold.", location="412", note="for me\nand you", tags=("travel", "maps"), native_id="501"),
        row("Ropes hold.\nSo they say.", location=None, note=None, native_id="502"),
    ),
    case(
        "WeRead",
        "# 元数据\n> [!abstract] 长堤\n> - 书名： 长堤\n> - 作者： 莉娜\n> - 简介： 一本关于堤的书。\n\n# 高亮划线\n\n"
        "### 第一章\n\n> 📌 灯是小小的岸。 \n> ⏱ 2023-01-02 08:00:00 ^1-2-3\n\n"
        "> 📌 [绳子记得。](<weread://reading?bId=1>)\n> ⏱ 2023-01-02 08:00:00 ^1-2-4\n\n# 读书笔记\n\n"
        "### 划线评论\n> 📌 灯是小小的岸。 ^1-2-5\n    - 💭 我想也是\n    - ⏱ 2023-01-02\n\n"
        "# 本书评论\n\n这本书很好，我很喜欢。\n",
        row("灯是小小的岸。", section="第一章", native_id="1-2-3", note="我想也是"),
        row("绳子记得。", url="weread://reading?bId=1"),
    ),
    case(
        "WeRead in bullets",
        "# 高亮划线\n\n## 第一章\n- 📌 灯是小小的岸。\n    - ⏱ 2023-01-02 08:00:00\n- 📌 绳子记得。\n    - 💭 是的\n",
        row("灯是小小的岸。", section="第一章", note=None),
        row("绳子记得。", note="是的"),
    ),
    case(
        "Logseq",
        "title:: The Quay (highlights)\nauthor:: [[Lena Holm]]\n\n"
        "- ![](https://img.example.org/q.jpg)\n"
        "- Highlights first synced by [[Readwise]] [[Jan 4th, 2023]]\n"
        "\t- The [[tide]] waits.\n\t  \n\t  For nobody.\n\t- ![](https://img.example.org/a.png)\n"
        "\t- Ropes hold. ([View Highlight](https://read.readwise.io/read/01a))\n"
        "\t\t- **Tags**: #[[sea]]\n\t\t- **Note**: mine\n"
        "- New highlights added [[Jan 5th, 2023]] at 4:10 AM\n\t- Knots hold.\n",
        row("The tide waits.\nFor nobody.", links=("tide",)),
        row("Ropes hold.", tags=("sea",), note="mine"),
        row("Knots hold.", note=None),
    ),
    case(
        "Logseq by hand",
        "- title:: The Quay\n- ## Highlights\n\t- Ropes hold.\n\t  id:: 6543-ab\n"
        "\t  collapsed:: true\n\t\t- do they?\n\t- Knots hold.\n",
        row("Ropes hold.", note="do they?"),
        row("Knots hold."),
    ),
    case(
        "Glasp",
        "# The Quay\n\n## Metadata\n- Title: The Quay\n- Reference: https://example.org/q\n\n"
        "## Highlights & Notes\n- A rope is long\n- A knot is tight\n    - Note: mine\n",
        row("A rope is long", note=None),
        row("A knot is tight", note="mine"),
    ),
    case(
        "Raindrop",
        "---\ntitle: The Quay\nlink: https://example.org/q\n---\n# The Quay\n\n## Highlights\n"
        "- A rope is long\n  *Note:* mine\n- A knot is tight\n\n## Annotations\n",
        row("A rope is long", note="mine"),
        row("A knot is tight", note=None),
    ),
    case(
        "Apple Books",
        "# The Quay\n\n## Metadata\n- Author: [Lena Holm]()\n\n## Annotations\n\n----\n\n"
        "- 📖 Chapter:: One\n- 🔖 Context:: They say a rope is long.\n"
        "- 🎯 Highlight:: A rope is long\n- 📝 Note:: N/A\n"
        "- <small>📅 Highlight taken on:: 2023-01-02</small>\n\n----\n\n- 📖 Chapter:: Two\n"
        "- 🎯 Highlight:: A knot is tight\n- 📝 Note:: mine\n",
        row("A rope is long", section="One", note=None),
        row("A knot is tight", section="Two", note="mine"),
    ),
    case(
        "Kobo",
        "# The Quay\n\n## Highlights\n\n### Chapter 1\n\n> A rope is long.\n\nmine\n\n"
        "*Created: 2023-01-02*\n\n> A knot is tight.\n",
        row("A rope is long.", section="Chapter 1", note="mine"),
        row("A knot is tight.", note=None),
    ),
    case(
        "quotes with own bullets below",
        "# The Quay\n## Highlights\n\n> A rope is long.\n- mine\n\n> A knot is tight.\n\n- Note: mine too\n",
        row("A rope is long.", note="mine"),
        row("A knot is tight.", note="mine too"),
    ),
    case(
        "callouts below the heading",
        "# The Quay\n## Highlights\n\n> [!quote]\n> A rope is long.\n\n> [!quote] Page 7\n"
        "> A knot is tight.\n> Note: mine\n",
        row("A rope is long."),
        row("A knot is tight.", note="mine"),
    ),
    case(
        "Play Books",
        "# The Quay\n\n> A rope is long.\n>\n> [12](https://play.google.com/books/reader?id=1&pg=GBS.PA12)\n",
        row("A rope is long.", location="12", url="https://play.google.com/books/reader?id=1&pg=GBS.PA12"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), NOTES)
def test_product(text: str, expected: tuple[Row, ...]) -> None:
    """Each export gives its highlights with their places, notes and tags, and nothing that is not one."""
    assert beside(read(text), expected) == expected


def test_collected_page() -> None:
    """On a page of many articles each highlight belongs to the article it stands under, and is read once."""
    note = read(
        "- ### [The Quay](https://omnivore.app/me/q)\n  site:: [Ex](https://example.org/q)\n"
        "  author:: Lena Holm\n  labels:: [[sea]] #[[wind]]\n  date-saved:: [[Jan 22nd, 2024]]\n"
        "\t- ### Highlights\n\t\t- > Row first. [⤴️](https://omnivore.app/me/q#1) #x\n"
        "\t\t\t- note:: mine\n\t\t- > Row first. [⤴️](https://omnivore.app/me/q#2)\n"
        "- [Unread](https://omnivore.app/me/u)\n- [Tides](https://omnivore.app/me/t)\n"
        "  site:: [Ex](https://example.org/t)\n  author:: Bo Reed\n\t- ### Highlights\n"
        "\t\t- > Tides wait. [⤴️](https://omnivore.app/me/t#1)\n\t\t\t- so I hope\n"
    )
    assert [(source.title, source.authors, source.url) for source in note.sources] == [
        ("The Quay", ("Lena Holm",), "https://example.org/q"),
        ("Tides", ("Bo Reed",), "https://example.org/t"),
    ]
    expected = (
        row("Row first.", source=note.sources[0], tags=("x",), note="mine", url="https://omnivore.app/me/q#1"),
        row("Tides wait.", source=note.sources[1], tags=(), note="so I hope"),
    )
    assert beside(note, expected) == expected
