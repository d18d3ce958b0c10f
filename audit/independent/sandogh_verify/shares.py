"""Trustees' shares, and the election key rebuilt from them (Shamir over GF(2^8), polynomial 0x11b)."""
from hashlib import sha256

from nacl import bindings

from . import canonical
from .faults import BadInput, Refused
from .forms import between, members, one_of, raw, text
from .text import from_base64, to_base64

MAX_CHARACTERS = 4096
MAX_BYTES = 4 * MAX_CHARACTERS
SHARE = members(constituency=text(0, 64), election=text(0, 64), index=between(1, 255), package=text(44, 44),
                share=raw(33), threshold=between(2, 255), type=one_of("trustee-share"), version=between(1, 1))


def rebuild(files, definition):
    """The secret key out of (place, bytes) in the order given; every share is judged, the first ones are used."""
    shares, numbers = [], set()
    for place, data in files:
        share = _read(data, place)
        _check(share, definition, place)
        if share[0] in numbers:
            raise BadInput("share.twice", place, "number %d" % share[0])
        numbers.add(share[0])
        shares.append(share[1])
    threshold = definition.trustees["threshold"]
    if len(shares) < threshold:
        raise BadInput("share.too-few", "the shares", "%d given, %d needed" % (len(shares), threshold))
    key = combine(shares[:threshold])
    if bindings.crypto_scalarmult_base(key) != definition.election_key:
        raise BadInput("share.key", "the shares", "together they give another key")
    return key


def _read(data, place):
    try:
        characters = data[:MAX_BYTES + 1].decode("utf-8")
        value = canonical.read_text(characters) if len(characters) <= MAX_CHARACTERS else None
    except (Refused, UnicodeDecodeError):
        value = None
    if value is None or not SHARE(value):
        raise BadInput("share.form", place, "not a trustee's share")
    return value["index"], from_base64(value["share"]), value


def _check(share, definition, place):
    index, points, value = share
    here = (definition.election, definition.constituency["id"], to_base64(definition.hash))
    if (value["election"], value["constituency"], value["package"]) != here:
        raise BadInput("share.other-election", place, "of another election")
    hashes = definition.trustees["shareHashes"]
    known = index <= len(hashes) and from_base64(hashes[index - 1]) == sha256(points).digest()
    if not known or points[0] != index or value["threshold"] != definition.trustees["threshold"]:
        raise BadInput("share.wrong", place, "not the share that the package knows")


def times(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11B
        b >>= 1
    return product


def inverse(a):
    result = 1
    for _ in range(254):
        result = times(result, a)
    return result


def combine(shares):
    numbers = [share[0] for share in shares]
    key = bytearray(32)
    for share in shares:
        weight = 1
        for other in numbers:
            if other != share[0]:
                weight = times(weight, times(other, inverse(other ^ share[0])))
        for j in range(32):
            key[j] ^= times(share[1 + j], weight)
    return bytes(key)
