"""Notes in a git repository: fetched from a repository on disk, and from a local server that asks for a token."""

from __future__ import annotations

import asyncio
import os
import subprocess
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from digestbot import sources
from digestbot.config.sources import SourceOrder
from digestbot.errors import SourceError
from digestbot.library.files import stamp
from digestbot.library.folder import read_folder
from digestbot.sources.job import Report

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = "ghp_s3cret"
NOTE = "# {0}\n\n## Highlights\n- {0} remember. ([Location 1](https://readwise.io/open/1))\n"


class Repository:
    """Somebody's notes in git, with what that somebody does to them."""

    def __init__(self, path: Path) -> None:
        """Make it, with one note."""
        self.path = path
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit({"books/ropes.md": NOTE.format("Ropes")})

    def git(self, *arguments: str) -> str:
        """Run git here."""
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        return subprocess.run(
            ["git", *who, *arguments], cwd=self.path, check=True, capture_output=True, text=True
        ).stdout

    def commit(self, files: Mapping[str, str | None], *options: str) -> None:
        """Write files (None removes one) and commit."""
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=notes", *options)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with one note, beside the data folder."""
    return Repository(tmp_path / "upstream")


async def pull(url: str | Path, data: Path, token: str = "", **more: str) -> Report:
    """One refresh."""
    order = SourceOrder("team", "git", url=str(url), **more)  # type: ignore[arg-type]
    return await sources.refresh(order, data, SecretStr(token) if token else None, NOW)


def files(data: Path) -> list[str]:
    """What lies in the source's folder, but for git's own."""
    folder = data / "sources" / "team"
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    )


def commits(data: Path) -> int:
    """How many commits of the repository were fetched that are still in use."""
    command = ["git", "rev-list", "--count", "HEAD"]
    return int(subprocess.run(command, cwd=data / "sources" / "team", check=True, capture_output=True).stdout)


async def test_a_repository_becomes_a_folder(repository: Repository, tmp_path: Path) -> None:
    """The tree of the repository is kept, and the library reads its notes and nothing of git's."""
    report = await pull(repository.path, tmp_path)
    assert str(report) == "team: 1 note; 1 new, 0 changed, 0 gone."
    corpus = read_folder(tmp_path / "sources" / "team")
    assert [note.path for note in corpus.notes] == ["books/ropes.md"]
    assert [one.text for note in corpus.notes for one in note.highlights] == ["Ropes remember."]
    assert not corpus.problems


async def test_a_pull_follows(repository: Repository, tmp_path: Path) -> None:
    """What is new, changed and gone is counted and is so; what stays is not written again; one commit is fetched."""
    repository.commit({"stays.md": NOTE.format("Quays")})
    await pull(repository.path, tmp_path)
    kept = stamp(tmp_path / "sources" / "team", "stays.md")
    repository.commit({"knots.md": NOTE.format("Knots"), "sea/tides.md": NOTE.format("Tides")})
    repository.commit({"books/ropes.md": None, "stays.md": NOTE.format("Quays"), "knots.md": NOTE.format("Bends")})
    report = await pull(repository.path, tmp_path)
    assert (report.new, report.changed, report.gone, report.notes) == (2, 0, 1, 3)
    assert stamp(tmp_path / "sources" / "team", "stays.md") == kept
    assert commits(tmp_path) == 1
    repository.commit({"knots.md": NOTE.format("Hitches")})
    report = await pull(repository.path, tmp_path)
    assert (report.new, report.changed, report.gone) == (0, 1, 0)
    report = await pull(repository.path, tmp_path)
    assert (report.new, report.changed, report.gone) == (0, 0, 0)


async def test_a_rewritten_branch_is_followed(repository: Repository, tmp_path: Path) -> None:
    """A branch that was forced to another history is what the folder holds, and strays in the folder go."""
    await pull(repository.path, tmp_path)
    (tmp_path / "sources" / "team" / "stray.md").write_text("a stray", encoding="utf-8")
    repository.git("checkout", "--quiet", "--orphan", "other")
    repository.commit({"books/ropes.md": None, "new.md": NOTE.format("Masts")})
    repository.git("branch", "--force", "main", "other")
    repository.git("checkout", "--quiet", "main")
    await pull(repository.path, tmp_path)
    assert files(tmp_path) == ["new.md"]


async def test_a_branch_and_a_folder_of_it(repository: Repository, tmp_path: Path) -> None:
    """Of a branch that is named only the folder that is named is read, under its own path; both may change."""
    repository.git("checkout", "--quiet", "-b", "drafts")
    repository.commit({"a [b]/one.md": NOTE.format("One"), "a b/two.md": NOTE.format("Two")})
    repository.git("checkout", "--quiet", "main")
    await pull(repository.path, tmp_path, branch="drafts", folder="a [b]")
    assert files(tmp_path) == ["a [b]/one.md"]
    await pull(repository.path, tmp_path, branch="drafts")
    assert files(tmp_path) == ["a [b]/one.md", "a b/two.md", "books/ropes.md"]
    report = await pull(repository.path, tmp_path)
    assert (report.gone, files(tmp_path)) == (2, ["books/ropes.md"])


async def test_nothing_of_a_repository_is_acted_upon(repository: Repository, tmp_path: Path) -> None:
    """Links are files that say where they pointed, submodules stay empty, hooks and filters do not run."""
    (tmp_path / "secret.md").write_text(NOTE.format("Secrets"), encoding="utf-8")
    (repository.path / "link.md").symlink_to(tmp_path / "secret.md")
    (repository.path / "away").symlink_to(tmp_path)
    ran = tmp_path / "ran"
    other = Repository(tmp_path / "other")
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "inner")
    repository.commit({".gitattributes": "*.md filter=evil\n", ".githooks/post-checkout": f"#!/bin/sh\ntouch {ran}\n"})
    await pull(repository.path, tmp_path)
    folder = tmp_path / "sources" / "team"
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    assert list((folder / "inner").iterdir()) == []
    texts = [one.text for note in read_folder(folder).notes for one in note.highlights]
    assert texts == ["Ropes remember."]
    assert not ran.exists()
    assert not (folder / ".git" / "hooks").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"branch": "nope"}, "there is no branch nope"),
        ({"folder": "nope"}, "there is no folder nope"),
        ({"folder": "books/ropes.md"}, "there is no folder books/ropes.md"),
        ({"url": "gone"}, "there is no repository"),
        ({"url": "https://127.0.0.1:1/x.git"}, "git failed: unable to access"),
        ({"url": "ext::sh -c touch% ran"}, "git failed: transport 'ext' not allowed"),
    ],
    ids=["branch", "folder", "file", "repository", "unreachable", "protocol"],
)
async def test_what_cannot_be_fetched_is_said(
    repository: Repository, tmp_path: Path, more: dict[str, str], said: str
) -> None:
    """A refresh that fails says why in a sentence, and what was there stays."""
    await pull(repository.path, tmp_path)
    where = {"gone": str(tmp_path / "gone")}.get(more.get("url", ""), more.get("url", str(repository.path)))
    with pytest.raises(SourceError, match=said):
        await pull(where, tmp_path, **{key: value for key, value in more.items() if key != "url"})
    assert files(tmp_path) == ["books/ropes.md"]


async def test_a_killed_git_leaves_no_lock(repository: Repository, tmp_path: Path) -> None:
    """Locks that a killed refresh left behind, and files it half wrote, are mended by the next."""
    await pull(repository.path, tmp_path)
    folder = tmp_path / "sources" / "team"
    for name in ("index.lock", "shallow.lock", "HEAD.lock"):
        (folder / ".git" / name).write_text("", encoding="utf-8")
    (folder / "books" / "ropes.md").write_text("half a n", encoding="utf-8")
    repository.commit({"knots.md": NOTE.format("Knots")})
    await pull(repository.path, tmp_path)
    assert files(tmp_path) == ["books/ropes.md", "knots.md"]
    assert (folder / "books" / "ropes.md").read_text(encoding="utf-8") == NOTE.format("Ropes")


async def test_without_git(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git is told what it needs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match=r"needs the program git\. Install it"):
        await pull(repository.path, tmp_path)


async def test_whoever_started_us_does_not_matter(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started from a git hook, whose environment names another repository, digestbot works on its own."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    await pull(repository.path, tmp_path)
    assert files(tmp_path) == ["books/ropes.md"]


class Forge:
    """A server of repositories over HTTP that wants a token, on git's own http-backend (git-http-backend(1))."""

    def __init__(self, root: Path) -> None:
        """Serve what lies below `root`."""
        self.root = root
        self.authorizations: list[str | None] = []
        self.url = ""
        self.asked, self.left = asyncio.Event(), asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Hand a request with the right token to git; everybody else is asked for one."""
        said = request.headers.get("Authorization")
        self.authorizations.append(said)
        if request.path.startswith("/slow/"):
            self.asked.set()
            while request.transport is not None:  # noqa: ASYNC110 - the line has no event for its end
                await asyncio.sleep(0.01)
            self.left.set()
        if request.path.startswith("/moved/"):
            return web.Response(status=302, headers={"Location": str(request.url.with_path("/upstream/info/refs"))})
        if said != "Basic " + b64encode(f"x-access-token:{TOKEN}".encode()).decode():
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="forge"'}, text=f"not {said}")
        environment = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - the server needs git
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec("git", "http-backend", env=environment, stdin=pipe, stdout=pipe)
        out, _ = await process.communicate(await request.read())
        head, _, body = out.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split()[0])
        return web.Response(status=status, headers=headers, body=body)


@pytest.fixture
async def forge(tmp_path: Path) -> AsyncIterator[Forge]:
    """A server on a port of its own."""
    server = Forge(tmp_path)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


async def test_a_token_opens_a_private_repository(repository: Repository, forge: Forge, tmp_path: Path) -> None:
    """The token reaches the host that was named, and lies in no file afterwards."""
    data = tmp_path / "data"
    report = await pull(f"{forge.url}/{repository.path.name}", data, TOKEN)
    assert report.notes == 1
    basic = b64encode(f"x-access-token:{TOKEN}".encode())
    texts = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    assert texts
    assert not any(TOKEN.encode() in text or basic in text for text in texts)


@pytest.mark.parametrize("token", ["", "ghp_wr0ng"])
async def test_a_private_repository_stays_closed(
    repository: Repository, forge: Forge, tmp_path: Path, token: str
) -> None:
    """Without the right token the setting is named, nobody is asked on a terminal, and no token is shown."""
    with pytest.raises(SourceError, match="Set DIGESTBOT_SOURCE_TEAM_TOKEN") as refused:
        await pull(f"{forge.url}/{repository.path.name}", tmp_path / "data", token)
    assert "wr0ng" not in f"{refused.value!r} {refused.value.__cause__!r}"
    assert b64encode(b"ghp_wr0ng").decode() not in str(refused.value)


async def test_a_token_follows_no_redirect(forge: Forge, tmp_path: Path) -> None:
    """A repository that moved is said to be unreachable: the token goes nowhere but where it was meant to go."""
    with pytest.raises(SourceError, match="git failed"):
        await pull(f"{forge.url}/moved/x", tmp_path / "data", TOKEN)
    assert len(forge.authorizations) == 1


async def test_a_stop_ends_git_too(forge: Forge, tmp_path: Path) -> None:
    """A refresh that is cancelled leaves no git and no helper of git's behind, and its folder to the next one."""
    task = asyncio.create_task(pull(f"{forge.url}/slow/x", tmp_path / "data"))
    async with asyncio.timeout(10):
        await forge.asked.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await forge.left.wait()
    assert task.cancelled()
    with pytest.raises(SourceError, match="refuses"):
        await pull(f"{forge.url}/upstream", tmp_path / "data")
