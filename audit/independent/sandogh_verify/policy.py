"""A policy file (C2SP tlog-policy without extensions), and whether a journal satisfies it."""
import re

from . import heads
from .faults import BadInput, Refused, at, require
from .folders import read_given
from .notes import LOG, WITNESS, verifier_key

MAX_BYTES = 16 * 1024 * 1024
MAX_OF_EACH = 65_536
FORBIDDEN = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
COUNT = re.compile(rb"[1-9][0-9]{0,9}")


class _Wrong(Exception):
    pass


class Policy:
    def __init__(self):
        self.logs = {}        # public key -> Key
        self.witnesses = {}   # name -> Key
        self.by_line = {}     # (name on the line, key id) -> names of witnesses
        self.groups = {}      # name -> (needed, members), in the order of the file
        self.taken = set()    # members of a group
        self.public_keys = set()
        self.quorum = None

    def take(self, words):
        handler = {b"log": self._log, b"witness": self._witness, b"group": self._group,
                   b"quorum": self._quorum}.get(words[0])
        _need(handler)
        handler(*words[1:])

    def _log(self, *words):
        _need(1 <= len(words) <= 2)
        key = _key(words[0], LOG)
        _need(key.public not in self.logs and len(self.logs) < MAX_OF_EACH)
        self.logs[key.public] = key

    def _new_name(self, name):
        _need(name != b"none" and name not in self.witnesses and name not in self.groups)

    def _witness(self, *words):
        _need(2 <= len(words) <= 3)
        self._new_name(words[0])
        key = _key(words[1], WITNESS)
        _need(key.public not in self.public_keys and len(self.witnesses) < MAX_OF_EACH)
        self.public_keys.add(key.public)
        self.witnesses[words[0]] = key
        self.by_line.setdefault((key.name, key.id), []).append(words[0])

    def _group(self, *words):
        _need(len(words) >= 3)
        name, how_many, members = words[0], words[1], words[2:]
        self._new_name(name)
        _need(len(self.groups) < MAX_OF_EACH)
        for member in members:
            _need((member in self.witnesses or member in self.groups) and member not in self.taken)
            self.taken.add(member)
        counts = {b"any": 1, b"all": len(members)}
        if how_many not in counts:
            _need(COUNT.fullmatch(how_many))
            counts[how_many] = int(how_many)
        _need(counts[how_many] <= len(members))
        self.groups[name] = (counts[how_many], members)

    def _quorum(self, *words):
        _need(len(words) == 1 and self.quorum is None)
        _need(words[0] == b"none" or words[0] in self.witnesses or words[0] in self.groups)
        self.quorum = words[0]

    def satisfied_by(self, witnesses):
        """Groups stand below their members, so one pass in the file's order is enough."""
        holds = set(witnesses)
        for name, (needed, members) in self.groups.items():
            if sum(m in holds for m in members) >= needed:
                holds.add(name)
        return self.quorum == b"none" or self.quorum in holds


def _need(condition):
    if not condition:
        raise _Wrong


def _key(word, kind):
    try:
        key = verifier_key(word.decode("utf-8"), kind)
    except UnicodeDecodeError:
        raise _Wrong from None
    _need(key)
    return key


def read(path):
    data = read_given(path)
    if len(data) > MAX_BYTES or not data.endswith(b"\n"):
        raise BadInput("policy.file", path, "too large, or its last line does not end")
    policy = Policy()
    for number, line in enumerate(data[:-1].split(b"\n"), 1):
        try:
            _need(not FORBIDDEN.search(line))
            words = re.split(rb"[ \t]+", line.strip(b" \t")) if line.strip(b" \t") else []
            if words and not words[0].startswith(b"#"):
                policy.take(words)
        except _Wrong:
            raise BadInput("policy.line", "%s line %d" % (path, number), "not a line of a policy") from None
    if policy.quorum is None:
        raise BadInput("policy.file", path, "no quorum line")
    return policy


def verify(policy, bundle, bundles):
    """Holds a bundle's journal against it; `bundles` are those of its station."""
    log = policy.logs.get(bundle.certificate.keys["log"])
    known = not policy.logs or (log is not None and log.name == bundle.origin)
    require(known, "policy.unknown-log", bundle.path)
    satisfied = policy.satisfied_by(_witnesses(policy, bundle, bundles))
    require(satisfied, "policy.unmet", bundle.path, "too few eyes on this journal")


def _witnesses(policy, bundle, bundles):
    own, seen = bundle.own_keys(), set()
    for head in heads.of_journal_to_its_end(bundle, bundles):
        on_lines = {(name, key_id) for name, key_id, _ in head.note.lines}
        for line in sorted(on_lines & policy.by_line.keys()):
            for name in policy.by_line[line]:
                key = policy.witnesses[name]
                with at(head.place):
                    _cosigned(head.note, key)
                if key.public not in own:
                    seen.add(name)
    return seen


def _cosigned(note, key):
    try:
        note.opened(key)
    except Refused as fault:
        raise Refused("witness.cosignature", what=fault.what) from None
