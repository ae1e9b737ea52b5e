"""Looks ahead while an upload runs: what is measured and known, put before `foresee`."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta

from upload_diag.codes import ErrorCode
from upload_diag.recovery.failures import verdict
from upload_diag.recovery.forecast import LARGER, Ahead, Outlook, foresee, parts_of_a_stage
from upload_diag.recovery.machine import Machine
from upload_diag.recovery.plan import Plan
from upload_diag.recovery.policy import Policy
from upload_diag.recovery.store import Store

__all__ = ["Lookout"]

ASK_FOR_RULES = 6 * 3600.0  # seconds; lifecycle rules count in days: only an upload this long has to know them


class Lookout:
    """Keeps the measurements of one upload, and its plans.

    Args:
        replans: whether the file may be cut anew and sent in stages.

    Attributes:
        threads: parts to send at a time from now on.
        every: parts of a stage, once it was decided to send in stages; else 0.
        began: when the session began, in seconds since the epoch; 0 if that is not known.
    """

    def __init__(self, policy: Policy, store: Store, clock: Callable[[], float], *, replans: bool) -> None:
        self._policy, self._store, self._clock = policy, store, clock
        self._replans = replans and policy.replan
        self.threads, self.every, self.began = policy.threads, 0, 0.0
        self._stored: deque[tuple[float, int]] = deque(maxlen=64)  # when, and bytes; the first is where measuring began
        self._measure_anew()
        self._rule_days: float | None = None
        self._asked = self._rechunked = False
        self._warned: set[str] = set()
        self._renewed_until: float | None = None

    def session_began(self, moment: float | None = None) -> None:
        """Now, or at a moment that a state file knows."""
        self.began = self._clock() if moment is None else moment
        self._measure_anew()

    def _measure_anew(self) -> None:
        self._stored.clear()
        self._stored.append((self._clock(), 0))

    def part_stored(self, size: int) -> None:
        self._stored.append((self._clock(), size))

    def look(self, machine: Machine) -> Iterator[tuple[str, str]]:
        """Steer the machine if need be; gives the kind and the sentence of what is to be told."""
        outlook = self._outlook(machine)
        match foresee(outlook):
            case Ahead.RENEW:
                yield from self._renew(machine, outlook)
            case Ahead.PARALLEL:
                self.threads = min(2 * self.threads, self._policy.max_threads)
                self._measure_anew()
                yield "replan", f"{self._late(outlook)}; {self.threads} parts are sent at a time from now on"
            case Ahead.RECHUNK:
                self._rechunked = True
                plan = Plan.of(machine.plan.size, machine.plan.part_size * LARGER)
                machine.start_anew(plan)
                yield "replan", f"{self._late(outlook)}; parts have {plan.part_size} bytes from now on"
            case Ahead.STAGES:
                self.every = parts_of_a_stage(outlook)
                machine.leave()
                yield "replan", f"{self._late(outlook)}; there is a checkpoint every {self.every} parts from now on"
            case Ahead.WARN:
                yield from self._warn(outlook)

    def _outlook(self, machine: Machine) -> Outlook:
        now, signed_until = self._clock(), self._store.signed_until()
        rate = self._rate()
        age = now - self.began if self.began else 0.0
        needs = (machine.plan.size - machine.sent) / rate if rate else 0.0
        return Outlook(
            size=machine.plan.size, left=machine.plan.size - machine.sent, rate=rate, age=age,
            lifetime=self._lifetime(age + needs), signed_for=None if signed_until is None else signed_until - now,
            renewable=ErrorCode.CREDENTIALS_EXPIRED in self._store.renewable and signed_until != self._renewed_until,
            threads=self.threads, max_threads=max(self.threads, self._policy.max_threads if self._policy.replan else 0),
            part_size=machine.plan.part_size, larger_parts=self._replans and not self._rechunked,
            stages=self._replans,
        )  # fmt: skip

    def _rate(self) -> float | None:
        """Bytes a second, once every thread has sent two parts."""
        if len(self._stored) <= max(4, 2 * self.threads):
            return None
        (first, _), *parts = self._stored
        taken = parts[-1][0] - first
        return sum(size for _, size in parts) / taken if taken > 0 else None

    def _lifetime(self, takes: float) -> float | None:
        """Seconds between the session's beginning and its end, the shortest that is known."""
        if not self.began:
            return None
        if takes > ASK_FOR_RULES and not self._asked:
            self._asked = True
            self._rule_days = self._store.session_days()
        known = [self._policy.session_ttl, None if self._rule_days is None else self._rule_days * 86_400.0]
        ends = self._store.session_ends()
        known.append(None if ends is None else ends - self.began)
        return min((each for each in known if each is not None), default=None)

    def _renew(self, machine: Machine, outlook: Outlook) -> Iterator[tuple[str, str]]:
        self._renewed_until = self._store.signed_until()  # once for each end: a renewal may have changed nothing
        message = f"What the requests are signed with ends in {_span(outlook.signed_for)}; it is renewed ahead"
        machine.renew_ahead(verdict(ErrorCode.CREDENTIALS_EXPIRED, message))
        yield "replan", message

    def _warn(self, outlook: Outlook) -> Iterator[tuple[str, str]]:
        what = "session" if outlook.late else "signature"
        if what in self._warned:
            return
        self._warned.add(what)
        message = (
            self._late(outlook)
            if outlook.late
            else f"What the requests are signed with ends in {_span(outlook.signed_for)}, the rest takes "
            f"{_span(outlook.needs)}, and nothing was given that renews it"
        )
        yield "warning", message

    @staticmethod
    def _late(outlook: Outlook) -> str:
        left = (outlook.lifetime or 0.0) - outlook.age
        return f"The session has {_span(left)} left, the rest takes {_span(outlook.needs)} at this rate"


def _span(seconds: float | None) -> str:
    return str(timedelta(seconds=max(0, round(seconds or 0.0))))
