"""Views that use everything a template may be given: what an operator's templates are tried with."""

from __future__ import annotations

from digestbot.model import (
    Action,
    Digest,
    Field,
    Form,
    Highlight,
    Home,
    Listing,
    Notice,
    Quotes,
    Section,
    Source,
    View,
    Voice,
)

PLATFORMS = ("slack", "discord", "text")
"""The folders of templates that digestbot brings for messages."""

_SOURCE = Source("The Cathedral & the Bazaar", ("Eric S. Raymond",), "https://example.org/bazaar", "1999-10")
_TEXT = "Given enough eyeballs, <all> *bugs* are shallow. “So it is said”, at least. "
_WHOLE = Highlight("a1f3c58e90b2d476", _TEXT, _SOURCE, Voice.AUTHOR, url="https://example.org/bazaar#4")
_BARE = Highlight("b28d04e7c19fa635", _TEXT * 40, Source(None), Voice.SUMMARY)
_TALK = Highlight("c3970b6e5d18f24a", _TEXT, Source("A talk"), Voice.QUOTED, "Linus Torvalds", timestamp=65)
_OF_ONE = (Action("Save", "save", "", _WHOLE.id), Action("More like this", "more", "", _WHOLE.id))
_OF_ALL = (Action("Another", "digest", "now"), Action("Themes", "digest", "themes"))
_FIELDS = (
    Field("theme", "Theme", (("rotate", "A new one each time"), ("data", "Data")), "data", "What the digest is about."),
    Field("schedule", "When", value="weekdays at 09:00", error="Write it like “weekdays at 09:00”."),
    Field("intro", "Said before it", required=False, lines=True),
)

SAMPLES: tuple[View, ...] = (
    Digest("Data", "2026-03-02", (_WHOLE,)),
    Digest("Data", "2026-03-02", ()),
    Digest(
        "Open & *free*",
        "2026-03-02",
        (_WHOLE, _BARE, _TALK),
        (*_OF_ONE, *_OF_ALL),
        "Good morning.",
        "What do you think?",
        "Second round: these were shown before.",
        (("Another <book>",),),
    ),
    Quotes("", (_WHOLE,), 12),
    Quotes("eyeballs", (_WHOLE, _TALK), 7, (*_OF_ONE, *_OF_ALL), 2, 4, also_in=((), ("Another book",))),
    Quotes("eyebals", (_WHOLE,), 1, meant="eyeballs"),
    Quotes("eyebals", (), 0, meant="eyeballs"),
    Quotes("long", (_BARE, _BARE, _BARE), 3, _OF_ALL),
    Notice("There is no such theme. Did you mean “data”?", _OF_ALL),
    Notice(_TEXT * 400),
    Listing("Themes", ("Theme", "Highlights"), (("Data", "12"), ("Open weights", "7")), _OF_ALL, 1, 3),
    Listing("Nothing", ("Theme",), ()),
    Form("Subscribe", _FIELDS, Action("Save", "subscribe", "channel")),
    Form("Subscribe", _FIELDS[:1], Action("Save", "subscribe"), "12 highlights match."),
    Home((Section("Today", ("For you.",), (_WHOLE,), (*_OF_ONE, *_OF_ALL)), Section("Nothing")), _OF_ALL),
    Home(()),
)
