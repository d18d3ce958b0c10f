"""What a bundle holds beside its journal: ballots, tags of spent authorizations, totals, the station's sheet."""
from hashlib import sha256

from . import canonical, documents, tallies, tree
from .faults import at, require
from .folders import SHEET, TALLIES
from .forms import HASH, VERSION, any_raw, anything, array, between, members, raw, text
from .text import from_base64, utf16_key

BATCH = members(batch=between(1, canonical.MAX_SAFE), sealed=array(0, 100_000, any_raw))
TAGS = array(0, canonical.MAX_VALUES, HASH)
TALLY = members(version=VERSION, origin=text(0, 256), salt=raw(32), tally=anything)
SHEET_FORM = members(version=VERSION, station=text(1, 64), tally=anything, without_maybe=array(1, 7, text(1, 64)),
                     journals=array(1, 64, members(commitment=text(44, 44), origin=text(1, 256))))
MAX_BOX = 2_000_000
FEW = 32  # ballots below which a device's totals would tell its voters apart


def verify(bundle):
    _batches(bundle)
    _spent(bundle)
    if TALLIES[0] in bundle.folder.names:
        _tally(bundle)
    else:
        _sealed_tally(bundle)
    if SHEET in bundle.folder.names:
        _sheet(bundle)


def batch_lines(bundle):
    """Each line of batches.jsonl: its place, number and ballots."""
    place, start, line = bundle.place("batches.jsonl"), 0, 0
    data = bundle.data("batches.jsonl")
    while start < len(data):
        line += 1
        end = data.find(b"\n", start)
        require(end >= 0, "batches.line", place, "the last line does not end")
        with at("%s line %d" % (place, line)):
            batch = canonical.read(data[start:end])
            require(BATCH(batch), "batches.shape")
        yield line, batch["batch"], [from_base64(b) for b in batch["sealed"]]
        start = end + 1


def _batches(bundle):
    named = {e["batch"]: e for e in bundle.sealed_events}
    holds, bundle.ballot_hashes = {}, []
    for line, number, ballots in batch_lines(bundle):
        require(number not in holds, "batches.shape", bundle.place("batches.jsonl", "line %d" % line), "a batch twice")
        leaves = [tree.leaf_hash(b) for b in ballots]
        holds[number] = number in named and _as_named(ballots, leaves, named[number], bundle.definition.ballot_bytes)
        bundle.ballot_hashes.extend(leaves)
    for number in list(named) + [n for n in holds if n not in named]:
        place = bundle.place("batches.jsonl", "batch %d" % number)
        require(holds.get(number), "batch.differs", place, "not the batch that the journal names")
    bundle.batches = len(holds)


def _as_named(ballots, leaves, event, size):
    ascending = all(a < b for a, b in zip(ballots, ballots[1:]))
    return (len(ballots) == event["count"] and all(len(b) == size for b in ballots) and ascending
            and tree.root(leaves) == from_base64(event["root"]))


def _spent(bundle):
    with at(bundle.place("spent-tags.json")):
        tags = canonical.read(bundle.data("spent-tags.json"))
        require(TAGS(tags), "spent-tags.shape")
        tags = [from_base64(t) for t in tags]
        require(all(a < b for a, b in zip(tags, tags[1:])), "spent-tags.shape", what="order")
        require(len(tags) == bundle.casts, "bundle.spent", what="not as many as ballots")
        require(sha256(b"".join(tags)).digest() == from_base64(bundle.closed["spent"]), "bundle.spent")
        bundle.tags = tags


def _tally(bundle):
    with at(bundle.place(TALLIES[0])):
        payload = documents.open_document(bundle.data(TALLIES[0]), "tally", [bundle.message_key])
        require(TALLY(payload), "tally.document")
        require(payload["origin"] == bundle.origin, "bundle.tally", what="of another journal")
        tallies.check_shape(payload["tally"], bundle.definition)
        made = tallies.commitment(from_base64(payload["salt"]), payload["tally"])
        require(made == from_base64(bundle.closed["tally"]), "bundle.tally", what="not the one committed to")
        require(tallies.is_possible(payload["tally"], bundle.definition, bundle.casts), "bundle.tally",
                what="not possible for the ballots cast")
        bundle.tally = payload["tally"]


def _is_box(value, size):
    return isinstance(value, str) and len(value) <= MAX_BOX and raw(size)(value)


def _sealed_tally(bundle):
    with at(bundle.place(TALLIES[1])):
        payload = documents.open_document(bundle.data(TALLIES[1]), "sealed-tally", [bundle.message_key])
        size = bundle.definition.tally_bytes
        form = members(version=VERSION, origin=text(1, 256), station=lambda v: _is_box(v, size + 16),
                       trustees=lambda v: _is_box(v, size + 48))
        require(form(payload), "tally.sealed")
        require(payload["origin"] == bundle.origin, "bundle.tally", what="of another journal")
        bundle.sealed = from_base64(payload["trustees"])


def _sheet(bundle):
    with at(bundle.place(SHEET)):
        reporting = bundle.definition.by_station[bundle.station]["devices"][0]
        require(bundle.stands_for == reporting, "bundle.sheet", what="not the station's reporting device")
        payload = documents.open_document(bundle.data(SHEET), "station-sheet", [bundle.message_key])
        require(SHEET_FORM(payload), "sheet.shape")
        origins = [utf16_key(j["origin"]) for j in payload["journals"]]
        require(all(a < b for a, b in zip(origins, origins[1:])), "sheet.shape", what="order of journals")
        without = [utf16_key(device) for device in payload.get("without", [])]
        require(all(a < b for a, b in zip(without, without[1:])), "sheet.shape", what="order of devices")
        require(payload["station"] == bundle.station, "bundle.sheet", what="of another station")
        commitments = {j["origin"]: j["commitment"] for j in payload["journals"]}
        require(commitments.get(bundle.origin) == bundle.closed["tally"], "bundle.sheet", what="this journal")
        tallies.check_shape(payload["tally"], bundle.definition)
        bundle.sheet = payload
        bundle.sheet_commitments = commitments
