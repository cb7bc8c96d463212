"""View -> Message: what a platform is sent, within its limits, with every text shown as it is and acted on never."""

from __future__ import annotations

from collections.abc import Sequence

from digestbot.errors import TemplateError
from digestbot.model import Message, Part, Problem, View
from digestbot.rendering.content import content
from digestbot.rendering.looks import Folders, Looks
from digestbot.rendering.press import Press


class Renderer:
    """Renders Views with the templates of `folders`: an earlier one comes before a later one, file by file.

    The last folder is the built-in one. Where a template of another folder is broken, the built-in file of the same
    name serves in its place, and the message says so in its `problems`.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = tuple(folder.rstrip("/") for folder in folders)
        self._looks: dict[tuple[str, frozenset[str]], Looks] = {}

    def render(self, view: View, templates: str) -> Message:
        """A View as the platform takes whose templates lie in the folder of this name (Capabilities.templates).

        What does not fit one message is divided, see press.py. Raises TemplateError when a built-in template is broken.
        """
        problems: list[Problem] = []
        without: frozenset[str] = frozenset()
        while True:
            try:
                return Message(self._parts(view, templates, without), tuple(problems))
            except TemplateError as error:
                more = self._to_blame(error, templates) - without
                if not more:
                    raise
                without |= more
                problems.append(Problem(error.path, error.line, error.problem, "The built-in template serves instead."))

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the operator's templates: each is tried with every kind of View that it may be given."""
        from digestbot.rendering.samples import PLATFORMS, SAMPLES

        found = [problem for name in PLATFORMS for view in SAMPLES for problem in self.render(view, name).problems]
        return tuple(dict.fromkeys((*found, *self._strangers())))

    def _parts(self, view: View, templates: str, without: frozenset[str]) -> tuple[Part, ...]:
        key = (templates, without)
        if key not in self._looks:
            self._looks[key] = Looks(Folders(self._folders, without), templates)
        return Press(self._looks[key], templates, content(view)).parts()

    def _to_blame(self, error: TemplateError, templates: str) -> frozenset[str]:
        """The operator's files that an error lies in: the one it names, else all that may have had a part in it."""
        names = Folders(self._folders).overridden()
        named = {name for name in names if any(error.path == f"{folder}/{name}" for folder in self._folders[:-1])}
        return frozenset(named or (name for name in names if name.startswith((f"{templates}/", "text/"))))

    def _strangers(self) -> list[Problem]:
        """Files beside templates from which nothing is read: misspelt, most likely."""
        from difflib import get_close_matches

        found = []
        folders = Folders(self._folders)
        known = folders.names()
        for name in sorted(folders.overridden() - known):
            folder, _, file = name.rpartition("/")
            if not file.startswith("_") and folder in {one.partition("/")[0] for one in known}:
                near = get_close_matches(name, known, 1) or sorted(one for one in known if one.startswith(folder))
                fix = f"Did you mean {near[0]}?"
                found.append(Problem(Looks(folders, folder).file(name), None, "no template has this name", fix))
        return found
