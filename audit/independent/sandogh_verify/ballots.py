"""One sealed ballot: opened, held against its form and rules, and what it adds to a tally."""
from hashlib import sha256

from nacl import bindings
from nacl.exceptions import CryptoError

from .faults import require

VERSION = 1
FILLER = 0xFFFF
HEAD = 50  # version, context, id and style number


class Opener:
    def __init__(self, definition, secret_key):
        self.definition = definition
        self.secret_key = secret_key
        self.style_hashes = [sha256(s["id"].encode()).digest() for s in definition.styles]
        self.contests = {c["id"]: _Contest(c) for c in definition.contests}

    def box(self, sealed):
        """What is in the box, or None."""
        try:
            return bindings.crypto_box_seal_open(sealed, self.definition.election_key, self.secret_key)
        except (CryptoError, ValueError, TypeError):
            return None

    def ballot(self, sealed, origin):
        """The id and, for each contest of the style, the options' positions chosen; ballot.* else."""
        plain = self.box(sealed)
        require(plain is not None, "ballot.does-not-open")
        require(len(plain) == HEAD + self.definition.choices_bytes, "ballot.size")
        require(plain[0] == VERSION, "ballot.version")
        context, ballot_id, number = plain[1:33], plain[33:49], plain[49]
        require(number < len(self.definition.styles), "ballot.style")
        made = sha256(self.definition.hash + sha256(origin.encode()).digest() + self.style_hashes[number] + ballot_id)
        require(context == made.digest(), "ballot.context")
        chosen, position = {}, HEAD
        for name in self.definition.styles[number]["contests"]:
            contest = self.contests[name]
            chosen[name] = contest.read(plain[position:position + contest.size])
            position += contest.size
        require(plain[position:] == b"\xff" * (len(plain) - position), "ballot.rules", what="filler")
        return ballot_id, chosen

    def count(self, chosen, tally):
        for item in tally:
            if item["contest"] in chosen:
                positions = chosen[item["contest"]]
                item["valid" if positions else "blank"] += 1
                codes = self.definition.options[item["contest"]]
                for position in positions:
                    item["options"][codes[position]] += 1


class _Contest:
    def __init__(self, form):
        self.choices = form["choices"]
        self.size = 1 + 2 * self.choices
        self.mixed = form["mixListAndIndividual"]
        self.lists = [x["code"] for x in form["lists"]]
        self.list_of = [c.get("list") for c in form["candidates"]]

    def read(self, part):
        places = [int.from_bytes(part[i:i + 2], "big") for i in range(1, len(part), 2)]
        options = [p for p in places if p != FILLER]
        require(places[:len(options)] == options, "ballot.rules", what="an option behind an empty place")
        require(part[0] == (1 if options else 0), "ballot.rules", what="marker")
        require(all(a < b for a, b in zip(options, options[1:])), "ballot.rules", what="order of options")
        known = len(self.list_of) + len(self.lists)
        require(all(o < known for o in options), "ballot.rules", what="an option that is none")
        self._rules(options)
        return options

    def _rules(self, options):
        candidates = [o for o in options if o < len(self.list_of)]
        lists = [self.lists[o - len(self.list_of)] for o in options[len(candidates):]]
        require(not any(self.list_of[c] in lists for c in candidates), "ballot.rules", what="beside their own list")
        chosen = len(candidates) + sum(self.list_of.count(x) for x in lists)
        require(chosen <= self.choices, "ballot.rules", what="too many")
        require(self.mixed or not lists or len(options) == 1, "ballot.rules", what="a list does not stand alone")
