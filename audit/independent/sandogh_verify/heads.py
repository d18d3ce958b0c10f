"""All heads of a station side by side: forks, journals cut short, and who saw a journal to its end."""
from . import takeover, tree
from .bundle import leaf_hashes
from .cosigned import seen_by, witness_keys
from .faults import at, require


def compare(bundles):
    """Refuses two histories, two journals or two certificates of one device, and a journal shorter than a head of it."""
    heads = [head for bundle in bundles for head in bundle.heads]
    _same_roots(heads)
    for bundle in bundles:
        _roots_of_journal(bundle, heads)
        if bundle.taken_over:
            bundle.taken_over.compare(heads)
    _one_journal_each(heads)
    _one_certificate_each(bundles)
    notes = [note for bundle in bundles for note in bundle.heads[1:]]  # the first head is the bundle's checkpoint
    for bundle in bundles:
        longer = any(h.origin == bundle.origin and h.size > bundle.entries for h in notes)
        require(not longer, "witness.rolled-back", bundle.path, "a head is larger than this journal")
    takeover.compare(bundles, heads)


def _same_roots(heads):
    roots = {}
    for head in heads:
        alike = (head.origin, head.size, head.log_key)
        require(roots.get(alike, head.root) == head.root, "witness.fork", head.place, "two histories were signed")
        roots[alike] = head.root


def _roots_of_journal(bundle, heads):
    log_key = bundle.certificate.keys["log"]
    own = [h for h in heads
           if h.origin == bundle.origin and h.log_key == log_key and h.size <= bundle.entries]
    roots = tree.roots_at(leaf_hashes(bundle), {h.size for h in own})
    for head in own:
        require(head.root == roots[head.size], "witness.fork", head.place, "not the history of this journal")


def _one_journal_each(heads):
    origins = {}
    for head in heads:
        before = origins.setdefault(head.device, head.origin)
        require(before == head.origin, "witness.id-twice", head.place, "two journals of " + head.device)


def _one_certificate_each(bundles):
    known = {}
    for bundle in bundles:
        for device, certificate in bundle.known.items():
            first = known.setdefault(device, certificate.fingerprint)
            require(first == certificate.fingerprint, "witness.id-twice", bundle.path, "two certificates of " + device)


def of_journal_to_its_end(bundle, bundles):
    """The heads, in any of these bundles, that show the polls of this journal closed."""
    return [h for b in bundles for h in b.heads if h.origin == bundle.origin and h.size > bundle.closed_at]


def known_keys(definition, bundles):
    """The centre's key and the witness key of every device whose certificate is in any of the bundles."""
    certificates = {}
    for bundle in bundles:
        for device, certificate in bundle.known.items():
            certificates.setdefault(device, certificate)
    return witness_keys(definition, certificates.values())


def saw_the_end(bundle, bundles, keys):
    """Who of these keys saw the journal to its end; the device's own keys never count."""
    seen = set()
    for head in of_journal_to_its_end(bundle, bundles):
        with at(head.place):
            seen |= seen_by(head.note, keys)
    own = bundle.own_keys()
    return {who for who, public in seen if public not in own}
