"""Tallies: their form, what is possible, commitments, and the plaintext of a sealed one."""
from hashlib import sha256

from . import canonical
from .faults import require
from .forms import whole


def check_shape(tally, definition):
    require(isinstance(tally, list) and len(tally) == len(definition.contests), "tally.shape")
    for item, contest in zip(tally, definition.contests):
        require(isinstance(item, dict) and item.keys() == {"blank", "contest", "options", "valid"}, "tally.shape")
        require(item["contest"] == contest["id"] and whole(item["blank"]) and whole(item["valid"]), "tally.shape")
        options = item["options"]
        require(isinstance(options, dict) and options.keys() == set(definition.options[contest["id"]]), "tally.shape")
        require(all(map(whole, options.values())), "tally.shape")


def is_possible(tally, definition, ballots_cast):
    ballots_by_styles = {}
    for item, contest in zip(tally, definition.contests):
        styles = tuple(contest["id"] in s["contests"] for s in definition.styles)
        ballots, valid, votes = item["valid"] + item["blank"], item["valid"], item["options"].values()
        if all(styles) and ballots != ballots_cast or not any(styles) and ballots:
            return False
        if ballots > ballots_cast or ballots_by_styles.setdefault(styles, ballots) != ballots:
            return False
        if max(votes) > valid or not valid <= sum(votes) <= valid * contest["choices"]:
            return False
    return True


def commitment(salt, tally):
    return sha256(salt + canonical.write_sorted(tally).encode()).digest()


def empty(definition):
    return [{"blank": 0, "contest": c["id"], "options": dict.fromkeys(definition.options[c["id"]], 0), "valid": 0}
            for c in definition.contests]


def add(into, tally):
    for item, other in zip(into, tally):
        item["blank"] += other["blank"]
        item["valid"] += other["valid"]
        for code, votes in other["options"].items():
            item["options"][code] += votes


def from_plaintext(plaintext, definition):
    """Salt and tally out of a sealed tally's plaintext, which has the package's size."""
    numbers = (int.from_bytes(plaintext[i:i + 4], "big") for i in range(32, len(plaintext), 4))
    tally = []
    for contest in definition.contests:
        valid, blank = next(numbers), next(numbers)
        options = {code: next(numbers) for code in definition.options[contest["id"]]}
        tally.append({"blank": blank, "contest": contest["id"], "options": options, "valid": valid})
    return plaintext[:32], tally
