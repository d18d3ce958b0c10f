"""Texts, base64, times and the order of texts, as the page defines them."""
import base64
import binascii
import datetime
import re

WHITE_SPACE = frozenset(
    [chr(c) for c in range(0x09, 0x0E)] + [chr(c) for c in range(0x2000, 0x200B)]
    + list("\u0020\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"))
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
LAST_SECOND = 253_402_300_799  # of year 9999
DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")


def from_base64(text):
    """The bytes, or None if it is not the one spelling of any."""
    if not isinstance(text, str) or len(text) % 4:
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if to_base64(raw) == text else None


def to_base64(raw):
    return base64.b64encode(raw).decode("ascii")


def from_base64_of(text, size):
    raw = from_base64(text)
    return raw if raw is not None and len(raw) == size else None


def utf16_key(text):
    """Sorts as the text's UTF-16 units do; surrogates may come from odd file names."""
    return text.encode("utf-16-be", "surrogatepass")


def is_plain(raw):
    """Whether a name is UTF-8 without control characters."""
    try:
        return not CONTROL.search(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def written(raw):
    """A name as it is told: each byte that is no part of a plain character is \\x and two digits."""
    text = raw.decode("utf-8", "backslashreplace")
    return CONTROL.sub(lambda match: "".join("\\x%02x" % byte for byte in match[0].encode()), text)


def units(text):
    return len(text) + sum(1 for c in text if c > "\uffff")


def more_units_than(text, limit):
    return len(text) > limit or (len(text) * 2 > limit and units(text) > limit)


def days_in(year, month):
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def is_date(value):
    match = DATE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return False
    year, month, day = map(int, match.groups())
    return 1 <= month <= 12 and 1 <= day <= days_in(year, month)


def is_time(value):
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return False
    return is_date(match[1]) and int(match[2]) < 24 and int(match[3]) < 60 and int(match[4]) < 60


def time_of_seconds(seconds):
    """Seconds since 1970 as a time; beyond year 9999 there is no such spelling, and the number is told."""
    if seconds > LAST_SECOND:
        return "%d seconds after 1970" % seconds
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
