"""Certificates: the one DER form, read byte by byte."""
from hashlib import sha256

from . import canonical, signing
from .faults import Refused, require
from .forms import any_text, mapping, matches, members, raw
from .text import days_in, from_base64, to_base64

MAX_BYTES = 4096
ED25519 = bytes.fromhex("300506032b6570")
SIGNATURE_START = ED25519 + bytes.fromhex("034100")
OWN_ED25519 = bytes.fromhex("302a300506032b6570032100")
OWN_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
OWN = (OWN_ED25519, 32), (OWN_P256, 65)
COMMON_NAME = bytes.fromhex("0603550403")
BASIC = bytes.fromhex("300c0603551d130101ff04023000")
USAGE = bytes.fromhex("300e0603551d0f0101ff040403020780")
AUTHORITY = bytes.fromhex("301f0603551d23041830168014")
EXTENDED = bytes.fromhex("301d0603551d250416301406082b0601050507030106082b06010505070302")
ALTERNATIVE = bytes.fromhex("0603551d11")
ROLE = bytes.fromhex("06146981ca8ba7dca0b1caa8c3998e8fd5acb2c3fb35")
ROLES = ("device", "executive", "supervisory", "spare", "centre", "voter-card", "technician", "trustee", "auditor",
         "card-authority", "official")
NAMED_ROLES = ("device", "centre")
ROLE_FORM = members(keys=mapping(any_text, raw(32)), role=any_text)
USE = matches(r"[a-z][a-z0-9-]{0,31}")
DNS_SUBJECT = matches(r"[a-z0-9][a-z0-9.-]{0,62}")


class Certificate:
    def __init__(self, role, subject, keys, der):
        self.role = role
        self.subject = subject
        self.keys = keys
        self.fingerprint = sha256(der).digest()
        self.fingerprint_text = to_base64(self.fingerprint)


class _Der:
    """Walks through DER; any other form is certificate.form."""

    def __init__(self, data):
        self.data = data
        self.position = 0

    def expect(self, wanted):
        require(self.data.startswith(wanted, self.position), "certificate.form")
        self.position += len(wanted)

    def starts(self, wanted):
        return self.data.startswith(wanted, self.position)

    def content(self, tag):
        """What is in the element of this tag; lengths have to be the shortest."""
        head = self.data[self.position:self.position + 4]
        require(len(head) >= 2 and head[0] == tag, "certificate.form")
        size, start = head[1], self.position + 2
        if size >= 0x80:
            count = size - 0x80
            require(count in (1, 2) and len(head) >= 2 + count, "certificate.form")
            size = int.from_bytes(head[2:2 + count], "big")
            require(size >= (0x80 if count == 1 else 0x100), "certificate.form")
            start += count
        require(start + size <= len(self.data), "certificate.form")
        self.position = start + size
        return self.data[start:start + size]

    def inside(self, tag):
        return _Der(self.content(tag))

    def whole(self, tag):
        """The element itself, head and content."""
        start = self.position
        self.content(tag)
        return self.data[start:self.position]

    def end(self):
        require(self.position == len(self.data), "certificate.form")


def read(der, authority_key, instant):
    """The certificate if it holds at the instant `YYYYMMDDHHMMSS`."""
    body, signature = _outer(der)
    require(signing.verifies(authority_key, body, signature), "certificate.wrong-authority")
    parts = _body(body, authority_key)
    _content(parts)
    require(instant >= parts["begins"], "certificate.not-yet")
    require(instant <= parts["ends"], "certificate.expired")
    keys = {use: from_base64(key) for use, key in parts["keys"].items()}
    return Certificate(parts["role"], parts["subject"], keys, der)


def noon(polling_day):
    return polling_day.replace("-", "") + "120000"


def _outer(der):
    require(len(der) <= MAX_BYTES, "certificate.malformed")
    try:
        outer = _Der(der)
        inner = outer.content(0x30)
        outer.end()
        require(len(inner) > 74 and inner[-74:-64] == SIGNATURE_START, "certificate.malformed")
        between = _Der(inner[:-74])
        body = between.whole(0x30)
        between.end()
    except Refused:
        raise Refused("certificate.malformed") from None
    return body, inner[-64:]


def _body(body, authority_key):
    at = _Der(body).inside(0x30)
    at.expect(bytes.fromhex("a003020102"))
    parts = {"serial": _serial(at.content(0x02))}
    at.expect(ED25519)
    parts["issuer"] = _name(at.inside(0x30))
    times = at.inside(0x30)
    parts["begins"], parts["ends"] = _time(times), _time(times)
    times.end()
    parts["subject"] = _name(at.inside(0x30))
    parts["own"] = at.whole(0x30)
    require(any(parts["own"].startswith(start) and len(parts["own"]) == len(start) + size for start, size in OWN),
            "certificate.form")
    outer = at.inside(0xA3)
    at.end()
    extensions = outer.inside(0x30)
    outer.end()
    parts.update(_extensions(extensions, parts["subject"], authority_key))
    return parts


def _serial(raw_serial):
    require(raw_serial and raw_serial[0] < 0x80, "certificate.form")
    require(len(raw_serial) == 1 or raw_serial[0] or raw_serial[1] >= 0x80, "certificate.form")
    return raw_serial


def _utf8(raw_text):
    try:
        return raw_text.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("certificate.form") from None


def _name(at):
    pair = at.inside(0x31)
    at.end()
    item = pair.inside(0x30)
    pair.end()
    item.expect(COMMON_NAME)
    name = _utf8(item.content(0x0C))
    item.end()
    return name


def _time(at):
    """A time as YYYYMMDDHHMMSS, from UTCTime for 1950 to 2049, GeneralizedTime later."""
    short = at.starts(b"\x17\x0d")
    digits = at.content(0x17 if short else 0x18)
    require(len(digits) == (13 if short else 15) and digits[-1:] == b"Z" and digits[:-1].isdigit(), "certificate.form")
    moment = digits[:-1].decode()
    if short:
        moment = ("19" if moment >= "50" else "20") + moment
    else:
        require(moment >= "2050", "certificate.form")
    year, month, day = int(moment[:4]), int(moment[4:6]), int(moment[6:8])
    require(1 <= month <= 12 and 1 <= day <= days_in(year, month), "certificate.form")
    require(moment[8:10] < "24" and moment[10:12] < "60" and moment[12:] < "60", "certificate.form")
    return moment


def _extensions(at, subject, authority_key):
    at.expect(BASIC + USAGE + AUTHORITY + sha256(authority_key).digest()[:20])
    named = at.starts(EXTENDED)
    if named:
        at.expect(EXTENDED)
        item = at.inside(0x30)
        item.expect(ALTERNATIVE)
        octets = item.inside(0x04)
        item.end()
        names = octets.inside(0x30)
        octets.end()
        require(subject.isascii() and names.content(0x82) == subject.encode(), "certificate.form")
        names.end()
    item = at.inside(0x30)
    at.end()
    item.expect(ROLE)
    octets = item.inside(0x04)
    item.end()
    role_bytes = octets.content(0x0C)
    octets.end()
    try:
        role = canonical.read(role_bytes)
    except Refused:
        raise Refused("certificate.form") from None
    require(ROLE_FORM(role), "certificate.form")
    require(named == (role["role"] in NAMED_ROLES), "certificate.form")
    return {"role": role["role"], "keys": role["keys"]}


def _is_common_name(name):
    control = any(c < " " or "\x7f" <= c <= "\x9f" for c in name)
    return 1 <= len(name) <= 64 and not control


def _own_key_holds(own):
    if own.startswith(OWN_ED25519):
        return signing.is_sound(own[len(OWN_ED25519):])
    return signing.is_p256_point(own[len(OWN_P256):])


def _content(parts):
    keys = parts["keys"]
    require(_is_common_name(parts["issuer"]) and _is_common_name(parts["subject"]), "certificate.content")
    require(parts["role"] in ROLES, "certificate.content")
    require(parts["role"] not in NAMED_ROLES or DNS_SUBJECT(parts["subject"]), "certificate.content")
    require(any(parts["serial"]) and len(parts["serial"]) <= 20, "certificate.content")
    require(_own_key_holds(parts["own"]), "certificate.content")
    require(len(keys) <= 16 and all(USE(use) for use in keys), "certificate.content")
    require(all(signing.is_sound(from_base64(key)) for key in keys.values()), "certificate.content")


def device_certificate(der, definition, authority_key):
    """A certificate of a device of this election: certificate.*, then bundle.certificate."""
    certificate = read(der, authority_key, noon(definition.polling_day))
    of_device = certificate.role == "device" and certificate.keys.keys() >= {"log", "message"}
    require(of_device and definition.is_device(certificate.subject), "bundle.certificate")
    return certificate
