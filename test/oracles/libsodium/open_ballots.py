"""Opens sealed ballots with Debian's libsodium, written from docs/formats.md alone.

Standard input: a JSON object with `package` (the text of package.json), `secretKey` (base64, 32 bytes) and `ballots`, an array of
{`origin`, `sealed` (base64)}. Standard output: a JSON array with, for each ballot, either {"style", "contests": {id: [codes]}}, where a blank
contest has no codes, or {"faulty": why}.
"""
import base64
import ctypes
import hashlib
import json
import sys

SEAL_BYTES = 48
HEAD_BYTES = 1 + 32 + 16 + 1
SODIUM = ctypes.CDLL("libsodium.so.23")
SODIUM.crypto_box_seal_open.argtypes = [
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_ulonglong,
    ctypes.c_char_p,
    ctypes.c_char_p,
]
if SODIUM.sodium_init() < 0:
    sys.exit("libsodium does not start")


def sha256(data):
    return hashlib.sha256(data).digest()


def unseal(sealed, public_key, secret_key):
    """The plaintext, or None."""
    if len(sealed) < SEAL_BYTES:
        return None
    message = ctypes.create_string_buffer(len(sealed) - SEAL_BYTES)
    opened = SODIUM.crypto_box_seal_open(message, sealed, len(sealed), public_key, secret_key)
    return message.raw if opened == 0 else None


def contests_of(definition, style):
    return [
        contest
        for identifier in style["contests"]
        for contest in definition["contests"]
        if contest["id"] == identifier
    ]


def choices_size(contests):
    return sum(1 + 2 * contest["choices"] for contest in contests)


def read_choices(contests, choices):
    """Codes by contest, or None where the bytes are no ballot."""
    codes, at = {}, 0
    for contest in contests:
        end = at + 1 + 2 * contest["choices"]
        marker, options = choices[at], choices[at + 1 : end]
        numbers = [int.from_bytes(options[i : i + 2], "big") for i in range(0, len(options), 2)]
        chosen = [number for number in numbers if number != 0xFFFF]
        names = [option["code"] for option in contest["candidates"] + contest["lists"]]
        filled = chosen + [0xFFFF] * (len(numbers) - len(chosen))
        if numbers != filled or chosen != sorted(set(chosen)) or marker != (1 if chosen else 0):
            return None
        if any(number >= len(names) for number in chosen):
            return None
        codes[contest["id"]] = [names[number] for number in chosen]
        at = end
    return codes if all(byte == 0xFF for byte in choices[at:]) else None


def open_ballot(definition, package_hash, secret_key, ballot):
    public_key = base64.b64decode(definition["constituency"]["electionKey"])
    plain = unseal(base64.b64decode(ballot["sealed"]), public_key, secret_key)
    if plain is None:
        return {"faulty": "does not open"}
    longest = max(choices_size(contests_of(definition, style)) for style in definition["styles"])
    if len(plain) != HEAD_BYTES + longest:
        return {"faulty": "size"}
    version, context, identifier, number = plain[0], plain[1:33], plain[33:49], plain[49]
    if version != 1:
        return {"faulty": "version"}
    if number >= len(definition["styles"]):
        return {"faulty": "style"}
    style = definition["styles"][number]
    origin_hash, style_hash = sha256(ballot["origin"].encode()), sha256(style["id"].encode())
    if context != sha256(package_hash + origin_hash + style_hash + identifier):
        return {"faulty": "context"}
    codes = read_choices(contests_of(definition, style), plain[HEAD_BYTES:])
    return {"faulty": "rules"} if codes is None else {"style": style["id"], "contests": codes}


def main():
    given = json.load(sys.stdin)
    definition = json.loads(given["package"])["payload"]
    # RFC 8785: the keys of a package are ASCII and its numbers whole, for which this is canonical.
    canonical = json.dumps(definition, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    package_hash = sha256(canonical.encode())
    secret_key = base64.b64decode(given["secretKey"])
    opened = [open_ballot(definition, package_hash, secret_key, ballot) for ballot in given["ballots"]]
    json.dump(opened, sys.stdout)


main()
