"""Canonical JSON: what RFC 8259 allows is parsed, and then each part held against the one spelling."""
import json
import re

from .deep import is_rfc8259
from .faults import Refused
from .text import more_units_than, utf16_key

MAX_SAFE = 2 ** 53 - 1
MAX_LEVELS = 32
MAX_VALUES = 8_000_000
SHORT_UNITS = 65_536
TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)
STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
PLAIN_ESCAPES = re.compile(r'(?:[^\\]++|\\(?:["\\btnfr]|u00(?:0[0-7be-f]|1[0-9a-f])))*+')
SPACE = re.compile(r"[ \t\n\r]")


def read(raw):
    """The value of canonical JSON bytes; json.syntax or json.not-canonical else."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("json.syntax", what="not UTF-8") from None
    return read_text(text)


def read_text(text):
    if more_units_than(text, SHORT_UNITS):
        _refuse_large(text)
    spelt = _Spelling()
    try:
        value = json.loads(text, parse_int=spelt.whole, parse_float=spelt.other_number,
                           parse_constant=_refuse_constant, object_pairs_hook=spelt.members)
    except RecursionError:
        code = "json.not-canonical" if is_rfc8259(text) else "json.syntax"
        raise Refused(code, what="nested too deep") from None
    except ValueError as error:
        raise Refused("json.syntax", what=str(error)) from None
    if (spelt.wrong or not PLAIN_ESCAPES.fullmatch(text) or SPACE.search(STRING.sub("", text))
            or not _shallow(value)):
        raise Refused("json.not-canonical", what=spelt.wrong or "another spelling than the canonical one")
    return value


def write_sorted(value):
    """Canonical text of a value all of whose names are ASCII."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class _Spelling:
    """Notes what the parser sees and canonical JSON does not allow; the parse goes on, since syntax counts first."""

    def __init__(self):
        self.wrong = None

    def whole(self, digits):
        if digits == "-0" or len(digits) > 17 or abs(int(digits)) > MAX_SAFE:
            self.wrong = "a number of another form"
            return 0
        return int(digits)

    def other_number(self, digits):
        self.wrong = "a number of another form"
        return 0

    def members(self, pairs):
        before = None
        for name, _ in pairs:
            here = utf16_key(name)
            if before is not None and here <= before:
                self.wrong = "names out of order or twice"
            if name == "__proto__":
                self.wrong = "a member __proto__"
            before = here
        return dict(pairs)


def _refuse_constant(name):
    raise ValueError(name)


def _refuse_large(text):
    values, level = 1, 0
    for match in TOKEN.finditer(text):
        token = match[0]
        if token in "[{":
            level += 1
            values += 1
        elif token == ",":
            values += 1
        elif token in "]}":
            level -= 1
        if values > MAX_VALUES or level > MAX_LEVELS:
            raise Refused("json.not-canonical", what="too many values or levels")


def _shallow(value):
    """No value below the 32nd level."""
    waiting = [(value, 1)]
    while waiting:
        here, level = waiting.pop()
        if not isinstance(here, (dict, list)):
            continue
        children = here.values() if isinstance(here, dict) else here
        if level == MAX_LEVELS and len(here):
            return False
        waiting.extend((c, level + 1) for c in children if isinstance(c, (dict, list)))
    return True
