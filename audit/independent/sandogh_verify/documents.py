"""Signed documents."""
from . import canonical, signing
from .faults import Refused, require
from .forms import array, members, raw
from .text import from_base64

MAX_BYTES = 64 * 1024 * 1024
SIGNATURES = array(1, 16, members(key=raw(32), signature=raw(64)))


class Document:
    """A document of the right form, its signatures not yet verified."""

    def __init__(self, kind, payload, payload_bytes, signatures):
        self.kind = kind
        self.payload = payload
        self.payload_bytes = payload_bytes
        self.signatures = signatures


def parse(raw_bytes, kind):
    require(len(raw_bytes) <= MAX_BYTES, "document.size")
    try:
        value = canonical.read(raw_bytes)
    except Refused as fault:
        raise Refused(fault.code.replace("json.", "document."), what=fault.what) from None
    require(isinstance(value, dict) and value.keys() == {"payload", "signatures", "type"}, "document.shape")
    require(value["type"] == kind, "document.type")
    require(SIGNATURES(value["signatures"]), "document.shape", what="signatures")
    # The whole is canonical, so the payload's canonical bytes are those between the other members.
    behind = ',"signatures":%s,"type":"%s"}' % (canonical.write_sorted(value["signatures"]), kind)
    payload_bytes = raw_bytes[len('{"payload":'):-len(behind)]
    signatures = [(from_base64(s["key"]), from_base64(s["signature"])) for s in value["signatures"]]
    return Document(kind, value["payload"], payload_bytes, signatures)


def verify(document, keys):
    """The payload, once exactly these keys in this order have signed it."""
    require(len(document.signatures) == len(keys), "document.signature-count")
    message = b"sandogh/v1/" + document.kind.encode() + b"\n" + document.payload_bytes
    for wanted, (key, signature) in zip(keys, document.signatures):
        require(key == wanted, "document.wrong-key")
        require(signing.verifies(key, message, signature), "document.bad-signature")
    return document.payload


def open_document(raw_bytes, kind, keys):
    return verify(parse(raw_bytes, kind), keys)
