"""cosigned.json: what the devices of a station saw of each other's journals."""
from . import canonical, certificates, notes
from .faults import Refused, at, require
from .forms import VERSION, any_text, array, members, text
from .notes import LOG, WITNESS, Key
from .text import from_base64, utf16_key

FORM = members(version=VERSION, certificates=array(0, 64, text(1, 1 << 30)), notes=array(0, 1024, any_text))


class Head:
    """A checkpoint that its device signed, and where it stands."""

    def __init__(self, place, checkpoint, device, log_key):
        self.place = place
        self.note = checkpoint.note
        self.origin, self.size, self.root = checkpoint.origin, checkpoint.size, checkpoint.root
        self.device = device
        self.log_key = log_key


def verify(bundle, authority_key):
    place = bundle.place("cosigned.json")
    with at(place):
        value = canonical.read(bundle.data("cosigned.json"))
        require(FORM(value), "cosigned.shape")
    ders = _decoded(value["certificates"], place)
    checkpoints = _checkpoints(value["notes"], place)
    bundle.known = _known(bundle, ders, authority_key, place)
    keys = witness_keys(bundle.definition, bundle.known.values())
    bundle.heads = [Head(bundle.place("checkpoint"), bundle.head, bundle.device, bundle.certificate.keys["log"])]
    for number, checkpoint in enumerate(checkpoints):
        with at("%s note %d" % (place, number)):
            bundle.heads.append(_head(bundle, checkpoint, keys, "%s note %d" % (place, number)))
    if bundle.taken_over:
        old = bundle.taken_over
        bundle.heads.append(Head(old.place, old.head, old.device, old.certificate.keys["log"]))


def witness_keys(definition, certificates_known):
    """The keys whose lines have to verify, by the name and id on a line: centre None, then each device."""
    keys = [(None, definition.centre)]
    for certificate in certificates_known:
        if "witness" in certificate.keys:
            name = definition.witness_name(certificate.subject)
            keys.append((certificate.subject, Key(name, WITNESS, certificate.keys["witness"])))
    return keys


def seen_by(note, keys):
    """Who of these cosigned the note; witness.cosignature if a line of any does not verify."""
    on_lines = {(name, key_id) for name, key_id, _ in note.lines}
    seen = set()
    for who, key in keys:
        if (key.name, key.id) in on_lines:
            try:
                note.opened(key)
            except Refused as fault:
                raise Refused("witness.cosignature", what=fault.what) from None
            seen.add((who, key.public))
    return seen


def _decoded(encoded, place):
    ders = []
    for number, item in enumerate(encoded):
        with at("%s certificate %d" % (place, number)):
            der = from_base64(item)
            require(der is not None, "cosigned.shape", what="no base64")
            require(not number or item > encoded[number - 1], "cosigned.order")
            ders.append(der)
    return ders


def _checkpoints(texts, place):
    checkpoints, before = [], None
    for number, item in enumerate(texts):
        with at("%s note %d" % (place, number)):
            checkpoint = notes.checkpoint(notes.parse(item))
            require(len(checkpoint.note.lines) >= 2, "cosigned.no-cosignature")
            here = (checkpoint.origin, checkpoint.size, utf16_key(item))
            require(before is None or here > before, "cosigned.order")
            checkpoints.append(checkpoint)
            before = here
    return checkpoints


def _known(bundle, ders, authority_key, place):
    """Certificates by device: the bundle's own, then those of the file."""
    known = {bundle.device: bundle.certificate}
    if bundle.taken_over:
        known[bundle.taken_over.device] = bundle.taken_over.certificate
    for number, der in enumerate(ders):
        with at("%s certificate %d" % (place, number)):
            certificate = certificates.device_certificate(der, bundle.definition, authority_key)
            device = certificate.subject
            require(bundle.definition.is_of_station(device, bundle.station), "witness.certificate")
            first = known.setdefault(device, certificate)
            require(first.fingerprint == certificate.fingerprint, "witness.id-twice", what=device)
    return known


def _head(bundle, checkpoint, keys, place):
    device = bundle.definition.device_of(checkpoint.origin)
    require(device in bundle.known, "witness.journal", what=checkpoint.origin)
    log_key = bundle.known[device].keys["log"]
    try:
        checkpoint.note.opened(Key(checkpoint.origin, LOG, log_key))
    except Refused as fault:
        raise Refused("witness.signature", what=fault.what) from None
    seen = {who for who, _ in seen_by(checkpoint.note, keys)}
    require(device == bundle.device or bundle.device in seen, "witness.cosignature",
            what="a neighbour's head that this device did not cosign")
    return Head(place, checkpoint, device, log_key)
