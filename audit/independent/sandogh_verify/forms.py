"""Small predicates from which the tables of the page are written down: each takes a value and says yes or no."""
import re

from .text import WHITE_SPACE, from_base64, from_base64_of, is_date


def text(low, high):
    return lambda v: isinstance(v, str) and low <= len(v) <= high


def any_text(v):
    return isinstance(v, str)


def trimmed(low, high):
    """A text with no white space at either end."""
    return lambda v: (isinstance(v, str) and low <= len(v) <= high
                      and v[0] not in WHITE_SPACE and v[-1] not in WHITE_SPACE)


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
