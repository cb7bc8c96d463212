"""Names that say nothing about what a note is about: dates, housekeeping, furniture, what templates left behind."""

from __future__ import annotations

import re

from digestbot.library.names import fold


def _keys(text: str) -> frozenset[str]:
    return frozenset(fold(name) for name in text.split(", "))


FORMATS = _keys(
    "article, book, email, literature note, newsletter, paper, pdf, podcast, post, tweet, thread, video, "
    "youtube video, movie, film, web page, webpage, website, blog post, essay, audiobook, supplemental, "
    "document, course, interview, 文章, 书籍, 播客, 视频, книга, статья, 책, 기사"
)
"""What a source is, not what it is about: never listed, but a digest of them can be ordered."""
HOUSEKEEPING = _keys(
    "archive, archived, attachment, bookmark, capture, clipping, clippings, daily, daily note, db, done, draft, "
    "export, evergreen, favorite, favourite, fleeting, h1, h2, h3, h4, highlight, import, imported, inbox, "
    "index, input, journal, library, literature, misc, moc, new, note, permanent note, private, processed, "
    "project, public, published, quote, raw, read, reading, reading list, readwise, reference, resource, review, "
    "seed, seedling, shared, source, source note, starred, stub, sync, synced, template, to do, to read, todo, "
    "unprocessed, unread, vault, web, wip, zettel, zettelkasten, instapaper, pocket, kindle, matter, omnivore, "
    "hypothesis, zotero, weread, snipd, raindrop, web clip, web clipper, web highlights, book highlight, quick, "
    "page, content, text, note taking inbox, 微信读书笔记, 微信读书, 读书笔记, 笔记, 划线, 收藏, 摘录, 书摘, "
    "读书, 稍后读, заметки, цитаты, книги, 밑줄, 메모, knowledge base, second brain, area, 00 inbox"
)
"""Names by which exporters and note-takers keep order."""
FURNITURE = _keys(
    "about, about the author, abstract, acknowledgement, action item, annotation, appendix, article text, "
    "author, background, bibliography, book notes, challenges and considerations, citation, comment, conclusion, "
    "content, context, contents, cover, date, definition, description, details, discussion, epilogue, example, "
    "excerpt, faq, final thought, footnote, foreword, full text, further reading, future work, glossary, "
    "heading, highlight, highlights and notes, image, implication, info, information, introduction, intro, "
    "key advantage, key idea, key insight, key point, key quote, key takeaway, lesson, limitation, link, "
    "looking forward, looking ahead, main idea, main point, metadata, method, methodology, miscellaneous, "
    "moving forward, my note, my thought, new highlight, next step, note, notes and highlights, opinion, "
    "outline, overview, page note, preface, prologue, property, question, quotation, quote, reading note, "
    "reference, reflection, related, related note, related work, resource, result, review, see also, source, "
    "strategic implication, sub heading, summary, synopsis, table of contents, tag, takeaway, the case, thought, "
    "timeline, title, tl;dr, tldr, top quote, topic, transcript, unsorted, untitled, url, video, what i learned, "
    "高亮划线, 划线评论, 划线, 笔记, 读书笔记, 本书评论, 元数据, 总结, 摘要, 引言, 前言, 序言, 序, 自序, 结论, "
    "后记, 目录, 参考文献, 附录, введение, заключение, предисловие, содержание, заметки, примечания, выводы, "
    "zusammenfassung, einleitung, fazit, vorwort, inhalt, résumé, sommaire, introducción, conclusión, resumen, "
    "서론, 결론, 요약"
)
"""Headings that say what part of a text follows."""
COLOURS = _keys("yellow, blue, pink, orange, red, green, purple, magenta, gray, grey, black, white, cyan, teal, brown")
"""Marker colours, which exporters write down as tags of a highlight."""
ORDER_OF = _keys(
    "type, status, state, readwise, kind, format, source, color, colour, rating, priority, year, date, time"
)
"""First levels of nested tags below which nothing says what a note is about: `type/highlight`, `status/read`."""
SHELVES = _keys("topic, category, subject, area, tag, theme, keyword, field, on, about")
"""First levels of nested tags that say only that what follows is a theme: `topic/energy`."""

_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|январ[ья]|феврал[ья]|марта?|апрел[ья]|ма[йя]|июн[ья]|июл[ья]|августа?|сентябр[ья]"
    r"|октябр[ья]|ноябр[ья]|декабр[ья]"
)
_DAYS = (
    r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
    r"|星期[一二三四五六日天]|周[一二三四五六日]"
)
_CALENDAR = re.compile(
    rf"\b(?:{_MONTHS}|{_DAYS}|week|kw|w|q[1-4]|today|yesterday|tomorrow|at|of|am|pm)\b|\b[wq](?=\d)"
    r"|(?<=\d)(?:st|nd|rd|th|am|pm|z)\b|(?<=\d)t(?=\d)|(?<=\d)[年月日周週號号时分]|[\W\d_]+",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\d|\w+day|january|february|march|april|june|july|august|september|october|november|december|tomorrow"
    r"|星期|周",
    re.IGNORECASE,
)
"""What a date has at the least; `Sun` and `Jan` alone may be a star and a friend."""
_TEMPLATE = re.compile(
    r"\{\{|\}\}|<%|%>|\$\{|^\$|^(?:tag|keyword|topic|category|label)[ _-]?(?:\d+|name|here)?s?$"
    r"|^(?:n/a|nan|none|null|undefined|untitled|unknown|your[ _-].*|example|placeholder|lorem ipsum|todo|tbd)$"
    r"|https?:|www\.|^rw\d+$|^@[\w:]*\d{4}\w?$|^[0-9a-f]{16,}$|^(?=.*\d)[0-9a-f]{6}$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^(?:(?:chapter|part|section|book|volume|vol|lesson|lecture|episode|ep|day|step|slide|unit|appendix|figure|page|p"
    r"|глава|часть|kapitel|teil|chapitre|partie|capítulo|parte)\b[\s.:#]*(?:\d+|[ivxl]+|[a-z]|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve)?|第\s*[\d一二三四五六七八九十百]+\s*[章节節回部讲講课課卷篇].*|(?=[ivxl])(?:xl|l?x{0,3})(?:ix|iv|v?i{0,3})|[\d\s.:)-]+)[\s.:]*$",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"^(?:[\w-]+\.)+(?:com|org|net|io|co|ai|dev|me|edu|gov|info|ru|de|uk|fr|cn|blog|app|xyz)(?:/.*)?$")
_NEW_HIGHLIGHTS = re.compile(r"^(?:new )?(?:highlights?|notes?) (?:first )?(?:added|synced|updated)\b", re.IGNORECASE)


def is_date(name: str) -> bool:
    """Whether a name is nothing but a date, a month, a week, a weekday or a number."""
    plain = name.replace("_", " ")
    return not _CALENDAR.sub("", plain) and bool(_DATED.search(plain))


def is_leftover(name: str) -> bool:
    """Whether a name is what a template, a program or a web address left behind."""
    return bool(_TEMPLATE.search(name.strip().lstrip("#")))


def is_site(name: str) -> bool:
    """Whether an author's name is a site's: exporters write it where they know no author."""
    return bool(_DOMAIN.match(name.strip().casefold()))


def is_furniture(heading: str) -> bool:
    """Whether a heading says what part of a text follows, or where it stands: `Summary`, `Chapter 3`, `第一章`."""
    heading = heading.strip()
    return fold(heading) in FURNITURE or bool(_NUMBERED.match(heading) or _NEW_HIGHLIGHTS.match(heading))


def keeps_order(name: str) -> bool:
    """Whether a name is housekeeping, or made of housekeeping and formats alone: `readwise-articles`, `book notes`."""
    key = fold(name)
    words = [fold(word) for word in re.split(r"[\s_\-/]+", name) if word]
    named = len(words) > 1 and key not in FORMATS and all(word in HOUSEKEEPING or word in FORMATS for word in words)
    return named or key in HOUSEKEEPING or key.startswith("readwise")
