"""Signed notes, checkpoints, and the keys that open them."""
from hashlib import sha256

from . import signing, tree
from .faults import Refused, require
from .text import WHITE_SPACE, from_base64, from_base64_of, more_units_than

LOG, WITNESS = 1, 4
MAX_UNITS = 262_144
MAX_LINES = 64
MAX_SAFE = 2 ** 53 - 1
NOT_IN_NAMES = WHITE_SPACE | {"\u0085", "+"}


class Key:
    """A key by which a note is opened: the name on its lines, what it signs, and its four bytes of id."""

    def __init__(self, name, kind, public):
        self.name = name
        self.kind = kind
        self.public = public
        self.id = sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


class Note:
    def __init__(self, text, lines):
        self.text = text
        self.lines = lines  # (name, key id, signature)

    def opened(self, key):
        """None for a log's key, else the latest seconds; note.unsigned without a line, note.bad-signature with a bad one."""
        latest = None
        for name, key_id, signature in self.lines:
            if name == key.name and key_id == key.id:
                seconds = self._seconds(key, signature)
                latest = seconds if latest is None else max(latest, seconds)
        require(latest is not None, "note.unsigned", what="no line of " + key.name)
        return latest if key.kind == WITNESS else None

    def _seconds(self, key, signature):
        seconds, message = 0, self.text.encode()
        if key.kind == WITNESS:
            seconds = int.from_bytes(signature[:8], "big")
            message = b"cosignature/v1\ntime %d\n" % seconds + message
            require(len(signature) == 72 and seconds <= MAX_SAFE, "note.bad-signature", what=key.name)
            signature = signature[8:]
        require(signing.verifies(key.public, message, signature), "note.bad-signature", what=key.name)
        return seconds

    def cosigned_at(self, key):
        """Seconds of the key's latest cosignature, None without one; note.bad-signature if a line of it is bad."""
        try:
            return self.opened(key)
        except Refused as fault:
            if fault.code == "note.unsigned":
                return None
            raise


class Checkpoint:
    def __init__(self, note, origin, size, root):
        self.note = note
        self.origin = origin
        self.size = size
        self.root = root


def is_name(name):
    return bool(name) and not NOT_IN_NAMES.intersection(name)


def is_origin(text):
    return 1 <= len(text) <= 256 and all("!" <= c <= "~" and c != "+" for c in text)


def parse_bytes(raw):
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("note.malformed", what="not UTF-8") from None
    return parse(text)


def parse(text):
    require(not more_units_than(text, MAX_UNITS), "note.malformed", what="too long")
    require(not any((c < " " and c != "\n") or "\ud800" <= c <= "\udfff" for c in text), "note.malformed")
    middle = text.rfind("\n\n")
    require(middle >= 0 and text.endswith("\n"), "note.malformed", what="no signature lines")
    lines = text[middle + 2:].split("\n")[:-1]
    require(1 <= len(lines) <= MAX_LINES, "note.malformed", what="number of signature lines")
    return Note(text[:middle + 1], [_line(line) for line in lines])


def _line(line):
    require(line.startswith("\u2014 "), "note.malformed", what="a signature line")
    name, _, encoded = line[2:].partition(" ")
    raw = from_base64(encoded)
    require(is_name(name) and raw is not None and len(raw) >= 5, "note.malformed", what="a signature line")
    return name, raw[:4], raw[4:]


def checkpoint(note):
    lines = note.text.split("\n")
    require(len(lines) == 4 and lines[3] == "", "checkpoint.malformed")
    origin, size, root = lines[0], lines[1], from_base64_of(lines[2], 32)
    require(is_origin(origin) and root is not None, "checkpoint.malformed")
    digits = size.isascii() and size.isdigit() and len(size) <= 16 and (size == "0" or size[0] != "0")
    require(digits and int(size) <= MAX_SAFE, "checkpoint.malformed", what="size")
    require(size != "0" or root == tree.EMPTY, "checkpoint.malformed", what="root of nothing")
    return Checkpoint(note, origin, int(size), root)


def verifier_key(text, kind):
    """The key of a vkey `name+id+base64`, or None."""
    parts = text.split("+", 2)
    if len(parts) != 3 or more_units_than(text, 1024) or not is_name(parts[0]):
        return None
    raw = from_base64_of(parts[2], 33)
    if raw is None or raw[0] != kind:
        return None
    key = Key(parts[0], kind, raw[1:])
    return key if parts[1] == key.id.hex() else None
