"""Lines of a web page that are about the page and not of the article, as data for prose.py.

Groups and their reasons: forms and subscriptions, sharing, teasers, advertising, rights, contacts, notices, navigation,
credits. A phrase counts at the beginning of a line; ANYWHERE lists the few that are telling in the middle too.
"""

from __future__ import annotations

import re

_SHORT_ONLY = 220

_STARTS = (
    # subscriptions, log-ins and forms
    "subscribe", "sign up", "sign in", "log in", "login", "register now", "register for", "register to",
    "create an account",
    "join our", "join us", "join the conversation", "join the discussion", "become a member", "already a member",
    "already a subscriber",
    "get the latest", "get our", "get unlimited", "get access", "get more stories", "get notified", "receive our",
    "receive the latest",
    "enter your email", "your email", "unlock this", "start your free", "to continue reading", "thank you for",
    "thanks for reading",
    "thanks for signing", "thank you!", "an error has occurred", "an error occurred", "please try again",
    "something went wrong",
    "success!", "you're on the list", "you have successfully", "check your inbox", "please enter",
    "please check your", "this field is",
    "we'll never share", "unsubscribe", "no spam",
    # sharing and following
    "share this", "share on", "share your", "share via", "share it", "follow us", "follow me", "follow @",
    "follow our", "like us on",
    "find us on", "like this story", "like what you", "tweet this", "pin it", "copy link", "email this",
    "send this", "print this",
    "save this", "bookmark this", "this article has been sent",
    # teasers
    "click here", "click to", "click on the", "tap here", "read more", "read next", "read also", "read the full",
    "read our", "read:",
    "also read", "continue reading", "keep reading", "related:", "related stor", "related art", "related post",
    "related topic",
    "recommended", "you may also", "you might also", "you may like", "don't miss", "don’t miss", "see also",
    "more from", "more on this",
    "more stories", "more about", "most read", "most popular", "popular now", "trending", "also on", "up next",
    "next article",
    "previous article", "watch the video", "watch more", "watch:", "listen to this", "listen now", "view all",
    "view more", "view gallery",
    "load more", "show more", "see more", "see all", "discover more", "learn more", "find out more",
    "what to read next",
    # advertising and shops
    "advertisement", "advertising", "sponsored", "promoted", "this is a paid", "affiliate", "add to cart",
    "add to basket", "free shipping",
    "shipping", "out of stock", "in stock", "buy now", "shop now", "order now", "use code", "sale ends",
    "order reprints", "to order",
    # rights
    "copyright ©", "copyright (c)", "copyright 1", "copyright 2", "© ", "©1", "©2", "(c) 1", "(c) 2",
    "all rights reserved", "all content ©",
    "this copy is for your", "this material may not", "reproduction in whole", "no part of this", "republish",
    "licensed under",
    # contacts, authors, credits
    "write to", "contact us", "contact the author", "email us", "e-mail us", "send us", "send tips", "have a tip",
    "got a tip", "reach out to us",
    "about the author", "about us", "translated by", "translation by", "translation:", "reporting by",
    "editing by", "additional reporting",
    "with reporting", "photograph by", "photo by", "photo:", "photos:", "photograph:", "image:", "image by",
    "image credit", "images:",
    "picture:", "illustration by", "video:", "source:", "credit:", "written by", "edited by", "compiled by",
    "this story was", "this article was",
    "this post was", "this article first", "this article originally", "this story originally",
    "originally published", "originally posted",
    "first published", "a version of this", "editor's note", "editor’s note", "correction:", "update:", "updated:",
    "published:",
    # notices of sites
    "cookie", "this site uses", "this website uses", "our website uses", "we use cookies", "we and our partners",
    "we value your privacy",
    "by clicking", "by continuing", "by using this", "by signing up", "by subscribing", "by submitting",
    "privacy policy", "privacy notice",
    "terms of", "terms and conditions", "disclaimer", "your privacy", "manage consent", "accept all",
    "we've detected", "we have detected",
    "please update", "please upgrade", "please enable", "please disable", "enable javascript", "javascript is",
    "javascript must",
    "your browser", "you are using an", "this page requires", "powered by", "was this", "did you find this",
    "rate this", "report this",
    # navigation and comments
    "skip to", "jump to", "go to", "back to", "return to", "home >", "home »", "you are here", "menu",
    "navigation", "search this", "search for:",
    "posted in", "posted by", "posted on", "posted at", "filed under", "filed in", "tagged", "tags:",
    "categories:", "category:", "topics:",
    "leave a comment", "leave a reply", "leave your", "comments are", "comments (", "post a comment",
    "add a comment", "add your comment",
    "be the first to", "no comments", "view comments", "in reply to", "reply to", "your comment",
    "required fields", "last updated",
    "last modified", "published on", "updated on", "text size", "font size", "loading", "processing",
    "please wait", "page not found",
    "table of contents", "in this article", "on this page", "download the app", "download our", "download pdf",
    "download this", "available on",
    "get the app", "support us", "support our", "donate", "help us", "buy me a coffee", "if you enjoyed this",
    "if you liked this",
    "if you have any questions", "for more information", "for further information", "for press", "media contact",
    "press contact",
    "the end.", "but let's stay in touch", "let's stay in touch", "stay in touch", "stay connected",
    "this content is", "this page is",
    # the same in other languages
    "alle rechte vorbehalten", "tous droits", "todos los derechos", "todos os direitos", "tutti i diritti",
    "все права", "版权", "版權", "转载",
    "轉載", "未经授权", "未經授權", "责任编辑", "責任編輯", "相关阅读",
    "相關閱讀", "延伸阅读", "延伸閱讀", "扫码", "关注我们", "订阅", "訂閱",
    "点击",
    "abonnieren", "newsletter", "jetzt abonnieren", "lesen sie auch", "mehr zum thema", "abonnez-vous",
    "lire aussi", "à lire aussi", "suscríbete",
    "lea también", "leia também", "leggi anche", "iscriviti", "подпис", "читайте также", "поделиться", "фото:",
    "источник:", "läs också",
    "läs mer", "prenumerera", "lees ook", "関連記事", "無断転載", "구독", "무단전재",
)  # fmt: skip
_ALWAYS = (
    "this copy is for your", "copyright ©", "copyright (c)", "© ", "©1", "©2", "all rights reserved",
    "we use cookies", "this site uses",
    "this website uses", "we and our partners", "we've detected", "by clicking", "by continuing", "subscribe to",
    "sign up for",
    "alle rechte vorbehalten", "版权", "版權", "write to", "editor's note", "editor’s note", "translated by",
    "this article was", "this post was",
    "this story was", "originally published", "disclaimer",
)  # fmt: skip
_ANYWHERE = (
    "all rights reserved", "alle rechte vorbehalten", "todos los derechos reservados", "tous droits réservés",
    "все права защищены", "版权所有", "getty images", "photograph by ", "photo by ", "(photo", "photo credit",
    "image credit",
    "image courtesy", "ap photo", "/afp", "via shutterstock", "subscribe to our ", "subscribe to my ",
    "subscribe to the ",
    "sign up for our ", "sign up for the ", "sign up for my ", "sign up to our ", "our newsletter", "this newsletter",
    "terms of service", "terms of use", "privacy policy", "cookie policy", "follow us on ", "follow me on ",
    "follow him on ",
    "follow her on ", "click here", "reprints", "enable javascript", "unsubscribe at any time",
)  # fmt: skip
_CREDIT_IN_LONG = 400
_LEADING_SIGNS = " ".join("*•-–—>»[(")

TAIL = re.compile(
    r"^(?:\d+ )?(?:comments?|responses|replies|discussion)(?: \(\d+\))?$|^leave a (?:reply|comment)"
    r"|^related (?:posts|articles|stories)"
    r"|^(?:recommended|more) (?:for you|stories|articles|posts)|^about the authors?|^share this|^you (?:may"
    r"|might) also like|^post navigation"
    r"|^discover more from|^subscribe$|^most (?:read|popular)$|^what to read next$|^comments are closed",
    re.IGNORECASE,
)
"""A short line that begins the tail of a page: nothing behind it is the article."""

SECTIONS = frozenset(
    {
        "references", "reference", "sources", "see also", "related", "related notes", "related articles",
        "related links", "links", "backlinks",
        "external links", "further reading", "footnotes", "bibliography", "table of contents", "contents", "toc",
        "resources", "tags", "todo",
        "to do", "tasks", "相关概念", "相關概念", "来源", "來源", "参考", "參考", "参考资料", "參考資料", "参考文献",
        "延伸閱讀", "quellen",
        "siehe auch", "weiterlesen", "voir aussi", "références", "véase también", "referencias", "ссылки",
        "источники", "см также", "参照",
        "関連", "참고", "comments", "page notes", "chapters", "timestamps", "transcript links", "credits",
    }
)  # fmt: skip
"""Headings over lists of links and other furniture, as fold_key() spells them."""


def is_boilerplate(text: str) -> bool:
    """Whether a line speaks of the page it stood on rather than of the article's subject."""
    folded = text.casefold().lstrip(_LEADING_SIGNS)
    if folded.startswith(_ALWAYS) or (len(text) <= _SHORT_ONLY and folded.startswith(_STARTS)):
        return True
    return len(text) <= _CREDIT_IN_LONG and any(phrase in folded for phrase in _ANYWHERE)
