"""Views as HTML. The templates have an environment of their own, which escapes every text by itself."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from digestbot.errors import TemplateError
from digestbot.model import View
from digestbot.rendering.content import content
from digestbot.rendering.dialects import clean, host
from digestbot.rendering.filters import day
from digestbot.rendering.looks import fill


class Hypertext:
    """Fills in `html/<name>.html` of the first folder that has it; every text in it is shown and never acted on."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._loader = FileSystemLoader(list(folders))
        self._environment = ImmutableSandboxedEnvironment(
            loader=self._loader,
            autoescape=True,
            finalize=_clean,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"day": day, "host": host}

    def view(self, view: View) -> Markup:
        """A View as a piece of a page; its template gets the same values as the text template of the same name.

        Raises TemplateError.
        """
        parts = content(view)
        values = {
            **parts.values,
            "items": parts.entries,
            "actions": parts.actions,
            "first": True,
            "last": True,
            "mark": "",
        }
        return Markup(self.fill(parts.template, values))  # noqa: S704 - autoescape made it

    def fill(self, name: str, values: dict[str, object]) -> str:
        """The template of a name, filled in. Raises TemplateError."""
        return fill(self._environment, f"html/{name}.html", values)

    def style(self, name: str) -> str:
        """The style sheet `html/<name>.css`, as it is. Raises TemplateError."""
        path = f"html/{name}.css"
        try:
            return self._loader.get_source(self._environment, path)[0]
        except TemplateNotFound as error:
            raise TemplateError("there is no such style sheet", path=path) from error


def _clean(value: object) -> object:
    """Text without control characters and what turns its direction; HTML that is ready stays as it is."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
