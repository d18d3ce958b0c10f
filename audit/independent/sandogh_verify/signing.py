"""The one rule for Ed25519 signatures and keys, and X25519 keys of low order."""
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

L = 2 ** 252 + 27742317777372353535851937790883648493
P = 2 ** 255 - 19
D = -121665 * pow(121666, -1, P) % P
SMALL_ORDER = {int.from_bytes(bytes.fromhex(h), "little") for h in (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d3dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2c227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")}


def _encoding_allowed(point):
    y = int.from_bytes(point, "little") & (2 ** 255 - 1)
    return y < P and y not in SMALL_ORDER


def verifies(key, message, signature):
    """Whether the signature holds; the encodings are asked first, since libraries accept more than the page."""
    if len(key) != 32 or len(signature) != 64 or int.from_bytes(signature[32:], "little") >= L:
        return False
    if not _encoding_allowed(key) or not _encoding_allowed(signature[:32]):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=4096)  # a device's keys stand in every bundle of its station
def is_sound(key):
    """32 bytes, a point of the curve and of the subgroup of prime order."""
    point = _decoded(key) if len(key) == 32 and _encoding_allowed(key) else None
    return point is not None and _is_neutral(_multiple(L, point))


def _decoded(encoding):
    """The point in extended coordinates (x, y, z, x y / z), or None: RFC 8032, 5.1.3."""
    y = int.from_bytes(encoding, "little") & (2 ** 255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    if x & 1 != encoding[31] >> 7:
        x = P - x
    return x, y, 1, x * y % P


def _sum(one, other):
    """RFC 8032, 5.1.4: holds for any two points of the curve, equal ones too."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b, c, d = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * D * t1 * t2, 2 * z1 * z2
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiple(number, point):
    product = 0, 1, 1, 0
    for bit in format(number, "b"):
        product = _sum(product, product)
        if bit == "1":
            product = _sum(product, point)
    return product


def _is_neutral(point):
    x, y, z, _ = point
    return x == 0 and y == z


def is_weak_x25519(key):
    if int.from_bytes(key, "little") >= P:
        return True
    try:
        X25519PrivateKey.from_private_bytes(bytes(32)).exchange(X25519PublicKey.from_public_bytes(key))
    except ValueError:  # it tells a product of 32 zero bytes so
        return True
    return False


def is_p256_point(raw):
    p = 2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1
    b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
    if len(raw) != 65 or raw[0] != 4:
        return False
    x, y = int.from_bytes(raw[1:33], "big"), int.from_bytes(raw[33:], "big")
    return x < p and y < p and (y * y - x * x * x + 3 * x - b) % p == 0
