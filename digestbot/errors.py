"""Every error digestbot raises on purpose; a class exists because someone reacts to it differently.

DigestbotError
├── UsageError          the words of a command or an option are off: exit 2, or a reply in the channel
│   ├── ScheduleError   a schedule or a time zone cannot be understood
│   └── ThemeError      no theme of that name
├── EmptyError          there is no highlight to show: exit 1, or a reply in the channel
├── SettingsError       settings, digestbot.toml or .env are off: exit 3
├── ContentError        a content folder cannot be read at all: exit 3
├── TemplateError       a template of our own is broken: that delivery fails, the service goes on
├── PlatformError       a platform did not take a message: retry, look or pause, by its attributes
├── SourceError         notes that live elsewhere cannot be fetched: exit 1, or try again later
└── StoreError          the database cannot be used: exit 3, or retry
    └── LostClaimError  another process has taken the delivery over: leave it alone
"""

from __future__ import annotations

from typing import Literal


class DigestbotError(Exception):
    """The root: its text is one or two plain sentences that say what is wrong and what to do."""


class UsageError(DigestbotError):
    """The words of a command are off; the text names the nearest correct form."""


class EmptyError(DigestbotError):
    """There is no highlight that may be shown; the text says why."""


class SettingsError(DigestbotError):
    """A setting is missing or wrong; the text names the setting and where it is read from."""


class ContentError(DigestbotError):
    """A content folder cannot be read at all (a single bad note never raises: it is reported)."""


class ScheduleError(UsageError):
    """A schedule or a time zone cannot be understood."""


class ThemeError(UsageError):
    """The library has no theme of that name; the text names the nearest ones."""


class TemplateError(DigestbotError):
    """A template is broken: `problem`, and `path` and `line` say where (line is None where it cannot be told)."""

    def __init__(self, problem: str, *, path: str, line: int | None = None) -> None:
        """Keep where the problem is, and put it in front of the text."""
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")
        self.problem = problem
        self.path = path
        self.line = line


class PlatformError(DigestbotError):
    """A platform did not take a message.

    permanent: trying again cannot help (the channel is gone, the payload is refused).
    retry_after: seconds the platform asked us to wait, when it did.
    scope: whom `retry_after` concerns: the channel, its workspace, or all of the platform's channels.
    sent: `no` when the message certainly did not arrive, `perhaps` when it may have (time-out, reset, 5xx).
    """

    def __init__(
        self,
        problem: str,
        *,
        permanent: bool,
        retry_after: float | None = None,
        scope: Literal["channel", "workspace", "platform"] = "channel",
        sent: Literal["no", "perhaps"] = "no",
    ) -> None:
        """Keep what the service decides by."""
        super().__init__(problem)
        self.permanent = permanent
        self.retry_after = retry_after
        self.scope = scope
        self.sent = sent


class SourceError(DigestbotError):
    """Notes that live elsewhere cannot be fetched; the text says why and what to do, and holds no secret.

    permanent: only a person can help (a token is refused, git is missing). retry_after: seconds that a service asked
    us to wait, when it did.
    """

    def __init__(self, problem: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        """Keep what decides when to try again."""
        super().__init__(problem)
        self.permanent = permanent
        self.retry_after = retry_after


class StoreError(DigestbotError):
    """The database cannot be opened, read or written."""


class LostClaimError(StoreError):
    """What was to be written belongs to an attempt that is over: another process has taken the delivery over."""


def origin(error: BaseException) -> str:
    """What a fault is and where it struck: `KeyError at store/ledger.py:160`. Its text may quote a note and stays out.

    Where a library raised it, the innermost line of ours follows.
    """
    trace, ours, last = error.__traceback__, "", ""
    while trace is not None:
        code = trace.tb_frame.f_code
        file = "/".join(code.co_filename.split("/")[-2:])
        last = f"{file}:{trace.tb_lineno}"
        ours = last if trace.tb_frame.f_globals.get("__name__", "").startswith("digestbot") else ours
        trace = trace.tb_next
    places = " from ".join(dict.fromkeys(place for place in (last, ours) if place))
    return f"{type(error).__name__} at {places}" if places else type(error).__name__
