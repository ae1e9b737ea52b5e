"""The upload as a machine without I/O: it says what to ask the store, is told what came of it, and knows what follows.

A driver, with threads or an event loop, asks `ready`, carries the commands out, and reports each with `answered` or
`failed`. One thread calls the machine; nothing in it waits.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from random import Random

from upload_diag.classifier import classify
from upload_diag.codes import ErrorCode, Operation
from upload_diag.model import ErrorInfo
from upload_diag.recovery.commands import HIDDEN, RENEW, SINGLE, Command, Found, Phase
from upload_diag.recovery.given_up import GivenUp
from upload_diag.recovery.plan import Plan
from upload_diag.recovery.policy import HEAD, Next, Policy, Spent, Step, backoff, decide, row

__all__ = ["Machine"]

FINAL = (Phase.DONE, Phase.STOPPED, Phase.LEFT)


class Machine:
    """One upload of one version of a file.

    Args:
        token: what the object's metadata will carry, to tell it from any other.
        renewable: the verdicts that the driver can mend by a renewal.
        upload_id: a session to go on with; None begins a new one.
        known: ETags of parts that are stored, by number.
        aborts: ids of sessions that were given up earlier and are still to be aborted.

    Attributes:
        phase: DONE, STOPPED and LEFT are final, once `finished`.
        etag: of the object, without quotes, once DONE.
        stopped_by: the failure that ended it, once STOPPED.
        why: how the budget came into it, or empty.
        proved: how success is known, when it was not simply answered: "token" or "etag"; else empty.
        given_up: the sessions that another took the place of, and what could not be aborted of them.
    """

    def __init__(
        self,
        plan: Plan,
        policy: Policy,
        *,
        token: str,
        random: Random,
        renewable: Collection[ErrorCode] = (),
        upload_id: str | None = None,
        known: dict[int, str] | None = None,
        aborts: Iterable[str] = (),
        refreshes: int = 0,
    ) -> None:
        self.plan, self.policy, self.token, self.upload_id = plan, policy, token, upload_id
        self.done: dict[int, str] = dict(known or {})
        self.phase = Phase.LIST if upload_id else Phase.CREATE
        self.refreshes, self.renewals, self.relists = refreshes, 0, 0
        self.etag = self.why = self.proved = ""
        self.stopped_by: ErrorInfo | None = None
        self.given_up = GivenUp(aborts)
        self._random, self._renewable = random, renewable
        self._todo: list[int] = []
        self._failures: dict[int, int] = {}  # part number -> failed tries
        self._delays: dict[int, float] = {}
        self._flying: set[int] = set()
        self._single_out = False
        self._delay = 0.0
        self._generation = 0
        self._tries: dict[Phase, int] = {}  # failed tries of a phase's own request
        self._unlisted: set[int] = set()  # parts that were answered since ListParts was last asked
        self._after: Phase = Phase.CREATE  # where a renewal came from
        self._mend: ErrorInfo | None = None  # what a renewal is for
        self._suspicion: ErrorInfo | None = None  # what ListParts is to confirm
        self._doubt: ErrorInfo | None = None  # what a probe is to clear up
        self._told = ""  # the ETag that Complete was answered with, when a probe is to compare it

    @property
    def finished(self) -> bool:
        """Nothing more will be asked for."""
        return self.phase in FINAL and self.given_up.settled

    @property
    def sent(self) -> int:
        """Bytes that are stored; asked for after each part, so not by adding up all of them."""
        last = self.plan.part(self.plan.count)
        short = self.plan.part_size - last.size if last.number in self.done else 0
        return len(self.done) * self.plan.part_size - short

    def ready(self, room: int) -> list[Command]:
        """The commands to start now, `room` at most."""
        commands: list[Command] = []
        for command in self._offers():
            if len(commands) >= room:
                break
            commands.append(command)
            self._given(command)
        return commands

    def _offers(self) -> Iterator[Command]:
        for upload_id, tries in self.given_up.due():
            pause = self._pause(tries) if tries else 0.0
            yield Command(operation=Operation.ABORT, upload_id=upload_id, delay=pause, tries=tries)
        if self.phase in SINGLE:
            if not self._single_out:
                yield Command(
                    operation=SINGLE[self.phase],
                    upload_id=self.upload_id or "",
                    etags=dict(sorted(self.done.items())),
                    delay=self._delay,
                    generation=self._generation,
                    cause=self._mend,
                )
        elif self.phase is Phase.SEND:
            for number in list(self._todo):
                yield Command(
                    operation=Operation.UPLOAD_PART,
                    upload_id=self.upload_id or "",
                    part=self.plan.part(number),
                    delay=self._delays.get(number, 0.0),
                    generation=self._generation,
                )

    def _given(self, command: Command) -> None:
        if command.operation == Operation.ABORT:
            self.given_up.asked(command.upload_id)
        elif command.part is not None:
            self._todo.remove(command.part.number)
            self._flying.add(command.part.number)
        else:
            self._single_out = True
            if command.operation == Operation.LIST_PARTS:
                self._unlisted.clear()

    # --- what came of a command

    def answered(self, command: Command, answer: object) -> None:
        """A command was carried out.

        The answer is, of Create, the upload id; of UploadPart and Complete, the ETag without quotes, or None; of
        ListParts, the ETags of the parts that are proven to hold the file's bytes, by number; of HeadObject, a `Found`,
        HIDDEN or None. Other answers are not looked at.
        """
        if command.operation == Operation.ABORT:
            self.given_up.gone(command.upload_id)
            return
        if command.part is not None:
            self._part_answered(command, command.part.number, answer)
            return
        self._single_out = False
        if command.operation != SINGLE.get(self.phase):
            return  # stopped meanwhile
        self._delay = 0.0
        if command.operation != RENEW:
            self.renewals = 0
        match answer:
            case str(upload_id) if command.operation == Operation.CREATE:
                self.upload_id = upload_id
                self._tries.pop(Phase.CREATE, None)
                self._todo = list(range(1, self.plan.count + 1))
                self.phase = Phase.SEND
            case dict(stored) if command.operation == Operation.LIST_PARTS:
                self._listed(stored)
            case _ if command.operation == Operation.COMPLETE:
                self._completed(answer)
            case _ if command.operation == HEAD:
                self._probed(answer)
            case _:
                self._generation += 1
                self._mend = None
                self.phase = self._after

    def _part_answered(self, command: Command, number: int, answer: object) -> None:
        if self._too_late(command):
            return
        self.renewals = 0
        self._flying.discard(number)
        self._failures.pop(number, None)
        self._delays.pop(number, None)
        self.done[number] = answer if isinstance(answer, str) else ""
        self._unlisted.add(number)
        self._if_all_sent()

    def _too_late(self, command: Command) -> bool:
        """Whether a part is of a session that was given up meanwhile."""
        if command.upload_id == self.upload_id:
            return False
        self.given_up.part_ended(command.upload_id)
        return True

    def _if_all_sent(self) -> None:
        if self.phase is not Phase.SEND or self._todo or self._flying:
            return
        if all(self.done.values()):
            self.phase = Phase.COMPLETE
        elif self.relists < self.policy.max_renewals:  # Complete needs every ETag; one that never arrived is asked for
            self.relists += 1
            self.phase = Phase.LIST
        else:
            self._stop(classify("ETag missing from UploadPart and ListParts"), "no ETag for a part")

    def _listed(self, stored: dict[int, str]) -> None:
        later = {number: self.done[number] for number in self._unlisted if number in self.done}
        self.done = {number: etag for number, etag in (later | stored).items() if number <= self.plan.count}
        self._todo = [n for n in range(1, self.plan.count + 1) if n not in self.done and n not in self._flying]
        self._tries.pop(Phase.LIST, None)
        self._suspicion = None
        self.phase = Phase.SEND
        self._if_all_sent()

    def _completed(self, answer: object) -> None:
        if answer and answer == self.expected_etag():
            self._finish(str(answer))
            return
        # No ETag, or one that tells nothing: encrypted with KMS, damaged on its way.
        self._tries[Phase.COMPLETE] = self._tries.get(Phase.COMPLETE, 0) + 1
        self._doubt, self._told = None, str(answer or "")
        self.phase = Phase.PROBE

    def _probed(self, found: object) -> None:
        self._tries.pop(Phase.PROBE, None)
        tries = self._tries.get(Phase.COMPLETE, 0)
        if isinstance(found, Found) and (proof := self._proof(found)):
            self.proved = proof
            self._finish(found.etag)
        elif found is HIDDEN and self._doubt is None and self._told:
            self._finish(self._told)  # the store's own word, which nobody lets us hold against the object
        elif self._doubt is not None and self._doubt.code in (ErrorCode.SESSION_EXPIRED, ErrorCode.OBJECT_NOT_FOUND):
            self._restart(self._doubt)
        elif tries >= self.policy.max_attempts:
            self._stop(
                self._doubt or classify("Complete was answered, the object is not there"), f"tried {tries} times"
            )
        else:
            self._delay = self._pause(tries)
            self.phase = Phase.COMPLETE

    def _proof(self, found: Found) -> str:
        """How the object is known to be this upload's, "token" or "etag"; else empty, for existing proves nothing."""
        if found.size != self.plan.size:
            return ""
        if found.token == self.token:
            return "token"
        return "etag" if found.etag == self.expected_etag() else ""

    def expected_etag(self) -> str | None:
        """The multipart ETag of all parts; None while one is missing or its ETag is no MD5."""
        try:
            digests = [bytes.fromhex(self.done[number]) for number in range(1, self.plan.count + 1)]
        except (KeyError, ValueError):
            return None
        if any(len(digest) != 16 for digest in digests):
            return None
        return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}"

    # --- failures

    def failed(self, command: Command, info: ErrorInfo, retry_after: float | None = None) -> Step:
        """A command failed; gives what is done about it. `retry_after` is what the store asks to wait, in seconds."""
        if command.operation == Operation.ABORT:
            return self._abort_failed(command, info)
        tries = self._count_failure(command)
        if tries == 0:
            return Step(Next.IGNORE)
        waits = self.phase is not Phase.SEND or command.generation < self._generation
        if command.part is not None and waits and row(info, command.operation) is not Next.STOP:
            # Another failure is being cleared up, or just was: this one is most likely the same, met at the same time.
            self._again(command, self._pause(tries))
            return Step(Next.RETRY)
        spent = Spent(attempts=tries, refreshes=self.refreshes, renewals=self.renewals, relists=self.relists)
        step = decide(info, command.operation, spent, self.policy, renewable=self._renewable)
        if step.next is Next.RETRY and (retry_after or 0.0) > self.policy.retry_after_cap:
            step = Step(Next.STOP, f"asked to wait {retry_after:.0f} s")
        self._take(step, command, info, max(retry_after or 0.0, self._pause(tries)))
        return step

    def _count_failure(self, command: Command) -> int:
        """How often this request has failed in a row; 0 when it no longer matters."""
        if command.part is None:
            self._single_out = False
            if command.operation != SINGLE.get(self.phase):
                return 0
            self._tries[self.phase] = self._tries.get(self.phase, 0) + 1
            return self._tries[self.phase]
        if self._too_late(command):
            return 0
        number = command.part.number
        self._flying.discard(number)
        if self.phase in FINAL:
            return 0
        self._failures[number] = self._failures.get(number, 0) + 1
        return self._failures[number]

    def _take(self, step: Step, command: Command, info: ErrorInfo, pause: float) -> None:
        match step.next:
            case Next.RETRY:
                self._again(command, pause)
            case Next.CONFIRM:
                self._again(command, pause)
                self._suspicion = info
                self.phase = Phase.LIST
            case Next.TRUST if self._suspicion is not None:
                self._doubt = self._suspicion
                self.phase = Phase.PROBE
            case Next.TRUST:
                self._listed({number: etag for number, etag in self.done.items() if etag})
            case Next.PROBE:
                self._doubt = info
                self.phase = Phase.PROBE
            case Next.RENEW:
                self._again(command, 0.0)
                self.renewals += 1
                self._mend, self._after = info, self.phase
                self.phase = Phase.RENEW
            case Next.RELIST:
                self.relists += 1
                self._again(command, 0.0)
                self.phase = Phase.LIST
            case Next.RESTART:
                self._restart(info)
            case Next.RECHUNK:
                self._rechunk(info)
            case _:
                self._stop(info, step.why)

    def _again(self, command: Command, pause: float) -> None:
        if command.part is None:
            self._delay = pause
        elif command.part.number not in self.done:
            self._todo = sorted({*self._todo, command.part.number})
            self._delays[command.part.number] = pause

    def _abort_failed(self, command: Command, info: ErrorInfo) -> Step:
        step = row(info, Operation.ABORT)
        if step is Next.IGNORE:
            self.given_up.gone(command.upload_id)
            return Step(step)
        if step in (Next.RETRY, Next.RENEW) and command.tries + 1 < self.policy.max_attempts:
            self.given_up.again(command.upload_id, command.tries + 1)
            return Step(Next.RETRY)
        self.given_up.stays(command.upload_id)
        return Step(Next.IGNORE)

    # --- transitions

    def _pause(self, attempts: int) -> float:
        return backoff(attempts, self.policy, self._random)

    def _restart(self, info: ErrorInfo) -> None:
        """A new session, nothing kept of the old one: parts belong to the session they were sent to."""
        if self.refreshes >= self.policy.max_session_refreshes:
            self._forget_session()
            self._stop(info, f"session refresh limit reached ({self.policy.max_session_refreshes})")
            return
        self.refreshes += 1
        self._delay = self._pause(self.refreshes)
        self._forget_session()
        self.phase = Phase.CREATE

    def _rechunk(self, info: ErrorInfo) -> None:
        larger = self.plan.larger()
        if larger is None:
            self._stop(info, "the parts have S3's own minimum size already")
        else:
            self.plan = larger
            self._restart(info)

    def _forget_session(self) -> None:
        if self.upload_id:
            self.given_up.add(self.upload_id, len(self._flying))
        self.upload_id, self._doubt, self._suspicion = None, None, None
        self.done.clear()
        self._todo.clear()
        self._flying.clear()
        self._failures.clear()
        self._delays.clear()
        self._tries.clear()
        self._unlisted.clear()

    def _finish(self, etag: str) -> None:
        self.etag = etag
        self.phase = Phase.DONE

    def _stop(self, info: ErrorInfo, why: str) -> None:
        self.stopped_by, self.why = info, why
        self.phase = Phase.STOPPED

    # --- ahead of a failure

    def start_anew(self, plan: Plan | None = None) -> None:
        """Give the session up and begin with a new one, with another plan if given; not counted as a refresh."""
        self.plan = plan or self.plan
        self._forget_session()
        self.phase = Phase.CREATE

    def leave(self) -> None:
        """Give the session up for good."""
        self._forget_session()
        self.phase = Phase.LEFT

    def renew_ahead(self, cause: ErrorInfo) -> None:
        """Renew before the first request fails for it; parts that are on their way go on."""
        self.renewals += 1
        self._mend, self._after = cause, Phase.SEND
        self.phase = Phase.RENEW
