"""The Merkle tree of RFC 6962, 2.1."""
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf_hash(entry):
    return sha256(b"\x00" + entry).digest()


def root(leaves):
    leaves = list(leaves)
    return roots_at(leaves, {len(leaves)})[len(leaves)]


def roots_at(leaves, sizes):
    """The roots of the first n leaves for each n asked for, in one pass: heads are many and journals long."""
    roots, full = ({0: EMPTY} if 0 in sizes else {}), []
    for count, leaf in enumerate(leaves, 1):
        full.append((1, leaf))
        while len(full) > 1 and full[-1][0] == full[-2][0]:
            size, right = full.pop()
            left = full.pop()[1]
            full.append((2 * size, sha256(b"\x01" + left + right).digest()))
        if count in sizes:
            node = full[-1][1]
            for _, left in reversed(full[:-1]):
                node = sha256(b"\x01" + left + node).digest()
            roots[count] = node
    return roots
