"""One attempt at a claimed delivery: compose, keep the parts, post them one by one, write down how it ended.

From `keep` on every attempt sends exactly the kept parts. A part that may have arrived is looked for, or posted again
under its key where the platform makes no second message of it, before anything else happens to it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digestbot.curation import Curated
from digestbot.errors import (
    ContentError,
    DigestbotError,
    EmptyError,
    PlatformError,
    SettingsError,
    StoreError,
    ThemeError,
    origin,
)
from digestbot.model import Message, MessageRef
from digestbot.orders import Ended, Outcome, Picked
from digestbot.ports import LEASE_SECONDS, Outbox, Pace, Platform
from digestbot.service import drafting, retrying
from digestbot.service.admins import Admins
from digestbot.service.channels import Channels
from digestbot.service.composing import Composer
from digestbot.service.drafting import Drafter
from digestbot.service.gate import Gate
from digestbot.service.held import Held
from digestbot.service.looking import look
from digestbot.service.pinning import pin_latest

FRESH_SECONDS = 0.6 * LEASE_SECONDS
"""How long after a claim, or its last extension, a post may begin; what is thawed later may be somebody else's."""

DEDUPE_MARGIN = 30
"""Seconds for which a platform's window must still be open when a post begins: as long as one may be on its way."""

LONGEST_PAUSE = timedelta(seconds=10)
"""How long a delivery waits between two of its parts; for longer it is given back."""

_STOPPED = "digestbot stopped, or had no answer, while a part was being posted;"


@dataclass(frozen=True, slots=True)
class Service:
    """Delivers what was claimed, through the ports.

    platforms: by their names. now (aware) and monotonic (seconds): the clocks, read anew at each step; steady_since:
    from when on instants that were written down can be compared with now. sleep: waits for so many seconds. holds:
    until which monotonic second a platform asked this process to post nothing, by Pace.name. gate: see there.
    """

    outbox: Outbox
    platforms: Mapping[str, Platform]
    composer: Composer
    drafter: Drafter
    admins: Admins
    channels: Channels
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    steady_since: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    holds: dict[str, float] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)

    async def deliver(self, held: Held) -> Ended:
        """Make one attempt and write down how it ended.

        Raises LostClaimError where another process has taken it over, and StoreError where the ledger cannot say: the
        lease ends then, and the next attempt finds out what became of this one.
        """
        ended = await self._attempt(held)
        await self.outbox.finish(ended, self.now())
        return ended

    async def _attempt(self, held: Held) -> Ended:
        delivery = held.claim.delivery
        try:
            return await self._pinned(held, await self._send(held))
        except StoreError:
            raise
        except PlatformError as error:
            return await self._after(error, held)
        except (ContentError, SettingsError) as error:
            # The notes or the data folder are out of reach, as while they are mounted, moved or synced.
            return self._later(held, str(error), self.now() + retrying.backoff(delivery))
        except DigestbotError as error:
            return self._failed(held, str(error))
        except Exception as error:  # noqa: BLE001 - a fault in one delivery must stop no other
            return self._failed(held, f"A fault in digestbot: {origin(error)}.")

    async def _send(self, held: Held) -> Ended:
        kept = held.claim.kept
        if kept and kept.begun_at:
            settled = await self._settle(held, kept.message, kept.begun_at)
            return settled or self._expired(held) or await self._post(held, kept.message)
        if expired := self._expired(held):
            return expired
        if held.leave:
            return self._given_back(held)
        if drafting.wanted(held.claim, self.now()):
            return await self._draft(held)
        return await (self._post(held, kept.message) if kept else self._post_anew(held))

    async def _post_anew(self, held: Held) -> Ended:
        """Compose, keep and post; the first part is in flight as soon as the message is kept."""
        delivery = held.claim.delivery
        message: Message | None
        theme, picks, remark = "", tuple[Picked, ...](), ""
        if delivery.notice:
            templates = self._platform(held).templates(delivery.subscription.channel)
            message = await self.composer.notice(delivery, templates)
        else:
            found, message = await self._composed(held)
            theme, picks, remark = found.theme, found.picked, found.warning
        if message is None:
            return Ended(delivery, Outcome.SKIPPED, remark)
        await self._wait(held)
        if held.leave:
            return self._given_back(held)
        await self.outbox.keep(delivery, theme, picks, message, self.now())
        return await self._post(held, message, begun=True, remark=remark)

    async def _draft(self, held: Held) -> Ended:
        """Compose, keep what is to be sent, and show it to curators; nothing is in flight."""
        delivery = held.claim.delivery
        if not held.claim.kept:
            found, message = await self._composed(held)
            if message is None:
                return Ended(delivery, Outcome.SKIPPED, found.warning)
            await self.outbox.keep(delivery, found.theme, found.picked, message, self.now(), begun=False)
        return await self.drafter.show(held.claim, self.now())

    async def _pinned(self, held: Held, ended: Ended) -> Ended:
        """Pin what is in the channel as a whole, if that was ordered; a failure is a remark."""
        first = held.ended.get(0)
        if ended.outcome is not Outcome.CONFIRMED or first is None or not self._pins(held):
            return ended
        remark = await pin_latest(self._platform(held), self.composer.ledger, ended.delivery, first)
        return replace(ended, reason=" ".join(filter(None, (ended.reason, remark))))

    async def _settle(self, held: Held, message: Message, begun_at: datetime) -> Ended | None:
        """Find out what became of the part that was in flight; None where the parts to come may follow."""
        n, held.in_flight = held.coming(message)[0], True
        clocks = self.now(), self.steady_since()
        window = self._platform(held).capabilities.dedupe_seconds - DEDUPE_MARGIN
        if (left := held.left_of(window, *clocks)) > 0:
            return await self._repeat(held, message, n, left)
        age, found = (
            held.doubted_for(*clocks),
            await look(self._platform(held), held.claim.delivery, n, min(begun_at, clocks[0])),
        )
        if isinstance(found, MessageRef):
            return await self._arrived(held, message, n, found)
        if isinstance(found, PlatformError) and not found.permanent and not retrying.blind(age, held.looks):
            return self._doubtful(held, str(found), self._look(held, retrying.next_look(age), found))
        if found == "absent":
            held.in_flight = age < retrying.SETTLE
            soon = self.now() + retrying.next_look(age)
            return self._doubtful(held, "It is not in the channel yet.", soon) if held.in_flight else None
        await self._left(held, n, _STOPPED)
        return None

    async def _repeat(self, held: Held, message: Message, n: int, window: float) -> Ended | None:
        """Post a part again under its key, of which the platform makes no second message; else the doubt stays."""
        until = self.monotonic() + window
        await self._wait(held)
        try:
            posted = await self._post_part(held, message, n, until)
        except PlatformError as error:
            given_up, held.in_flight = held.in_flight, True
            soon = self._look(held, retrying.FIRST_LOOK, error)
            return self._doubtful(held, str(error), soon, given_up=given_up)
        if isinstance(posted, str):
            return Ended(held.claim.delivery, Outcome.UNCERTAIN, posted, self._free(held))
        return await self._arrived(held, message, n, posted)

    async def _post(self, held: Held, message: Message, *, begun: bool = False, remark: str = "") -> Ended:
        """Post the parts that have not ended. begun: the first of them is written down as in flight."""
        for n in held.coming(message):
            if not begun and (waits := await self._begin(held, n)):
                return waits
            begun = False
            try:
                posted = await self._post_part(held, message, n)
            except PlatformError as error:
                if error.sent == "no":
                    raise
                if doubted := await self._in_doubt(held, n, error):
                    return doubted
                continue
            if isinstance(posted, str):
                return Ended(held.claim.delivery, Outcome.RETRY, posted, self._free(held))
            if ended := await self._arrived(held, message, n, posted, remark):
                return ended
        return self._done(held, None, remark)

    async def _begin(self, held: Held, n: int) -> Ended | None:
        """Wait for the part's turn and write it down as in flight; else how the attempt ends before it."""
        delivery = held.claim.delivery
        paces = self._platform(held).capabilities.paces
        if held.place is None and paces:
            held.place = await self.outbox.reserve(delivery.subscription.channel, paces, self.now())
        if held.place and held.place > self.now() + LONGEST_PAUSE:
            return Ended(delivery, Outcome.RETRY, "The rest waits for its turn.", held.place)
        await self._wait(held)
        if held.leave:
            return self._given_back(held)
        await self.outbox.begin(delivery, n, self.now())
        return None

    async def _post_part(self, held: Held, message: Message, n: int, until: float = float("inf")) -> MessageRef | str:
        """The posted message, or why nothing was posted. Raises PlatformError; a platform's fault is one, too.

        until: the monotonic second before which it has to begin, beside that of the claim.
        """
        delivery, channel = held.claim.delivery, held.claim.delivery.subscription.channel
        await self.gate.open(channel, self._platform(held).capabilities.paces, self.monotonic, self.sleep)
        if self._asked_to_wait(held) > 0:
            return "The platform asked to wait."
        # The last thing before the post: what stood still for long, or between here and there, is not sent.
        if self.monotonic() > min(held.fresh_until, until):
            return "digestbot was held up for too long to post it."
        first, held.in_flight = held.ended.get(0), True
        try:
            return await self._platform(held).post(channel, message.parts[n], delivery.key(n), first)
        except PlatformError as error:
            held.in_flight = error.sent == "perhaps"
            raise
        except Exception as error:
            raise PlatformError(f"A fault in digestbot: {origin(error)}.", permanent=False, sent="perhaps") from error

    async def _in_doubt(self, held: Held, n: int, error: PlatformError) -> Ended | None:
        """What follows a post without an answer: it is looked for, else left; None where the rest may follow."""
        able = self._platform(held).capabilities
        delivery = held.claim.delivery
        if able.can_find or able.dedupe_seconds > DEDUPE_MARGIN:
            return self._doubtful(held, str(error), self.now() + retrying.FIRST_LOOK, given_up=True)
        if delivery.subscription.in_doubt == "repeat" and delivery.attempt < retrying.MOST_ATTEMPTS:
            again = self.now() + retrying.backoff(delivery)
            return Ended(delivery, Outcome.UNCERTAIN, str(error), again, doubted_at=self.now())
        await self._left(held, n, str(error))
        return None

    async def _left(self, held: Held, n: int, doubt: str) -> None:
        """Nobody can tell whether a part arrived: it stays away, or comes again, as the subscription says."""
        delivery = held.claim.delivery
        repeats = delivery.subscription.in_doubt == "repeat" and delivery.attempt < retrying.MOST_ATTEMPTS
        if repeats and not self._expired(held):
            held.in_flight = False
            return
        held.ended[n], held.doubt = None, doubt
        await self.outbox.end(delivery, n, None, self.now())
        held.in_flight = False

    async def _arrived(self, held: Held, message: Message, n: int, ref: MessageRef, remark: str = "") -> Ended | None:
        """Write down that a part arrived: with the end of the delivery, where it was the last."""
        held.ended[n] = ref
        if not held.coming(message) and not self._pins(held):  # pinning takes time, in which it had better be known
            return self._done(held, ref, remark)
        await self.outbox.end(held.claim.delivery, n, ref, self.now())
        held.in_flight = False
        return None

    async def _composed(self, held: Held) -> tuple[Curated, Message | None]:
        """The picks and the message; what admins should know of the stock they are told."""
        delivery = held.claim.delivery
        try:
            found, message = await self.composer.compose(delivery, self._platform(held), self.now())
        except (EmptyError, ThemeError) as error:
            await self.admins.stock(delivery, "none", str(error), self.now())
            raise
        if found.warning:
            await self.admins.stock(delivery, found.stock.state, found.warning, self.now())
        return found, message

    async def _after(self, error: PlatformError, held: Held) -> Ended:
        """What follows a platform's refusal, after which nothing is in flight."""
        delivery = held.claim.delivery
        if error.permanent:
            return await self._refused(error, held)
        if error.retry_after is None:
            return self._later(held, str(error), self.now() + retrying.backoff(delivery))
        pace = Pace(error.scope, 0).name(delivery.subscription.channel)
        self.holds[pace] = self.monotonic() + error.retry_after
        await self.outbox.hold(pace, self.now() + timedelta(seconds=error.retry_after), self.now())
        return self._later(held, str(error), self.now() + retrying.asked(delivery, error.retry_after))

    async def _refused(self, error: PlatformError, held: Held) -> Ended:
        """A refusal for good: the subscription is paused, and its admins are told."""
        delivery, now = held.claim.delivery, self.now()
        if delivery.notice:
            return Ended(delivery, Outcome.REFUSED, str(error))
        paused = await self.outbox.pause(delivery, str(error), now)
        if paused or delivery.attempt > 1:  # an attempt before this one may have stopped between the two
            await self.admins.paused(delivery, str(error), now)
        return Ended(delivery, Outcome.REFUSED, f"{error} Its subscription is paused." if paused else str(error))

    def _later(self, held: Held, problem: str, at: datetime) -> Ended:
        claim, delivery = held.claim, held.claim.delivery
        expires_at = None if held.ended else claim.expires_at
        if expires_at and at >= expires_at:
            return Ended(delivery, Outcome.EXPIRED, f"Tried until it was too late. {problem}")
        if not expires_at and delivery.attempt >= retrying.MOST_ATTEMPTS:
            return Ended(delivery, Outcome.REFUSED, f"Given up after {delivery.attempt} attempts. {problem}")
        return Ended(delivery, Outcome.RETRY, problem, at)

    def _failed(self, held: Held, problem: str) -> Ended:
        """What no platform is to blame for ends this delivery, unless a part may be in the channel by now."""
        delivery = held.claim.delivery
        if not held.in_flight:
            return Ended(delivery, Outcome.REFUSED, problem)
        if delivery.attempt < retrying.MOST_ATTEMPTS:
            return self._doubtful(held, problem, self.now() + retrying.backoff(delivery), given_up=True)
        return Ended(delivery, Outcome.UNCERTAIN, f"{problem} It may have arrived, look in the channel.")

    def _doubtful(self, held: Held, problem: str, due_at: datetime, *, given_up: bool = False) -> Ended:
        """The part in flight is in doubt, and looked for then. given_up: a post of it has just been."""
        problem = f"{problem} It may have arrived, and is looked for."
        doubted_at = self.now() if given_up else None
        return Ended(held.claim.delivery, Outcome.UNCERTAIN, problem, due_at, doubted_at=doubted_at)

    def _look(self, held: Held, wait: timedelta, error: PlatformError) -> datetime:
        """When to look again after a look that failed: after that wait, or the one that was asked for."""
        if error.retry_after is not None:
            wait = retrying.asked(held.claim.delivery, error.retry_after)
        return self.now() + wait

    def _given_back(self, held: Held) -> Ended:
        return Ended(held.claim.delivery, Outcome.RETRY, "digestbot was stopped before it was posted.", self.now())

    @staticmethod
    def _done(held: Held, ref: MessageRef | None, remark: str = "") -> Ended:
        """Every part has ended. ref: of the part in flight."""
        lost = [str(n + 1) for n, one in sorted(held.ended.items()) if one is None]
        if not lost:
            return Ended(held.claim.delivery, Outcome.CONFIRMED, remark, ref=ref)
        doubt = held.doubt or _STOPPED
        reason = f"{doubt} Part {', '.join(lost)} of {len(held.ended)}: it may have arrived, look in the channel."
        return Ended(held.claim.delivery, Outcome.UNCERTAIN, reason, ref=ref)

    def _expired(self, held: Held) -> Ended | None:
        """Why nothing of it is sent any more, None where it is; what is in the channel in part is always completed."""
        expires_at = held.claim.expires_at
        if held.ended:
            return None
        if unanswered := drafting.unanswered(held.claim):
            return Ended(held.claim.delivery, Outcome.EXPIRED, unanswered)
        if expires_at is None or self.now() < expires_at:
            return None
        late = f"It was to be posted by {expires_at:%Y-%m-%d %H:%M %Z} and could not be begun until then."
        return Ended(held.claim.delivery, Outcome.EXPIRED, late)

    def _free(self, held: Held) -> datetime:
        """From when on this process may post to the channel again, as far as the platform asked it to wait."""
        return self.now() + timedelta(seconds=self._asked_to_wait(held))

    def _asked_to_wait(self, held: Held) -> float:
        """For how many seconds more the platform asked this process to post nothing to the channel."""
        channel = held.claim.delivery.subscription.channel
        names = [Pace(scope, 0).name(channel) for scope in ("platform", "workspace", "channel")]
        return max([0.0, *(self.holds[name] - self.monotonic() for name in names if name in self.holds)])

    async def _wait(self, held: Held) -> None:
        """Wait for the reserved place, and use it up; one that lies further ahead is of a clock that was set back."""
        ahead = held.place - self.now() if held.place else timedelta()
        held.place = None
        if ahead > timedelta():
            await self.sleep(min(ahead, LONGEST_PAUSE).total_seconds())

    def _pins(self, held: Held) -> bool:
        return held.claim.delivery.subscription.pin and self._platform(held).capabilities.can_pin

    def _platform(self, held: Held) -> Platform:
        return self.platforms[held.claim.delivery.subscription.channel.platform]
