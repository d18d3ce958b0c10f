"""The page's test vectors, each against the module that it is about."""
import json
import os
import unittest

from sandogh_verify import ballots, canonical, certificates, definition, documents, notes, shares, signing, tallies, tree
from sandogh_verify.events import FORMS, Day
from sandogh_verify.faults import Fault
from sandogh_verify.text import from_base64, to_base64

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "vectors")


def vectors(name):
    with open(os.path.join(VECTORS, name), encoding="utf-8") as file:
        return json.load(file)


def code_of(call, *arguments):
    try:
        call(*arguments)
    except Fault as fault:
        return fault.code
    return None


def package(text, authority):
    return definition.open_package(text.encode(), authority)


class Vectors(unittest.TestCase):
    def test_canonical_json(self):
        for item in vectors("canonical-json.json"):
            raw = item["text"].encode() if "text" in item else bytes.fromhex(item["hex"])
            self.assertEqual(code_of(canonical.read, raw), item["code"], item)

    def test_ed25519(self):
        given = vectors("ed25519.json")
        for item in given["signatures"]:
            key, message, signature = (bytes.fromhex(item[k]) for k in ("key", "message", "signature"))
            self.assertEqual(signing.verifies(key, message, signature), item["valid"], item)
        for item in given["keys"]:
            self.assertEqual(signing.is_sound(bytes.fromhex(item["key"])), item["sound"], item)

    def test_notes(self):
        given = vectors("notes.json")
        log = notes.verifier_key(given["logKey"], notes.LOG)
        witness = notes.verifier_key(given["witnessKey"], notes.WITNESS)

        def opened(text, key):
            try:
                note = notes.parse(text)
                if key is witness:  # whoever looks for a cosignature has read the checkpoint before
                    notes.checkpoint(note)
                seconds = note.opened(key)
                checkpoint = notes.checkpoint(note)
                if key is log and checkpoint.origin != given["origin"]:
                    return "checkpoint.origin"
                return seconds
            except Fault as fault:
                return fault.code
        for item in given["notes"]:
            self.assertEqual(opened(item["note"], log), item["log"], item)
            self.assertEqual(opened(item["note"], witness), item["witness"], item)

    def test_tree(self):
        given = vectors("tree.json")
        leaves = [tree.leaf_hash(bytes.fromhex(e)) for e in given["entries"]]
        self.assertEqual([x.hex() for x in leaves], given["leaves"])
        roots = tree.roots_at(leaves, set(range(len(leaves) + 1)))
        self.assertEqual([roots[n].hex() for n in range(len(leaves) + 1)], given["roots"])
        self.assertEqual(tree.root(leaves).hex(), given["roots"][-1])

    def test_days(self):
        for item in vectors("days.json"):
            day, refused = Day(), None
            for number, event in enumerate(item["events"]):
                self.assertTrue(FORMS[event["type"]]({"seq": number, "at": "", **event}), event)
                if code_of(day.take, event):
                    refused = number
                    break
            self.assertEqual(refused, item["refused"], item["why"])

    def test_package(self):
        given = vectors("package.json")
        authority = from_base64(given["authorityKey"])
        self.assertEqual(to_base64(package(given["text"], authority).hash), given["hash"])
        for item in given["packages"]:
            self.assertEqual(code_of(package, item["text"], authority), item["code"], item["why"])

    def test_certificates(self):
        given = vectors("certificates.json")
        authority, noon = from_base64(given["authorityKey"]), certificates.noon(given["pollingDay"])
        for item in given["certificates"]:
            code = code_of(certificates.read, bytes.fromhex(item["der"]), authority, noon)
            self.assertEqual(code, item["code"], item["why"])

    def test_ballots(self):
        given = vectors("ballots.json")
        of = package(given["package"], from_base64(vectors("package.json")["authorityKey"]))
        self.assertEqual(to_base64(of.hash), given["packageHash"])
        opener = ballots.Opener(of, bytes.fromhex(given["secretKey"]))
        for item in given["ballots"]:
            sealed = from_base64(item["sealed"])
            self.assertEqual(code_of(opener.ballot, sealed, given["origin"]), item["code"], item["why"])
            plain = opener.box(sealed)
            self.assertEqual(plain.hex() if plain is not None else None, item["plaintext"], item["why"])

    def test_tally(self):
        given = vectors("tally.json")
        tally, salt = json.loads(given["tally"]), bytes.fromhex(given["salt"])
        self.assertEqual(to_base64(tallies.commitment(salt, tally)), given["commitment"])
        of = package(vectors("ballots.json")["package"], from_base64(vectors("package.json")["authorityKey"]))
        tallies.check_shape(tally, of)
        key = from_base64(given["messageKey"])
        payload = documents.open_document(given["sealed"].encode(), "sealed-tally", [key])
        plain = ballots.Opener(of, bytes.fromhex(given["secretKey"])).box(from_base64(payload["trustees"]))
        self.assertEqual(plain.hex(), given["plaintext"])
        self.assertEqual(len(plain), of.tally_bytes)
        self.assertEqual(tallies.from_plaintext(plain, of), (salt, tally))
        self.assertTrue(tallies.is_possible(tally, of, 3))

    def test_shares(self):
        given = vectors("shares.json")
        of = package(given["package"], from_base64(vectors("package.json")["authorityKey"]))
        for item in given["given"]:
            files = [(str(i), s.encode()) for i, s in enumerate(item["shares"])]
            self.assertEqual(code_of(shares.rebuild, files, of), item["code"], item["why"])
            if item["code"] is None:
                self.assertEqual(shares.rebuild(files, of).hex(), given["secretKey"])


class OtherJson(unittest.TestCase):
    """What the vectors leave out: large and deep texts, from the page alone."""

    def test_large_and_deep(self):
        bad, syntax = "json.not-canonical", "json.syntax"
        for text, code in (
                ("[" * 30_000 + "]" * 30_000, bad), ("[" * 30_000, syntax), ("[" * 30_000 + "]" * 29_999 + "}", syntax),
                ("[" * 70_000, bad), ('["' + "[" * 70_000 + '"]', None), ("x" + "[" * 33 + " " * 70_000, bad),
                ("9" * 70_000, bad), ('"' + "\\n" * 40_000 + '"', None), ('"\\', syntax), ('"\\ud83d\\ude00"', bad),
                ('{"a":' * 9_000 + "1" + "}" * 9_000, bad), ('{"a":' * 9_000 + "+1" + "}" * 9_000, syntax),
                ("[" + "0," * 8_000_000 + "0]", bad), ('{"a":1,"a":1,}', syntax), ("[1e5,]", syntax),
                ("[1e5]", bad), ("[" + "9" * 5000 + "]", bad), ("[-]", syntax), ("{}", None), ("\u00a01", syntax)):
            self.assertEqual(code_of(canonical.read, text.encode()), code, text[:20])


if __name__ == "__main__":
    unittest.main()
