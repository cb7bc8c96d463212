"""A git repository: a shallow clone that is made equal to a branch at every refresh, by the `git` program.

What a repository holds is other people's: none of its hooks, links, submodules or filters is acted upon, only the
protocols named here are spoken, and a token is given to the one host that was named, in the environment of that command
alone (GIT_CONFIG_COUNT, git 2.31).
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr
from yarl import URL

from digestbot.credentials import token_setting
from digestbot.environment import PREFIX
from digestbot.errors import SourceError
from digestbot.library.files import Stamp, scan
from digestbot.sources.job import Job, Kept, Report

TIMEOUT_SECONDS = 600
"""Of one command of git's; a first clone of a large repository takes minutes."""

_KEPT = re.compile(r"GIT_(?:SSH|SSL|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)$|EXEC_PATH$|PROXY)")
"""Of git's own variables those that say how to reach a host; GIT_DIR and its like belong to whoever started us."""

_OPTIONS = (
    "core.hooksPath=/dev/null",
    "core.symlinks=false",  # a link becomes a file that holds its target, so that nothing can follow it
    "core.fsmonitor=false",
    "core.logAllRefUpdates=false",
    "core.autocrlf=false",
    "core.sparseCheckout=true",
    "core.sparseCheckoutCone=false",
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    "gc.autoDetach=false",
    "maintenance.autoDetach=false",
    "http.followRedirects=false",  # a redirect would carry the token to wherever it points
)
_SECONDS_TO_END = 2
_REFUSED = re.compile(
    r"authentication failed|could not read (?:username|password)|permission denied|terminal prompts disabled"
    r"|access denied|error: 40[13]|host key verification failed|invalid credentials",
    re.IGNORECASE,
)
_NO_BRANCH = re.compile(r"couldn't find remote ref|could not find remote branch", re.IGNORECASE)
_ABSENT = re.compile(r"repository .{0,200}not found|does not (?:exist|appear to be a git repository)", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_MOST_SAID = 200


async def refresh(job: Job) -> Report:
    """Make the folder equal to the branch; an unreachable one stays as it was. Raises SourceError."""
    await asyncio.to_thread(_prepare, job.folder)
    if not (job.folder / ".git" / "HEAD").is_file():
        await _git(job, "init", "--quiet", "--template=")
    await asyncio.to_thread(_narrow, job.folder, job.order.folder)
    ref = f"refs/heads/{job.order.branch}" if job.order.branch else "HEAD"
    fetch = ("fetch", "--quiet", "--depth=1", "--no-tags", "--force", "--no-recurse-submodules", "--")
    await _git(job, *fetch, job.order.url, ref, remote=True)
    await _check_folder(job)
    before, _ = await asyncio.to_thread(scan, job.folder)
    await _git(job, "reset", "--quiet", "--hard", "FETCH_HEAD")
    await _git(job, "clean", "--quiet", "-ffdx")
    report = await asyncio.to_thread(_report, job, before)
    await asyncio.to_thread(Kept(refreshed=job.now.isoformat()).save, job.state)
    return report


def _prepare(folder: Path) -> None:
    """Take away what an interrupted git left locked; nobody else is at work here."""
    for name in ("index.lock", "shallow.lock", "config.lock", "HEAD.lock", "packed-refs.lock"):
        (folder / ".git" / name).unlink(missing_ok=True)


def _narrow(folder: Path, wanted: str) -> None:
    """Say which part of the repository is to lie in the folder, in the patterns of gitignore(5)."""
    pattern = re.sub(r"([\\*?\[\] !#])", r"\\\1", wanted.strip("/"))
    info = folder / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "sparse-checkout").write_text(f"/{pattern}/\n" if wanted else "/*\n", encoding="utf-8")


async def _check_folder(job: Job) -> None:
    if not job.order.folder:
        return
    kind = await _git(job, "cat-file", "-t", f"FETCH_HEAD:{job.order.folder.strip('/')}", fails="nothing")
    if kind.strip() != "tree":
        raise SourceError(
            f"{job.order.name}: there is no folder {job.order.folder} in the repository. Mend `folder`.", permanent=True
        )


def _report(job: Job, before: Mapping[str, Stamp]) -> Report:
    """What the library will find changed; git writes no file anew that stays as it was."""
    after, problems = scan(job.folder)
    new, gone = after.keys() - before.keys(), before.keys() - after.keys()
    changed = sum(before[path] != stamp for path, stamp in after.items() if path in before)
    return Report(job.order.name, len(new), changed, len(gone), len(after), problems)


async def _git(job: Job, *arguments: str, remote: bool = False, fails: str | None = None) -> str:
    """What a command of git's prints in the folder. fails: what a command stands for that fails, where it may."""
    options = [part for option in _OPTIONS for part in ("-c", option)]
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *options, *arguments,
            cwd=job.folder, env=_environment(job, remote=remote), start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise SourceError(f"{job.order.name} needs the program git. Install it.", permanent=True) from error
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            out, said = await process.communicate()
    except TimeoutError as error:
        raise SourceError(f"{job.order.name}: git took longer than {TIMEOUT_SECONDS} s. Try again.") from error
    finally:
        await _end(process)
    if process.returncode == 0:
        return os.fsdecode(out)
    if fails is not None:
        return fails
    raise _failure(job, said.decode("utf-8", "replace"))


async def _end(process: asyncio.subprocess.Process) -> None:
    """End git and all that it started (ssh, a helper), if they still run; a lock it leaves is taken away next time."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _SECONDS_TO_END)
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _environment(job: Job, *, remote: bool) -> Mapping[str, str]:
    """Ours without secrets, and what keeps git from asking, from other protocols, and from remembering the token."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith((PREFIX, "GIT_", "SSH_ASKPASS")) or _KEPT.match(name)
    }
    scheme = URL(job.order.url).scheme if "://" in job.order.url else ""
    protocol = "file" if job.order.url.startswith("/") else scheme if scheme in {"https", "http"} else "ssh"
    fixed = {
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "GIT_ALLOW_PROTOCOL": protocol,
        "GIT_LFS_SKIP_SMUDGE": "1",
        "LC_ALL": "C",
    }
    quiet = {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=30"}
    return {**quiet, **ours, **fixed, **(_authorization(job.order.url, job.token) if remote else {})}


def _authorization(url: str, token: SecretStr | None) -> dict[str, str]:
    """The token as git's configuration for this one host; the name beside it is one that every forge takes."""
    if token is None or not url.startswith(("https://", "http://")):
        return {}
    secret = b64encode(f"x-access-token:{token.get_secret_value()}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{URL(url).origin()}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {secret}",
    }


def _failure(job: Job, said: str) -> SourceError:
    """Why git failed, in our words where we know it, and in its last ones without the token."""
    lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:", "ERROR:"))] or said.splitlines()
    reason = _UNPRINTABLE.sub(" ", (lines or ["no reason"])[0].partition(": ")[2] or (lines or ["no reason"])[0])
    if job.token:
        reason = reason.replace(job.token.get_secret_value(), "…")
    if _REFUSED.search(said):
        key = "Give digestbot's user an ssh key that may read it"
        fix = f"Set {token_setting(job.order.name)}" if job.order.url.startswith("http") else key
        return SourceError(f"{job.order.name}: the host refuses to show {job.order.url}. {fix}.", permanent=True)
    if _NO_BRANCH.search(said):
        return SourceError(f"{job.order.name}: there is no branch {job.order.branch or 'HEAD'}.", permanent=True)
    if _ABSENT.search(said):
        return SourceError(
            f"{job.order.name}: there is no repository {job.order.url}, or nobody may see it without a token.",
            permanent=True,
        )
    return SourceError(f"{job.order.name}: git failed: {reason[:_MOST_SAID]}.")
