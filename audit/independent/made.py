"""Makes small elections with keys of its own, so that tests reach what the given bundles cannot show once bent."""
import base64
import hashlib
import json
import os
import random
import struct

import nacl.bindings
import nacl.signing

PREFIX = "made.example/test-1/"


def b64(raw):
    return base64.b64encode(raw).decode()


def sha(raw):
    return hashlib.sha256(raw).digest()


def key(name):
    return nacl.signing.SigningKey(sha(name.encode()))


def public(signing_key):
    return bytes(signing_key.verify_key)


def canon(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def document(kind, payload, *keys):
    message = b"sandogh/v1/" + kind.encode() + b"\n" + canon(payload)
    signatures = [{"key": b64(public(k)), "signature": b64(k.sign(message).signature)} for k in keys]
    return canon({"payload": payload, "signatures": signatures, "type": kind})


def der(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x81" + bytes([size]) if size < 256 else b"\x82" + struct.pack(">H", size)
    return bytes([tag]) + length + content


def certificate(device, uses, authority, serial=b"\x05", role="device"):
    ed = bytes.fromhex("300506032b6570")
    name = lambda text: der(0x30, der(0x31, der(0x30, bytes.fromhex("0603550403"), der(0x0C, text.encode()))))
    told = canon({"keys": {u: b64(public(k)) for u, k in uses.items()}, "role": role})
    extensions = [bytes.fromhex("300c0603551d130101ff04023000300e0603551d0f0101ff040403020780301f0603551d23041830168014"),
                  sha(public(authority))[:20],
                  bytes.fromhex("301d0603551d250416301406082b0601050507030106082b06010505070302"),
                  der(0x30, bytes.fromhex("0603551d11"), der(4, der(0x30, der(0x82, device.encode())))),
                  der(0x30, bytes.fromhex("06146981ca8ba7dca0b1caa8c3998e8fd5acb2c3fb35"), der(4, der(0x0C, told)))]
    body = der(0x30, bytes.fromhex("a003020102"), der(2, serial), ed, name("made"),
               der(0x30, b"\x17\x0d260101000000Z", b"\x17\x0d270101000000Z"), name(device),
               bytes.fromhex("302a300506032b6570032100") + public(uses["log"]), der(0xA3, der(0x30, *extensions)))
    return der(0x30, body, ed, b"\x03\x41\x00", authority.sign(body).signature)


def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha(b"\x01" + tree_root(leaves[:half]) + tree_root(leaves[half:]))


def leaf(raw):
    return sha(b"\x00" + raw)


def line(name, kind, signing_key, text, seconds=1781879000):
    key_id = sha(name.encode() + b"\n" + bytes([kind]) + public(signing_key))[:4]
    message = text.encode()
    if kind == 4:
        message = b"cosignature/v1\ntime %d\n" % seconds + message
    stamp = struct.pack(">Q", seconds) if kind == 4 else b""
    return "\u2014 %s %s\n" % (name, b64(key_id + stamp + signing_key.sign(message).signature))


def vkey(name, kind, signing_key):
    raw = bytes([kind]) + public(signing_key)
    return "%s+%s+%s" % (name, sha(name.encode() + b"\n" + raw)[:4].hex(), b64(raw))


def times(a, small):
    """In GF(2^8), by 1 or 2."""
    return a if small == 1 else (a << 1) ^ (0x11B if a & 0x80 else 0)


class Device:
    def __init__(self, name, station, casts):
        self.name, self.station, self.casts = name, station, casts
        self.keys = {use: key(name + use) for use in ("log", "message", "witness")}
        self.origin = PREFIX + "device/%s/%s" % (name, sha(name.encode())[:16].hex())
        self.serial = b"\x05"
        self.notes = []
        self.others = []


class Election:
    """Stations `{name: [casts of each device]}`; tests change its parts between `prepare` and `write`."""

    def __init__(self, stations, sealed=(), sheets=(), seed=1):
        self.random = random.Random(seed)
        self.stations, self.sealed, self.sheets = stations, sealed, sheets
        self.authority, self.centre = key("authority"), key("centre")
        self.secret = sha(b"election")
        self.election_key = nacl.bindings.crypto_scalarmult_base(self.secret)
        slope = sha(b"slope")
        self.shares = [bytes([i]) + bytes(c ^ times(m, i) for c, m in zip(self.secret, slope)) for i in (1, 2)]
        self.devices = [Device("%s-%s" % (s, "abcdefgh"[i]), s, n)
                        for s, counts in stations.items() for i, n in enumerate(counts)]
        self.issued = {s: (sum(counts) + 2, 2) for s, counts in stations.items()}
        self.package = document("package", self._definition(), self.authority)
        self.package_hash = sha(canon(self._definition()))
        self.ballot_hook = lambda device, number, plain: plain
        self.event_hook = lambda device, events: events
        self.tally_hook = lambda device, tally: tally

    def _definition(self):
        name = {"fa": "نام"}
        contest = {"id": "c", "title": name, "seats": 1, "choices": 3, "mixListAndIndividual": True,
                   "candidates": [dict(code="1%d" % i, name=name, **({"list": "90"} if i < 2 else {})) for i in range(4)],
                   "lists": [{"code": "90", "name": name}]}
        stations = [{"id": s, "name": name, "devices": [d.name for d in self.devices if d.station == s],
                     "authorizationKeys": {"executive": b64(public(key(s + "executive"))),
                                           "supervisory": b64(public(key(s + "supervisory")))}} for s in self.stations]
        return {"version": 1, "authority": "made.example", "election": "test-1", "title": name, "rehearsal": True,
                "pollingDay": "2026-06-19", "timeZone": "Asia/Tehran",
                "constituency": {"id": "k", "name": name, "electionKey": b64(self.election_key),
                                 "trustees": {"threshold": 2, "shareHashes": [b64(sha(s)) for s in self.shares]}},
                "languages": [{"language": "fa", "name": "فارسی", "readByNativeSpeaker": False, "texts": {}}],
                "inputs": {"pointer": True, "keyboard": True}, "contests": [contest],
                "styles": [{"id": "s", "contests": ["c"]}], "stations": stations,
                "witness": {"name": "centre.example", "key": b64(public(self.centre))}}

    def share(self, number):
        return canon({"constituency": "k", "election": "test-1", "index": number, "package": b64(self.package_hash),
                      "share": b64(self.shares[number - 1]), "threshold": 2, "type": "trustee-share", "version": 1})

    def prepare(self):
        for device in self.devices:
            device.certificate = certificate(device.name, device.keys, self.authority, device.serial)
            self._vote(device)
            self._journal(device)
        for device in self.devices:
            device.head = self.head(device, len(device.leaves))
            for other in self.devices:
                if other.station == device.station and other is not device:
                    device.others.append(b64(other.certificate))
                    device.notes.append(self.head(other, len(other.leaves), device))
        return self

    def head(self, device, size, *witnesses, root=None, origin=None, centre=True):
        origin = origin or device.origin
        text = "%s\n%d\n%s\n" % (origin, size, b64(root or tree_root(device.leaves[:size])))
        lines = line(origin, 1, device.keys["log"], text)
        if centre:
            lines += line("centre.example", 4, self.centre, text)
        for w in witnesses:
            lines += line(PREFIX + "witness/" + w.name, 4, w.keys["witness"], text)
        return text + "\n" + lines

    def _vote(self, device):
        device.ballots, counts, valid = [], [0] * 5, 0
        for number in range(device.casts):
            chosen = self.random.choice([[], [0], [2, 3], [0, 1, 2], [3], [2, 4], [4]])
            valid += bool(chosen)
            for option in chosen:
                counts[option] += 1
            ballot_id = self.random.randbytes(16)
            context = sha(self.package_hash + sha(device.origin.encode()) + sha(b"s") + ballot_id)
            places = (chosen + [0xFFFF] * 3)[:3]
            plain = b"\x01" + context + ballot_id + b"\x00" + bytes([bool(chosen)]) + struct.pack(">3H", *places)
            device.ballots.append(nacl.bindings.crypto_box_seal(self.ballot_hook(device, number, plain), self.election_key))
        device.ballots.sort()
        device.tally = self.tally_hook(device, [{"blank": device.casts - valid, "contest": "c", "valid": valid,
                                                 "options": dict(zip(["10", "11", "12", "13", "90"], counts))}])
        device.salt = self.random.randbytes(32)
        device.commitment = b64(sha(device.salt + canon(device.tally)))
        device.tags = sorted(self.random.randbytes(32) for _ in range(device.casts))

    def _journal(self, device):
        h = b64(bytes(32))
        two = {"executive": b64(sha(b"e")), "supervisory": b64(sha(b"s"))}
        events = [{"type": "journal.opened", "version": 1, "origin": device.origin, "program": h, "random": "system",
                   "certificate": b64(sha(device.certificate)), "package": b64(self.package_hash), "software": "made"},
                  {"type": "report.printed", "report": "zero"}, {"type": "polls.opened", **two}]
        events += [{"type": "ballot.cast", "count": i + 1} for i in range(device.casts)]
        batches = 1 if device.casts else 0
        if batches:
            root = b64(tree_root([leaf(b) for b in device.ballots]))
            events.append({"type": "batch.sealed", "batch": 1, "count": device.casts, "root": root})
        events.append({"type": "polls.closed", **two, "casts": device.casts, "voids": 0, "batches": batches,
                       "spent": b64(sha(b"".join(device.tags))), "tally": device.commitment})
        events.append({"type": "report.printed", "report": "minutes"})
        events = self.event_hook(device, events)
        device.entries = [canon({"seq": i, "at": "2026-06-19T08:%02d:%02dZ" % (i // 60 % 60, i % 60), **e})
                          for i, e in enumerate(events)]
        device.leaves = [leaf(e) for e in device.entries]

    def write(self, folder):
        for device in self.devices:
            self._write(device, os.path.join(folder, device.name))
        for station, (issued, returned) in self.issued.items():
            payload = {"version": 1, "package": b64(self.package_hash), "station": station, "issued": issued,
                       "returned": returned}
            put(os.path.join(folder, "z-" + station), {
                "issued.json": document("issued", payload, key(station + "executive"), key(station + "supervisory"))})
        return folder

    def _write(self, device, folder):
        message = device.keys["message"]
        batch = [canon({"batch": 1, "sealed": [b64(x) for x in device.ballots]}) + b"\n"] if device.ballots else []
        key_of = lambda note: (note.split("\n")[0], int(note.split("\n")[1]), note)
        files = {"package.json": self.package, "device-certificate.der": device.certificate,
                 "journal.jsonl": b"".join(e + b"\n" for e in device.entries), "leaves.bin": b"".join(device.leaves),
                 "checkpoint": device.head.encode(), "batches.jsonl": b"".join(batch),
                 "spent-tags.json": canon([b64(t) for t in device.tags]),
                 "cosigned.json": canon({"certificates": sorted(device.others), "version": 1,
                                         "notes": sorted(device.notes, key=key_of)})}
        if device.name in self.sealed:
            item = device.tally[0]
            numbers = [item["valid"], item["blank"], *item["options"].values()]
            plain = device.salt + struct.pack(">7I", *numbers)
            boxes = {"trustees": b64(nacl.bindings.crypto_box_seal(plain, self.election_key)),
                     "station": b64(bytes(len(plain) + 16))}
            files["sealed-tally.json"] = document("sealed-tally", {"version": 1, "origin": device.origin, **boxes}, message)
        else:
            files["tally.json"] = document("tally", {"version": 1, "origin": device.origin, "salt": b64(device.salt),
                                                     "tally": device.tally}, message)
        mates = [d for d in self.devices if d.station == device.station]
        if device.station in self.sheets and device is mates[0]:
            total = json.loads(canon(device.tally))
            for mate in mates[1:]:
                for part in ("valid", "blank"):
                    total[0][part] += mate.tally[0][part]
                for code, votes in mate.tally[0]["options"].items():
                    total[0]["options"][code] += votes
            journals = sorted(({"commitment": d.commitment, "origin": d.origin} for d in mates), key=lambda j: j["origin"])
            files["station-sheet.json"] = document("station-sheet", {
                "version": 1, "station": device.station, "journals": journals, "tally": total}, message)
        listed = [{"name": n, "sha256": b64(sha(d)), "size": len(d)} for n, d in sorted(files.items())]
        files["manifest.json"] = document("manifest", {"version": 1, "origin": device.origin, "files": listed}, message)
        put(folder, files)


def put(folder, files):
    os.makedirs(folder)
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
