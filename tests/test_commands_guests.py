"""What members of other workspaces may do, in a channel that is shared with theirs."""

from __future__ import annotations

import pytest
from dialogue import Talk, said


@pytest.mark.parametrize(
    "words", ["quote lantern", "digest", "digest help", "digest themes", "digest list", "digest next"]
)
async def test_members_of_other_workspaces_look_up(words: str) -> None:
    """What only shows something is open to them."""
    assert "nothing else" not in said(await Talk().say(words, stranger=True))


@pytest.mark.parametrize(
    "words",
    ["digest now", "digest subscribe daily at 9", "digest pause x", "digest saved", "save 0001", "share 0001", "home",
     "more 0001", "capture", "digest save 0001", "digest hide 0001", "digest unsubscribe? x"],
)  # fmt: skip
async def test_members_of_other_workspaces_change_nothing(words: str) -> None:
    """Whatever they are at home, and even where somebody believed them to be an admin here."""
    talk = Talk()
    assert "nothing else" in said(await talk.say(words, stranger=True))
    assert not talk.store.changes
