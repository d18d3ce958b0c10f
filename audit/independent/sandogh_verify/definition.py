"""The election definition: its form, its rules, and what later checks ask of it."""
from hashlib import sha256

from . import documents, signing
from .faults import Refused, require
from .forms import (CODE, DATE, HASH, ID, KEY, VERSION, array, between, boolean, drawable, mapping, matches, members,
                    one_of, shown_name)
from .notes import WITNESS, Key
from .text import from_base64

LANGUAGES = ("fa", "en", "ar", "az")
NAME = members(fa=shown_name, en_maybe=shown_name, ar_maybe=shown_name, az_maybe=shown_name)
CANDIDATE = members(code=CODE, name=NAME, list_maybe=CODE, photo_maybe=HASH)
CONTEST = members(id=ID, title=NAME, seats=between(1, 100), choices=between(1, 100), mixListAndIndividual=boolean,
                  candidates=array(1, 10_000, CANDIDATE), lists=array(0, 1_000, members(code=CODE, name=NAME)))
LANGUAGE = members(language=one_of(*LANGUAGES), name=shown_name, readByNativeSpeaker=boolean,
                   texts=mapping(matches(r"[a-z0-9-]{1,64}"), drawable(0, 400)))
STATION = members(id=ID, name=NAME, devices=array(1, 8, ID), spares_maybe=array(1, 4, ID),
                  authorizationKeys=members(executive=KEY, supervisory=KEY))
TRUSTEES = members(threshold=between(2, 20), shareHashes=array(2, 20, HASH))
FORM = members(
    version=VERSION, authority=ID, election=ID, title=NAME, rehearsal=boolean, pollingDay=DATE, timeZone=matches(r"[A-Za-z0-9+_:/-]{1,64}"),
    constituency=members(id=ID, name=NAME, electionKey=KEY, trustees=TRUSTEES), languages=array(1, 4, LANGUAGE),
    inputs=members(pointer=boolean, keyboard=boolean), contests=array(1, 20, CONTEST),
    styles=array(1, 20, members(id=ID, contests=array(1, 20, ID))), stations=array(1, 20_000, STATION),
    witness=members(name=matches(r"[!-*,-~]{1,128}"), key=KEY))


class Definition:
    """A definition that holds, with its parts by name."""

    def __init__(self, payload, payload_bytes):
        self.payload = payload
        self.hash = sha256(payload_bytes).digest()
        self.authority, self.election = payload["authority"], payload["election"]
        self.prefix = "%s/%s/" % (self.authority, self.election)
        self.polling_day = payload["pollingDay"]
        self.contests, self.styles, self.stations = payload["contests"], payload["styles"], payload["stations"]
        self.constituency = payload["constituency"]
        self.trustees = self.constituency["trustees"]
        self.election_key = from_base64(self.constituency["electionKey"])
        self.by_contest = {c["id"]: c for c in self.contests}
        self.by_station = {s["id"]: s for s in self.stations}
        self.station_of = {d: s["id"] for s in self.stations for d in s["devices"]}
        self.spare_of = {}
        for station in self.stations:
            for spare in station.get("spares", []):
                self.spare_of.setdefault(spare, set()).add(station["id"])
        self.centre = Key(payload["witness"]["name"], WITNESS, from_base64(payload["witness"]["key"]))
        self.options = {c["id"]: [o["code"] for o in c["candidates"] + c["lists"]] for c in self.contests}
        self.choices_bytes = max(sum(1 + 2 * self.by_contest[c]["choices"] for c in s["contests"]) for s in self.styles)
        self.ballot_bytes = self.choices_bytes + 98
        self.tally_bytes = 32 + sum(8 + 4 * len(self.options[c["id"]]) for c in self.contests)

    def device_of(self, origin):
        """The device whose journal could have this origin in this election, or None."""
        start = self.prefix + "device/"
        device, slash, digits = origin[len(start):].partition("/")
        of_form = origin.startswith(start) and ORIGIN_END(digits) and slash and ID(device)
        return device if of_form else None

    def is_device(self, device):
        return device in self.station_of or device in self.spare_of

    def is_of_station(self, device, station):
        return self.station_of.get(device) == station or station in self.spare_of.get(device, ())

    def witness_name(self, device):
        return self.prefix + "witness/" + device


ORIGIN_END = matches(r"[0-9a-f]{32}")


def open_package(raw, authority_key):
    document = documents.parse(raw, "package")
    payload = documents.verify(document, [authority_key])
    check(payload)
    return Definition(payload, document.payload_bytes)


def check(payload):
    require(FORM(payload), "package.shape")
    for station in payload["stations"]:
        keys = station["authorizationKeys"]
        require(keys["executive"] != keys["supervisory"], "package.same-key", what=station["id"])
    require(payload["languages"][0]["language"] == "fa", "package.language")
    _once("package.duplicate-language", (x["language"] for x in payload["languages"]))
    for name in ("contest", "style", "station"):
        _once("package.duplicate-" + name, (x["id"] for x in payload[name + "s"]))
    _once("package.duplicate-device", (d for s in payload["stations"] for d in s["devices"]))
    devices = {d for s in payload["stations"] for d in s["devices"]}
    for station in payload["stations"]:
        spares = station.get("spares", [])
        _once("package.duplicate-device", spares)
        require(devices.isdisjoint(spares), "package.duplicate-device", what=station["id"])
    _codes(payload["contests"])
    for contest in payload["contests"]:
        _contest(contest)
    _styles(payload)
    trustees = payload["constituency"]["trustees"]
    require(trustees["threshold"] <= len(trustees["shareHashes"]), "package.threshold")
    require(not signing.is_weak_x25519(from_base64(payload["constituency"]["electionKey"])), "package.weak-key")


def _once(code, items):
    seen = set()
    for item in items:
        require(item not in seen, code, what=item)
        seen.add(item)


def _codes(contests):
    seen, length = set(), len(contests[0]["candidates"][0]["code"])
    for contest in contests:
        for option in contest["candidates"] + contest["lists"]:
            code = option["code"]
            require(code not in seen, "package.duplicate-code", what=code)
            require(len(code) == length, "package.code-length", what=code)
            seen.add(code)


def _contest(contest):
    candidates = contest["candidates"]
    require(len(candidates) >= contest["seats"], "package.seats", what=contest["id"])
    require(len(candidates) >= contest["choices"], "package.choices", what=contest["id"])
    sizes = {x["code"]: 0 for x in contest["lists"]}
    for candidate in candidates:
        if "list" in candidate:
            require(candidate["list"] in sizes, "package.unknown-list", what=candidate["code"])
            sizes[candidate["list"]] += 1
    for code, size in sizes.items():
        require(1 <= size <= contest["choices"], "package.list-size", what=code)


def _styles(payload):
    known = {c["id"] for c in payload["contests"]}
    for style in payload["styles"]:
        for contest in style["contests"]:
            require(contest in known, "package.unknown-contest", what=contest)
        if len(set(style["contests"])) < len(style["contests"]):
            raise Refused("package.doubled-contest", what=style["id"])
