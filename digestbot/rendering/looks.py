"""Templates: loading them from several folders and filling them in. Payload templates are YAML, text templates text."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digestbot.errors import TemplateError
from digestbot.rendering.dialects import DIALECTS, Dialect
from digestbot.rendering.filters import filters, literal
from digestbot.rendering.scalars import MarkedLines, WholeScalars, encode, marked_line

Found = tuple[str, str, Callable[[], bool] | None]


class Folders(BaseLoader):
    """Finds the file `<platform>/<view>.yaml` (or `.txt`) in the first folder that has it.

    without: names that are not taken from any folder but the last, which is the built-in one.
    """

    def __init__(self, folders: Sequence[str], without: frozenset[str] = frozenset()) -> None:
        *own, self._built_in = (FileSystemLoader(folder) for folder in folders)
        self._own, self._without = own, without

    def get_source(self, environment: Environment, template: str) -> Found:
        """See jinja2.BaseLoader; a file that cannot be read raises TemplateError."""
        own = [] if template in self._without else self._own
        for loader in (*own, self._built_in):
            try:
                return loader.get_source(environment, template)
            except TemplateNotFound:
                continue
            except (OSError, UnicodeDecodeError) as error:
                path = f"{loader.searchpath[0]}/{template}"
                raise TemplateError("cannot be read as UTF-8 text", path=path) from error
        raise TemplateNotFound(template)

    def names(self) -> frozenset[str]:
        """The names of all built-in templates."""
        return frozenset(self._built_in.list_templates())

    def overridden(self) -> frozenset[str]:
        """The names of all files of folders but the built-in one, whatever is in them."""
        return frozenset(name for loader in self._own for name in loader.list_templates())


class Looks:
    """The templates of one platform.

    A platform that brings no template for a view is given what the text template makes, as `text`.
    """

    def __init__(self, folders: Folders, platform: str) -> None:
        self._platform = platform
        self._folders = folders
        self._dialect = DIALECTS.get(platform, DIALECTS["text"])
        self._payloads = _environment(folders, self._dialect, self._encoded, WholeScalars)
        self._texts = _environment(folders, DIALECTS["text"], _plain_text)

    def payload(self, view: str, values: dict[str, object]) -> dict[str, object]:
        """Fill a payload template in; it gets the text without addresses as `fallback`. Raises TemplateError."""
        name = f"{self._platform}/{view}.yaml"
        if not self._has(name):
            return {"text": self.text(view, values)}
        import yaml  # what a terminal shows is no YAML, and a look-up there is over sooner without

        values = {**values, "fallback": self.text(view, {**values, "links": False})}
        try:
            payload = yaml.load(fill(self._payloads, name, values), Loader=yaml.CSafeLoader)
            json.dumps(payload, allow_nan=False)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:  # a date, a set, a node within itself
            raise TemplateError(f"what it makes is not JSON: {_one_line(error)}", path=self.file(name)) from error
        except yaml.YAMLError as error:
            path, line = self._origin(name, values)
            raise TemplateError(f"what it makes is not YAML: {_one_line(error)}", path=path, line=line) from error
        if not isinstance(payload, dict):
            raise TemplateError("what it makes is not a mapping at its top", path=self.file(name))
        return {key: value for key, value in payload.items() if value is not None}  # a list without items is none

    def text(self, view: str, values: dict[str, object]) -> str:
        """Fill the text template in: what a terminal shows, and the fallback of all others. Raises TemplateError."""
        filled = fill(self._texts, f"text/{view}.txt", {"links": True, **values})
        return re.sub(r"\n{3,}", "\n\n", filled).strip()

    def file(self, name: str) -> str:
        """Where the template of that name lies, for messages about it; the name itself where there is none."""
        return _file(self._texts, name)

    def _has(self, name: str) -> bool:
        try:
            self._folders.get_source(self._payloads, name)
        except TemplateNotFound:
            return False
        return True

    def _encoded(self, value: object) -> str:
        return encode(literal(self._dialect, value))

    def _origin(self, name: str, values: dict[str, object]) -> tuple[str, int | None]:
        """The template and the line of what is no YAML: the payload is made again, each line with its origin."""
        import yaml

        marked = fill(_environment(self._folders, self._dialect, self._encoded, MarkedLines), name, values)
        try:
            yaml.load(marked, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as again:
            line = again.problem_mark.line if again.problem_mark else 0
            return marked_line(marked, line) or (self.file(name), None)
        except yaml.YAMLError:
            pass
        return self.file(name), None


def _plain_text(value: object) -> str:
    return str(literal(DIALECTS["text"], value))


def _environment(
    loader: BaseLoader, dialect: Dialect, finalize: Callable[[object], str], *extensions: type[Extension]
) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # an included file ends its last line
        extensions=extensions,
        autoescape=False,  # finalize escapes, in the platform's dialect instead of HTML
    )
    environment.filters.update(filters(dialect))
    return environment


def fill(environment: Environment, name: str, values: dict[str, object]) -> str:
    """Fill a template in; whatever is wrong with it becomes a TemplateError with file and line."""
    try:
        return environment.get_template(name).render(values)
    except TemplateSyntaxError as error:
        raise TemplateError(error.message or "syntax error", path=error.filename or name, line=error.lineno) from error
    except TemplateNotFound as error:
        path, line = _place(error.__traceback__, _file(environment, str(error.name or name)))
        raise TemplateError(f"there is no template {error.name}", path=path, line=line) from error
    except (JinjaError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        path, line = _place(error.__traceback__, _file(environment, name))
        raise TemplateError(_one_line(error), path=path, line=line) from error
    except RecursionError as error:
        raise TemplateError("it includes itself without end", path=_file(environment, name)) from error


def _file(environment: Environment, name: str) -> str:
    try:
        return environment.loader.get_source(environment, name)[1] or name if environment.loader else name
    except (TemplateNotFound, TemplateError):
        return name


def _place(trace: TracebackType | None, name: str) -> tuple[str, int | None]:
    """Where in a template an error came up; Jinja puts the template's own lines into the traceback."""
    templates = (".yaml", ".txt", ".html")
    frames = [frame for frame in traceback.extract_tb(trace) if frame.filename.endswith(templates)]
    return (frames[-1].filename, frames[-1].lineno) if frames else (name, None)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
