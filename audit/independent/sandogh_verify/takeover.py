"""A spare in the place of a device that died: the journal it took over, and that nobody else went on from it."""
from . import certificates, notes, tree
from .faults import Refused, at, require
from .folders import TAKEN_OVER
from .notes import LOG, Key
from .text import from_base64, to_base64

CERTIFICATE, CHECKPOINT, JOURNAL = TAKEN_OVER


class TakenOver:
    """The journal of the device that died, as far as the spare took it over."""

    def __init__(self, bundle, certificate, head, leaves, events, day):
        self.device = certificate.subject
        self.certificate = certificate
        self.origin = bundle.takeover["origin"]
        self.media = bundle.takeover["media"]
        self.head = head
        self.place = bundle.place(CHECKPOINT)
        self.leaves = leaves
        self.casts, self.batches = day.casts, day.batches
        self.sealed_events = [e for e in events if e["type"] == "batch.sealed"]

    def compare(self, heads):
        log_key = self.certificate.keys["log"]
        own = [h for h in heads if h.origin == self.origin and h.log_key == log_key and h.size <= len(self.leaves)]
        roots = tree.roots_at(iter(self.leaves), {h.size for h in own})
        for head in own:
            require(head.root == roots[head.size], "witness.fork", head.place, "not the journal that was taken over")


def verify(bundle, authority_key):
    """Sets in whose place and of which station a bundle is."""
    definition, bundle.taken_over = bundle.definition, None
    if not bundle.takeover:
        stray = next((n for n in TAKEN_OVER if n in bundle.folder.names), None)
        require(stray is None, "bundle.files", bundle.place(stray or ""), "nothing is taken over")
        require(bundle.device in definition.station_of, "takeover.missing", bundle.place("journal.jsonl"))
        bundle.stands_for, bundle.station = bundle.device, definition.station_of[bundle.device]
        return
    require(CERTIFICATE in bundle.folder.names, "bundle.files", bundle.place(CERTIFICATE), "missing")
    bundle.taken_over = _read(bundle, authority_key)
    bundle.stands_for = bundle.taken_over.device
    bundle.station = definition.station_of[bundle.stands_for]
    bundle.sealed_events = bundle.taken_over.sealed_events + bundle.sealed_events


def _read(bundle, authority_key):
    from .bundle import check_lines, read_day  # each needs the other
    said, definition, place = bundle.takeover, bundle.definition, bundle.place(JOURNAL)
    journal = bundle.data(JOURNAL)
    check_lines(journal, place)
    with at(bundle.place(CERTIFICATE)):
        certificate = certificates.device_certificate(bundle.data(CERTIFICATE), definition, authority_key)
        require(certificate.subject in definition.station_of, "bundle.certificate", what="a spare")
    station = definition.station_of[certificate.subject]
    entry = bundle.place("journal.jsonl", "entry 1")
    require(station in definition.spare_of.get(bundle.device, ()), "takeover.station", entry, station)
    with at(bundle.place(CHECKPOINT)):
        note = notes.parse_bytes(bundle.data(CHECKPOINT))
        note.opened(Key(said["origin"], LOG, certificate.keys["log"]))
        head = notes.checkpoint(note)
        require(head.origin == said["origin"], "checkpoint.origin")
        same = head.size == said["size"] and to_base64(head.root) == said["root"]
        require(same, "takeover.checkpoint", what="not the one of entry 1")
    entries = journal.split(b"\n")[:-1]
    leaves = [tree.leaf_hash(e) for e in entries]
    require(len(entries) == head.size and tree.root(iter(leaves)) == head.root, "takeover.journal", place)
    events, day = read_day(entries, place)
    opened = events[0]
    bound = (opened["origin"] == said["origin"] and from_base64(opened["package"]) == definition.hash
             and opened["certificate"] == certificate.fingerprint_text
             and definition.device_of(opened["origin"]) == certificate.subject)
    require(bound, "bundle.binding", place + " entry 0")
    _counts(said, events, day, entry)
    return TakenOver(bundle, certificate, head, leaves, events, day)


def _counts(said, events, day, place):
    ended = day.polls not in ("open", "paused") or day.stopped or any(e["type"] == "takeover" for e in events)
    require(not ended, "takeover.counts", place, "nothing to go on with")
    told = (said["casts"], said["voids"], said["batches"], said["pooled"])
    require(told == (day.casts, day.voids, day.batches, day.casts - day.batched), "takeover.counts", place)


def compare(bundles, heads):
    """Refuses what the device that died signed beyond what was taken over, and two spares in one place."""
    for bundle in bundles:
        old = bundle.taken_over
        beyond = next((h for h in heads if old and h.origin == old.origin and h.size > len(old.leaves)), None)
        require(beyond is None, "takeover.fork", beyond and beyond.place, "the device that died went on")
    places = {}
    for bundle in bundles:
        first = places.get(bundle.stands_for, bundle.device)
        require(first == bundle.device, "takeover.fork", bundle.path, "two in the place of " + bundle.stands_for)
        places[bundle.stands_for] = bundle.device


def says_station(folder, device, definition):
    """The station that a bundle says to be of, whether it holds or not; None if that cannot be read."""
    from .bundle import read_entry
    if device in definition.station_of or device is None:
        return definition.station_of.get(device)
    try:
        lines = folder.read("journal.jsonl").split(b"\n", 2)
        event = read_entry(lines[1], 1) if len(lines) == 3 else {}
    except Refused:
        return None
    place = definition.device_of(event["origin"]) if event.get("type") == "takeover" else None
    station = definition.station_of.get(place)
    return station if station in definition.spare_of.get(device, ()) else None
