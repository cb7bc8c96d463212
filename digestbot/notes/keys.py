"""The words people write for a note's metadata, by what they mean; folded as front.fold_key folds them.

The order counts: where a note fills several keys of one meaning, the earlier key is asked first.
"""

from __future__ import annotations

TITLE = (
    "full title", "书名", "書名", "title", "titel", "titre", "título", "titulo", "titolo", "название", "book title",
    "article title", "episode title", "标题", "標題", "タイトル", "제목",
)  # fmt: skip
AUTHOR = (
    "author", "authors", "author(s)", "by", "written by", "book author", "作者", "著者", "autor", "autoren", "autores",
    "auteur", "auteurs", "autore", "autori", "författare", "автор", "авторы", "저자", "creators", "creator", "show",
)  # fmt: skip
URL = (
    "source url", "original url", "url original", "original link", "original", "url", "reference", "canonical url",
    "source", "link", "read original", "pc地址", "web url", "permalink", "website", "href", "uri", "web",
    "episode link", "quelle", "adresse", "lien", "fuente", "enlace", "fonte", "ссылка", "источник", "链接", "鏈接",
    "来源", "原文", "リンク", "링크", "출처", "site",
)  # fmt: skip
NAMED_TAGS = (
    "tags", "tag", "document tags", "labels", "keywords", "topics", "标签", "標籤", "теги", "schlagwörter",
    "stichwörter", "étiquettes", "etiquetas", "taggar", "タグ", "태그",
)  # fmt: skip
"""Whatever stands there is a tag."""

HASHED_TAGS = ("category", "categories", "type", "readwise source", "kategorie", "catégorie", "categoría", "категория")
"""There only what is written as `#tag` is one; a category's text counts too, see document.py."""

CATEGORY = frozenset(
    {"category", "categories", "分类", "分類", "kategorie", "catégorie", "categoría", "категория", "カテゴリ", "분류"}
)
PUBLISHED = (
    "published", "published date", "date published", "datepublished", "publication date", "publish date",
    "episode publish date", "pubdate", "出版时间", "veröffentlicht", "erschienen", "date de publication", "publié",
    "publicado", "fecha", "datum", "дата", "year", "jahr", "année", "año", "date",
)  # fmt: skip
CONTRIBUTOR = ("contributor", "added by", "shared by", "contributed by", "submitted by", "clipped by")
VIDEO = ("videoid", "video id", "youtube id")
_OTHER = (
    "summary", "document note", "isbn", "asin", "publisher", "last highlighted", "date highlighted", "last updated",
    "status", "number of highlights", "readwise url", "related to", "cover", "id", "updated", "created", "简介",
    "出版社", "collapsed", "file name", "date saved", "date read", "notes", "mdnotes file name", "cite key", "citekey",
    "item type", "journal", "doi", "last highlighted date", "review for repurpose", "highlights first synced by",
    "owner / host", "apple books", "verlag", "éditeur", "editorial",
)  # fmt: skip
KNOWN = frozenset(
    (*TITLE, *AUTHOR, *URL, *NAMED_TAGS, *HASHED_TAGS, *CATEGORY, *PUBLISHED, *CONTRIBUTOR, *VIDEO, *_OTHER)
)
"""A line `Key: value` at the top of a note is metadata only if some key near it is one of these."""
