"""One device's bundle: what it is signed by, its journal, and how its files hang together."""
import re
from hashlib import sha256

from . import canonical, certificates, contents, cosigned, definition, documents, notes, takeover, tree
from .events import FORMS, Day
from .faults import BadInput, Refused, at, require
from .folders import SHEET, TAKEN_OVER, TALLIES
from .forms import VERSION, any_text, array, members, text, whole
from .notes import LOG, Key
from .text import from_base64, is_time

LINES = re.compile(rb"(?:[^\n]{0,4096}+\n)*+")
FILE = members(name=any_text, sha256=text(44, 44), size=whole)
MANIFEST = members(version=VERSION, origin=text(0, 256), files=array(0, 1 << 30, FILE))
LISTED = {"package.json", "device-certificate.der", "journal.jsonl", "leaves.bin", "checkpoint", "batches.jsonl",
          "spent-tags.json", "cosigned.json"}


class Bundle:
    """What later checks need of a bundle; the files' bytes are read once each and dropped by `forget`."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder.path
        self._data, self._measured = {}, {}
        self.sheet = self.tally = self.sealed = self.receipt = None
        self.clock_went_back, self.clock_times = None, 0

    def place(self, name, below=""):
        return self.folder.place(name) + (" " + below if below else "")

    def data(self, name):
        if name not in self._data:
            self._data[name] = self.folder.read(name)
            self._measured[name] = (len(self._data[name]), sha256(self._data[name]).digest())
        return self._data[name]

    def forget(self, *names):
        for name in names or tuple(self._data):
            self._data.pop(name, None)

    def unchanged(self, *names):
        for name in names:
            if name not in self._measured:
                self.data(name)
            if self._measured[name] != self.listed[name]:
                raise Refused("bundle.changed", self.place(name), "not as the manifest lists it")

    @property
    def closed_at(self):
        return self.closed["seq"]

    @property
    def casts(self):
        return self.closed["casts"]

    def own_keys(self):
        return {self.certificate.keys[use] for use in ("log", "message", "witness") if use in self.certificate.keys}


def says_device(folder, definition):
    """The device that a bundle says to be of, whether it holds or not; None if that cannot be read."""
    try:
        payload = documents.parse(folder.read("manifest.json"), "manifest").payload
    except Refused:
        return None
    origin = payload.get("origin") if isinstance(payload, dict) else None
    device = definition.device_of(origin) if isinstance(origin, str) else None
    return device if device and definition.is_device(device) else None


def verify(folder, reference, programs):
    """The bundle if it holds."""
    bundle = Bundle(folder)
    _identity(bundle, reference)
    _manifest(bundle)
    bundle.unchanged("package.json", "device-certificate.der", "checkpoint", "leaves.bin")
    entries = _entries(bundle)
    _checkpoint(bundle)
    _journal(bundle, entries)
    takeover.verify(bundle, reference.authority_key)
    bundle.unchanged("journal.jsonl")
    with at(bundle.place("checkpoint")):
        bundle.receipt = bundle.head.note.cosigned_at(bundle.definition.centre)
    bundle.forget("package.json", "device-certificate.der", "leaves.bin", "journal.jsonl")
    contents.verify(bundle)
    cosigned.verify(bundle, reference.authority_key)
    present = [n for n in TALLIES + (SHEET,) + TAKEN_OVER if n in folder.names]
    bundle.unchanged("batches.jsonl", "spent-tags.json", "cosigned.json", *present)
    bundle.forget()
    if bundle.definition.hash != reference.definition.hash:
        raise BadInput("input.other-package", bundle.path, "of another package than the first bundle")
    other = next((p for p in bundle.programs if programs and p not in programs), None)
    require(other is None, "program.unknown", bundle.place("journal.jsonl"), other)
    return bundle


def _identity(bundle, reference):
    with at(bundle.place("package.json")):
        raw, key = bundle.data("package.json"), reference.authority_key
        bundle.definition = reference.definition if raw == reference.raw else definition.open_package(raw, key)
    with at(bundle.place("device-certificate.der")):
        der = bundle.data("device-certificate.der")
        bundle.certificate = certificates.device_certificate(der, bundle.definition, key)
        bundle.device = bundle.certificate.subject
        bundle.message_key = bundle.certificate.keys["message"]


def _manifest(bundle):
    place = bundle.place("manifest.json")
    try:
        payload = documents.open_document(bundle.data("manifest.json"), "manifest", [bundle.message_key])
    except Refused as fault:
        first, ends, _ = bundle.data("journal.jsonl").partition(b"\n")
        if fault.code == "document.wrong-key" and not (ends and bundle.certificate.fingerprint_text.encode() in first):
            raise Refused("bundle.certificate", bundle.place("device-certificate.der"),
                          "neither manifest nor journal are of this certificate") from None
        raise Refused(fault.code, place, fault.what) from None
    with at(place):
        require(MANIFEST(payload), "bundle.manifest", what="its form")
        bundle.listed = {f["name"]: (f["size"], from_base64(f["sha256"])) for f in payload["files"]}
        require(len(bundle.listed) == len(payload["files"]), "bundle.manifest", what="a name twice")
        listed = bundle.listed.keys()
        require(LISTED <= listed, "bundle.manifest", what="a file that every bundle has is not listed")
        require(sum(n in listed for n in TALLIES) == 1, "bundle.manifest", what="not one tally")
        require(not listed & set(TAKEN_OVER) or listed >= set(TAKEN_OVER), "bundle.manifest", what="a part of three")
        require(listed <= LISTED | set(TALLIES + TAKEN_OVER) | {SHEET}, "bundle.manifest", what="a file that is none")
    for name in TALLIES + (SHEET,) + TAKEN_OVER:
        if (name in listed) != (name in bundle.folder.names):
            raise Refused("bundle.files", bundle.place(name), "listed and not here, or here and not listed")
    bundle.origin = payload["origin"]


def _entries(bundle):
    """The entries' bytes, each with the leaf hash that leaves.bin has for it."""
    journal, leaves = bundle.data("journal.jsonl"), bundle.data("leaves.bin")
    check_lines(journal, bundle.place("journal.jsonl"))
    require(len(leaves) % 32 == 0, "leaves.size", bundle.place("leaves.bin"))
    count = len(leaves) // 32
    entries = journal.split(b"\n", count + 1)[:-1]  # one more than there are hashes is enough to refuse it
    for number in range(max(len(entries), count)):
        here = tree.leaf_hash(entries[number]) if number < len(entries) else None
        require(here == leaves[32 * number:32 * number + 32], "bundle.entry",
                bundle.place("journal.jsonl", "entry %d" % number), "not the entry that was sealed")
    bundle.leaves = leaves
    bundle.entries = len(entries)
    return entries


def check_lines(journal, place):
    good = LINES.match(journal).end()
    if good < len(journal):
        number = journal.count(b"\n", 0, good)
        raise Refused("journal.line", "%s entry %d" % (place, number), "too long, or does not end")


def leaf_hashes(bundle):
    return (bundle.leaves[i:i + 32] for i in range(0, len(bundle.leaves), 32))


def _checkpoint(bundle):
    with at(bundle.place("checkpoint")):
        note = notes.parse_bytes(bundle.data("checkpoint"))
        note.opened(Key(bundle.origin, LOG, bundle.certificate.keys["log"]))
        bundle.head = notes.checkpoint(note)
        require(bundle.head.origin == bundle.origin, "checkpoint.origin")
        require(bundle.head.size == bundle.entries, "bundle.checkpoint", what="another size")
        require(bundle.head.root == tree.root(leaf_hashes(bundle)), "bundle.checkpoint", what="another root")


def _journal(bundle, entries):
    place = bundle.place("journal.jsonl")
    events, day = read_day(entries, place)
    opened = events[0]
    start = place + " entry 0"
    require(opened["origin"] == bundle.origin, "bundle.binding", start, "another origin than the manifest's")
    bundle.closed = next((e for e in events if e["type"] == "polls.closed"), None)
    require(bundle.closed, "bundle.unfinished", place, "polls were never closed")
    require(from_base64(opened["package"]) == bundle.definition.hash, "bundle.binding", start, "another package")
    require(opened["certificate"] == bundle.certificate.fingerprint_text, "bundle.binding", start, "another certificate")
    require(bundle.definition.device_of(bundle.origin) == bundle.device, "bundle.binding", start, "another device")
    bundle.random = opened["random"]
    bundle.programs = [e["program"] for e in events if "program" in e]
    bundle.voids = day.voids
    bundle.dead = day.dead
    bundle.takeover = next((e for e in events if e["type"] == "takeover"), None)
    bundle.sealed_events = [e for e in events if e["type"] == "batch.sealed"]
    _clock(bundle, events)


def read_day(entries, place):
    events = []
    for number, raw in enumerate(entries):
        with at("%s entry %d" % (place, number)):
            events.append(read_entry(raw, number))
    day = Day()
    for number, event in enumerate(events):
        with at("%s entry %d (%s)" % (place, number, event["type"])):
            day.take(event)
    require(events, "journal.empty", place)
    return events, day


def read_entry(raw, number):
    try:
        entry_text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("journal.entry-text") from None
    event = canonical.read_text(entry_text)
    shaped = (isinstance(event, dict) and whole(event.get("seq")) and is_time(event.get("at"))
              and isinstance(event.get("type"), str))
    require(shaped, "journal.entry-shape")
    require(event["seq"] == number, "journal.entry-seq")
    require(event["type"] in FORMS, "journal.entry-type", what=event["type"])
    require(FORMS[event["type"]](event), "journal.entry-members", what=event["type"])
    return event


def _clock(bundle, events):
    for before, here in zip(events, events[1:]):
        if here["at"] < before["at"]:
            bundle.clock_times += 1
            if bundle.clock_went_back is None:
                bundle.clock_went_back = here["seq"]
