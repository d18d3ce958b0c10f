"""Small predicates from which the tables of the page are written down: each takes a value and says yes or no."""
import re
import unicodedata

from .text import WHITE_SPACE, from_base64, from_base64_of, is_date

NEVER_SHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")


def text(low, high):
    return lambda v: isinstance(v, str) and low <= len(v) <= high


def any_text(v):
    return isinstance(v, str)


def drawable(low, high):
    """A text of characters that are seen and leave their neighbours where they are."""
    return lambda v: isinstance(v, str) and low <= len(v) <= high and not NEVER_SHOWN.search(v)


def shown_name(v):
    return (drawable(1, 120)(v) and v[0] not in WHITE_SPACE and v[-1] not in WHITE_SPACE
            and any(c[0] == "L" or c == "Nd" for c in map(unicodedata.category, v)))


def matches(pattern):
    compiled = re.compile(pattern)
    return lambda v: isinstance(v, str) and compiled.fullmatch(v) is not None


def whole(v):
    return type(v) is int and v >= 0


def between(low, high):
    return lambda v: type(v) is int and low <= v <= high


def boolean(v):
    return v is True or v is False


def one_of(*texts):
    return lambda v: isinstance(v, str) and v in texts


def raw(size):
    return lambda v: from_base64_of(v, size) is not None


def any_raw(v):
    return from_base64(v) is not None


def anything(v):
    return True


def array(low, high, item):
    return lambda v: isinstance(v, list) and low <= len(v) <= high and all(map(item, v))


def members(**forms):
    """An object of exactly these; a name that ends in `_maybe` may be absent."""
    needed = {n for n in forms if not n.endswith("_maybe")}
    known = {n.removesuffix("_maybe"): f for n, f in forms.items()}
    return lambda v: (isinstance(v, dict) and needed <= v.keys() <= known.keys()
                      and all(known[n](x) for n, x in v.items()))


def mapping(name, item):
    return lambda v: isinstance(v, dict) and all(name(n) and item(x) for n, x in v.items())


HASH = raw(32)
KEY = raw(32)
ID = matches(r"[a-z0-9][a-z0-9.-]{0,63}")
CODE = matches(r"[0-9]{2,6}")
DATE = is_date
VERSION = between(1, 1)
