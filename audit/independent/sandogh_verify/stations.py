"""Each station: its bundles side by side, its sheet, its check-in."""
from hashlib import sha256

from . import documents, heads, tallies
from .contents import FEW
from .faults import Refused, at, require
from .folders import ISSUED, SHEET, TALLIES
from .forms import HASH, VERSION, array, between, members, text, whole
from .text import from_base64, to_base64

AGAIN = array(1, 16, members(cards=between(1, 2 ** 53 - 1), claimedBy=HASH))
ISSUED_FORM = members(version=VERSION, package=text(44, 44), station=text(0, 64), issued=whole, returned=whole,
                      again_maybe=lambda v: AGAIN(v) and _rising([a["claimedBy"] for a in v]))


class Station:
    def __init__(self, definition, form, bundles, spoiled, check_in):
        self.definition = definition
        self.id = form["id"]
        self.devices = form["devices"]
        self.listed = form["devices"] + form.get("spares", [])
        self.keys = [from_base64(form["authorizationKeys"][k]) for k in ("executive", "supervisory")]
        self.given = bundles  # in the order of their folders
        self.spoiled = spoiled  # whether a bundle that does not hold says to be of it
        self.check_in = check_in
        by_device = {b.stands_for: b for b in reversed(bundles)}
        self.bundles = [by_device[d] for d in self.devices if d in by_device]  # in the order of the package
        self.missing = [d for d in self.devices if d not in by_device]
        self.sheet = next((b.sheet for b in self.bundles if b.sheet), None)
        self.seen = {}
        self.declared = {}  # the first who declared a device dead, and the entry

    @property
    def without(self):
        """Devices that the sheet says are dead."""
        return self.sheet.get("without", []) if self.sheet else []

    @property
    def is_whole(self):
        """Whether every device that nobody declared dead is here."""
        return all(device in self.declared for device in self.missing)

    @property
    def reporting(self):
        return next(b for b in self.bundles if b.stands_for == self.devices[0])


def gather(definition, bundles, spoiled, check_ins):
    """The stations of which something was given, in the order of the package."""
    of_station = {}
    for bundle in bundles:
        of_station.setdefault(bundle.station, []).append(bundle)
    given = of_station.keys() | check_ins.keys() | set(spoiled)
    return [Station(definition, form, of_station.get(form["id"], []), form["id"] in spoiled, check_ins.get(form["id"]))
            for form in definition.stations if form["id"] in given]


def read_check_ins(folders, definition, findings):
    """What each check-in says, by its station, as its place and the document; who has signed it is asked later."""
    found = {}
    for folder in folders:
        findings.of(_read_check_in, folder, definition, found)
    return found


def _read_check_in(folder, definition, found):
    place = folder.place(ISSUED)
    try:
        document = documents.parse(folder.read(ISSUED), "issued")
    except Refused as fault:
        raise Refused("station.issued", place, fault.code) from None
    payload = document.payload
    station = payload.get("station") if isinstance(payload, dict) else None
    known = isinstance(station, str) and station in definition.by_station
    require(known, "station.issued", place, "of no station of the package")
    require(station not in found, "station.issued", place, "a second one of this station")
    found[station] = (place, document)


def verify(station):
    heads.compare(station.given)
    _nothing_twice(station.given)
    _declared(station)
    keys = heads.known_keys(station.definition, station.bundles)
    for bundle in station.bundles:
        station.seen[bundle.device] = heads.saw_the_end(bundle, station.bundles, keys)
    few = any(b.casts < FEW for b in station.bundles)
    released = next((b for b in station.bundles if b.tally is not None), None)
    if few and released:
        raise Refused("station.small-device", released.place(TALLIES[0]), "a device of few ballots, and totals of one")
    if station.sheet:
        with at(station.reporting.place(SHEET)):
            _sheet(station, few, released)
    if station.check_in:
        _issued(station)
    return station


def _nothing_twice(bundles):
    kinds = (("device", lambda b: [b.device]), ("spent tag", lambda b: b.tags),
             ("sealed ballot", lambda b: b.ballot_hashes))
    for name, items in kinds:
        seen = set()
        for bundle in bundles:
            for item in items(bundle):
                require(item not in seen, "station.twice", bundle.path, "a %s twice" % name)
                seen.add(item)


def _declared(station):
    for bundle in station.bundles:
        for event in bundle.dead:
            device = event["device"]
            possible = device in station.devices and device != bundle.stands_for
            require(possible, "declared.device", bundle.place("journal.jsonl", "entry %d" % event["seq"]), device)
            station.declared.setdefault(device, (bundle.device, event))
    for bundle in station.bundles:
        require(bundle.stands_for not in station.declared, "declared.closed", bundle.path, "declared dead, and it closed")


def _sheet(station, few, released):
    needless = not few and (station.is_whole or released)
    require(not needless, "station.sheet", what="every device has ballots enough")
    journals = station.reporting.sheet_commitments
    named = [station.definition.device_of(origin) for origin in journals]
    require(_one_of_each_place(station, named), "station.sheet", what="not one journal of each device")
    counted = [device for device in station.declared if device not in station.without]
    require(not counted, "station.sheet", what="it counts what was declared dead")
    told_dead = not station.is_whole or all(device in station.declared for device in station.without)
    require(told_dead, "station.sheet", what="nobody declared that dead")
    for bundle in station.bundles:
        told = journals.get(bundle.origin) == bundle.closed["tally"]
        require(told, "station.sheet", what="not the journal of " + bundle.device)
    if station.is_whole:
        casts = sum(b.casts for b in station.bundles)
        possible = tallies.is_possible(station.sheet["tally"], station.definition, casts)
        require(possible, "station.sheet", what="not possible for the ballots cast")


def _one_of_each_place(station, named):
    """Whether these can be the devices of all places; whose place a spare took whose bundle is not here, nobody knows."""
    places = {b.device: b.stands_for for b in station.bundles}
    known = [places.get(d, d) for d in named if d in places or d in station.devices]
    without = station.without
    return (len(named) + len(without) == len(station.devices) and len(set(named)) == len(named)
            and all(d in station.devices and d not in known for d in without)
            and len(set(known)) == len(known)
            and all(station.definition.is_of_station(d, station.id) for d in named))


def _issued(station):
    place, document = station.check_in
    with at(place):
        payload = documents.verify(document, station.keys)
        require(ISSUED_FORM(payload), "issued.shape")
        here = payload["package"] == to_base64(station.definition.hash) and payload["station"] == station.id
        require(here, "station.issued", what="of another package")
    if station.spoiled:
        return  # then its ballots cannot be told
    with at("station " + station.id):
        require(station.is_whole, "station.device-missing", what=", ".join(station.missing))
        again = payload.get("again", [])
        here = {_hash_of(origin) for b in station.bundles for origin in _origins(b)}
        require(not any(a["claimedBy"] in here for a in again), "station.issued", what="again, and its journal is here")
        require(station.declared or not again, "station.issued", what="again, and no device was declared dead")
        casts = sum(b.casts for b in station.bundles)
        counted = "%d issued, %d cast, %d returned" % (payload["issued"], casts, payload["returned"])
        rest = payload["issued"] - casts - payload["returned"]
        least = sum(a["cards"] for a in again)
        require(rest >= least if station.declared else rest == 0, "station.issued", what=counted)


def _origins(bundle):
    return [bundle.origin] + ([bundle.takeover["origin"]] if bundle.takeover else [])


def _hash_of(origin):
    return to_base64(sha256(origin.encode()).digest())


def _rising(texts):
    return all(a < b for a, b in zip(texts, texts[1:]))
