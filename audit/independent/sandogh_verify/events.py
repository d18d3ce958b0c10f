"""The events a journal may hold, and the order in which they make a legal day."""
from .faults import Refused
from .forms import HASH, VERSION, anything, array, between, matches, members, one_of, text, whole

ROLE = one_of("executive", "supervisory", "spare")
DAY_KEY = matches(r"[0-9a-f]{32}")
PERIPHERALS = ("touchscreen", "card-reader", "printer", "io-board", "display")
PERIPHERAL = one_of(*PERIPHERALS)
WHY = ("rolled-back", "forked", "other-journal", "declared-dead")
OFFICERS = array(2, 2, members(role=ROLE, certificate=HASH))
SECOND = matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
MEDIUM = one_of("a", "b")
POLICY = members(tellEverySeconds=between(10, 600), closingWindowSeconds=between(0, 7200))

MEMBERS = {
    "journal.opened": dict(version=VERSION, origin=text(1, 256), certificate=HASH, package=HASH, software=text(1, 120),
                           program=HASH, random=one_of("system", "seeded, not secret")),
    "takeover": dict(origin=text(1, 256), size=whole, root=HASH, casts=whole, voids=whole, batches=whole, pooled=whole,
                     slip=one_of("none", "recorded", "not-recorded"), media=one_of("both", "one"),
                     executive=HASH, supervisory=HASH, technician=HASH),
    "device.started": dict(peripherals=members(**{p: text(1, 120) for p in PERIPHERALS}), program=HASH),
    "officer.pin_wrong": dict(role=ROLE, tries_left=whole),
    "officer.admitted": dict(role=ROLE, certificate=HASH, purpose=one_of("opening", "resuming", "closing", "leaving",
                                                                                 "declaring")),
    "day_key.drawn": dict(id=DAY_KEY),
    "day_key.shared": dict(id=DAY_KEY),
    "officer.card_damaged": dict(role=ROLE),
    "report.printed": dict(report=one_of("zero", "minutes", "totals")),
    "polls.opened": dict(executive=HASH, supervisory=HASH),
    "polls.paused": dict(reason=one_of("restart", "tamper", "touch-drift")),
    "polls.resumed": dict(by=OFFICERS),
    "ballot.cast": dict(count=whole),
    "batch.sealed": dict(batch=whole, count=whole, root=HASH),
    "slip.voided": dict(count=whole),
    "card.refused": dict(reason=one_of("unreadable", "not-a-voter-card", "forged", "other-election", "other-station",
                                       "other-day", "unknown-style", "claimed-elsewhere", "already-used", "blank")),
    "card.released": dict(),
    "printer.trouble": dict(trouble=one_of("paper-out", "cover-open", "error", "hot", "broken", "silent")),
    "printer.paper_low": dict(),
    "line.lost": dict(peripheral=PERIPHERAL),
    "line.restored": dict(peripheral=PERIPHERAL),
    "medium.lost": dict(medium=MEDIUM, why=one_of("failed", "silent", "missing", "damaged", "behind")),
    "medium.restored": dict(medium=MEDIUM),
    "tamper.opened": dict(switch=one_of("chassis", "ballot-box", "seal", "unknown")),
    "tamper.counted": dict(openings=whole),
    "power.changed": dict(power=one_of("mains", "battery", "battery-low")),
    "temperature.changed": dict(temperature=one_of("fine", "hot", "cold")),
    "slip.miscounted": dict(what=one_of("not-seen", "uncalled")),
    "storage.changed": dict(room=one_of("enough", "low", "full")),
    "storage.failed": dict(what=one_of("full", "read-only", "io-error")),
    "entries.left_out": dict(of=one_of("card.refused", "printer.trouble", "printer.paper_low", "line.lost", "slip.miscounted"),
                             count=whole),
    "clock.jumped": dict(way=one_of("forward", "back"), seconds=whole),
    "clock.checked": dict(stands=one_of("in-the-day", "outside")),
    "witness.alarm": dict(device=text(1, 120), alarm=one_of("forked", "other-journal", "inconsistent", "closed-after-all")),
    "device.stopped": dict(why=one_of(*WHY)),
    "device.declared_dead": dict(device=text(1, 120), by=OFFICERS,
                                 known_maybe=members(origin=text(1, 256), size=whole, root=HASH)),
    "order.accepted": dict(number=whole, order=HASH, do=one_of("extend-hours", "send-logs", "lock", "unlock", "reload-policy"),
                           until_maybe=SECOND, policy_maybe=POLICY,
                           by=array(2, 2, members(name=text(1, 120), certificate=HASH))),
    "polls.closed": dict(executive=HASH, supervisory=HASH, casts=whole, voids=whole, batches=whole, spent=HASH,
                         tally=HASH),
}
FORMS = {kind: members(seq=anything, at=anything, type=anything, **forms)
         for kind, forms in MEMBERS.items()}
WHEN_FINISHED = {"report.printed", "device.started", "printer.trouble", "printer.paper_low", "line.lost",
                 "line.restored", "medium.lost", "medium.restored", "tamper.opened", "tamper.counted", "power.changed", "temperature.changed",
                 "slip.miscounted", "storage.changed", "storage.failed", "entries.left_out", "clock.jumped", "clock.checked", "officer.admitted",
                 "officer.card_damaged", "officer.pin_wrong", "witness.alarm", "device.stopped", "device.declared_dead",
                 "order.accepted"}
NOT_WHEN_STOPPED = {"polls.opened", "polls.resumed", "ballot.cast", "batch.sealed", "polls.closed"}
BATCH_DRAWN, BATCH_WAITING = 32, 64


class Day:
    """Follows a journal entry by entry; `take` refuses the first that breaks a rule."""

    def __init__(self):
        self.polls = "closed"
        self.entries = self.casts = self.voids = self.batches = self.batched = 0
        self.zero_printed = self.stopped = self.locked = False
        self.lost = None
        self.drawn = set()
        self.dead = []
        self.ordered = 0
        self.before = None

    def take(self, event):
        why = self._breaks(event)
        if why:
            raise Refused("journal.order", what=why)
        self._apply(event)
        self.before = event["type"]
        self.entries += 1

    def _breaks(self, event):
        kind = event["type"]
        if (kind == "journal.opened") != (self.entries == 0):
            return "journal.opened is the first entry, and only that"
        if self.polls == "finished" and kind not in WHEN_FINISHED:
            return "polls are finished"
        if self.polls != "finished" and self.casts and self.casts == self.batched and kind != "polls.closed":
            return "the last batch was sealed"
        if self.stopped and kind in NOT_WHEN_STOPPED:
            return "the device had to stop"
        rule = RULES.get(kind)
        return None if rule is None or rule(self, event) else kind + " may not come here"

    def _running(self):
        return self.polls in ("open", "paused")

    def _may_open(self, event):
        return self.polls == "closed" and self.zero_printed and event["executive"] != event["supervisory"]

    def _may_resume(self, event):
        return self.polls == "paused" and _are_two(event["by"])

    def _may_declare(self, event):
        known = any(before["device"] == event["device"] for before in self.dead)
        return self.polls == "finished" and _are_two(event["by"]) and not known

    def _may_order(self, event):
        one, other = event["by"]
        longer = event["do"] == "extend-hours"
        return (event["number"] > self.ordered and one["name"] != other["name"]
                and one["certificate"] != other["certificate"] and ("until" in event) == longer
                and ("policy" in event) == (event["do"] == "reload-policy")
                and (self.polls != "finished" or event["do"] == "send-logs"))

    def _may_take_over(self, event):
        casts, pooled = event["casts"], event["pooled"]
        possible = pooled <= casts and (pooled == 0) == (casts == 0) and (event["batches"] == 0) == (pooled == casts)
        people = {event["executive"], event["supervisory"], event["technician"]}
        return self.entries == 1 and possible and len(people) == 3

    def _may_seal(self, event):
        waiting, count = self.casts - self.batched, event["count"]
        last = count == waiting and count != 0
        drawn = count == BATCH_DRAWN and waiting >= BATCH_WAITING and self.before == "ballot.cast"
        return self._running() and event["batch"] == self.batches + 1 and (last or drawn)

    def _may_close(self, event):
        told = (event["casts"], event["voids"], event["batches"])
        return (self._running() and told == (self.casts, self.voids, self.batches)
                and event["executive"] != event["supervisory"] and self.casts == self.batched)

    def _apply(self, event):
        kind = event["type"]
        if kind == "takeover":
            self.casts, self.voids, self.batches = event["casts"], event["voids"], event["batches"]
            self.batched = event["casts"] - event["pooled"]
        if kind in POLLS_THEN:
            self.polls = POLLS_THEN[kind]
        elif kind == "ballot.cast":
            self.casts += 1
        elif kind == "slip.voided":
            self.voids += 1
        elif kind == "batch.sealed":
            self.batches += 1
            self.batched += event["count"]
        elif kind == "report.printed":
            self.zero_printed = self.zero_printed or event["report"] == "zero"
        elif kind == "day_key.drawn":
            self.drawn.add(event["id"])
        elif kind == "medium.lost":
            self.lost = event["medium"]
        elif kind == "medium.restored":
            self.lost = None
        elif kind == "device.stopped":
            self.stopped = True
        elif kind == "device.declared_dead":
            self.dead.append(event)
        elif kind == "order.accepted":
            self.ordered = event["number"]
            if event["do"] in ("lock", "unlock"):
                self.locked = event["do"] == "lock"


def _are_two(officers):
    one, other = officers
    return one["certificate"] != other["certificate"] and one["role"] != other["role"]


POLLS_THEN = {"takeover": "open", "polls.opened": "open", "polls.paused": "paused", "polls.resumed": "open", "polls.closed": "finished"}
RULES = {
    "takeover": Day._may_take_over,
    "polls.opened": Day._may_open,
    "polls.paused": lambda day, event: day._running(),
    "polls.resumed": Day._may_resume,
    "ballot.cast": lambda day, event: day.polls == "open" and not day.locked and event["count"] == day.casts + 1,
    "slip.voided": lambda day, event: day._running() and event["count"] == day.voids + 1,
    "batch.sealed": Day._may_seal,
    "polls.closed": Day._may_close,
    "report.printed": lambda day, event: (event["report"] == "zero") == (day.polls != "finished"),
    "medium.lost": lambda day, event: day.lost is None,
    "medium.restored": lambda day, event: event["medium"] == day.lost,
    "day_key.drawn": lambda day, event: day.polls == "closed",
    "day_key.shared": lambda day, event: event["id"] in day.drawn,
    "device.declared_dead": Day._may_declare,
    "order.accepted": Day._may_order,
}
