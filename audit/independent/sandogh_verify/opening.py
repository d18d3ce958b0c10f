"""Opening: every ballot with the trustees' key, each device's recount, and totals of whole stations."""
from . import ballots, contents, tallies
from .faults import Refused
from .folders import SHEET, TALLIES
from .text import from_base64


class Finding:
    def __init__(self, code, where, what=""):
        self.code, self.where, self.what = code, where, what


class DeviceCount:
    def __init__(self, bundle, tally):
        self.bundle = bundle
        self.tally = tally
        self.ballots = self.faulty = self.taken_over = 0
        self.equal = False


class StationCount:
    def __init__(self, station, devices):
        self.station = station
        self.devices = devices
        self.recount = None      # told of the whole station, or of what is there
        self.sheet = None        # equal, unequal or unchecked
        self.sheet_tally = None


class Opening:
    def __init__(self, audit, secret_key, lost):
        self.definition = audit.definition
        self.opener = ballots.Opener(audit.definition, secret_key)
        self.lost = set(lost)
        self.findings = []
        self.ids = set()
        self.stations = [self._station(s) for s in audit.stations]
        told = [s.recount for s in self.stations if s.recount is not None]
        self.total = self._sum(told) if told else None

    def _sum(self, parts):
        total = tallies.empty(self.definition)
        for part in parts:
            tallies.add(total, part)
        return total

    def _station(self, station):
        count = StationCount(station, [self._device(b) for b in station.bundles])
        recount = self._sum([d.tally for d in count.devices])
        counts_all = not station.missing or (station.sheet and set(station.missing) <= set(station.without))
        if station.sheet and not counts_all:
            count.sheet, count.sheet_tally = "unchecked", station.sheet["tally"]
        elif count.devices and (counts_all or self._is_told(station)):
            count.recount = recount
        if station.sheet and counts_all:
            count.sheet = "equal" if recount == station.sheet["tally"] else "unequal"
            if count.sheet == "unequal":
                self.findings.append(Finding("sheet.recount", station.reporting.place(SHEET)))
        return count

    def _is_told(self, station):
        """Whether the recount of what is there tells no single device's totals."""
        released = [b.tally is not None for b in station.bundles]
        if not station.missing or all(released):
            return True
        if not (self.lost | station.declared.keys()).issuperset(station.missing):
            return False
        return any(released) or station.devices[0] not in station.missing

    def _device(self, bundle):
        count = DeviceCount(bundle, tallies.empty(self.definition))
        for _, number, sealed in contents.batch_lines(bundle):
            place = bundle.place("batches.jsonl", "batch %d" % number)
            for position, ballot in enumerate(sealed):
                self._ballot(count, ballot, place, position, number)
        bundle.forget()
        self._compare_journals(count)
        self._compare(count)
        return count

    def _ballot(self, count, sealed, place, position, number):
        nth = "ballot %d of it" % position
        try:
            ballot_id, chosen = self._opened(count, sealed, number)
        except Refused as fault:
            count.faulty += 1
            self.findings.append(Finding(fault.code, place, nth + (": " + fault.what if fault.what else "")))
            return
        if ballot_id in self.ids:
            self.findings.append(Finding("ballot.id-twice", place, nth))
        self.ids.add(ballot_id)
        count.ballots += 1
        self.opener.count(chosen, count.tally)

    def _opened(self, count, sealed, number):
        """A ballot of this journal or of the one taken over, which alone has ballots in the batches before its own."""
        old = count.bundle.taken_over
        if not old or number > old.batches:
            try:
                return self.opener.ballot(sealed, count.bundle.origin)
            except Refused as fault:
                if not old or fault.code != "ballot.context":
                    raise
        opened = self.opener.ballot(sealed, old.origin)
        count.taken_over += 1
        return opened

    def _compare_journals(self, count):
        old = count.bundle.taken_over
        if not old:
            return
        own = count.ballots - count.taken_over
        if count.taken_over > old.casts or own > count.bundle.casts - old.casts:
            self.findings.append(Finding("takeover.ballots", count.bundle.path, "more of a journal than were cast in it"))

    def _compare(self, count):
        bundle, counted = count.bundle, count.bundle.tally
        if counted is None:
            place = bundle.place(TALLIES[1])
            plain = self.opener.box(bundle.sealed)
            if plain is None or len(plain) != self.definition.tally_bytes:
                self.findings.append(Finding("tally.does-not-open", place))
                return
            salt, counted = tallies.from_plaintext(plain, self.definition)
            if tallies.commitment(salt, counted) != from_base64(bundle.closed["tally"]):
                self.findings.append(Finding("tally.commitment", place))
                return
        count.equal = count.tally == counted
        if not count.equal:
            self.findings.append(Finding("tally.recount", bundle.path, "another tally than the recount"))
