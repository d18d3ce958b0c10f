"""The two commands: verify (the default) and open."""
import argparse
import sys

from . import audit, report
from .faults import BadInput, Refused
from .folders import read_file
from .text import from_base64_of

HOLDS, DOES_NOT, BAD = 0, 1, 2


class _Usage(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise _Usage(message)


def _arguments(words):
    opens = words[:1] == ["open"]
    parser = _Parser(prog="verify.py" + (" open" if opens else ""), allow_abbrev=False)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--authority", metavar="BASE64KEY")
    parser.add_argument("--policy", metavar="FILE")
    if opens:
        parser.add_argument("--share", metavar="FILE", action="append", required=True)
        parser.add_argument("--lost", metavar="DEVICE", action="append", default=[])
    parser.add_argument("bundles", nargs="+")
    given = parser.parse_intermixed_args(words[1:] if opens else words)
    if given.authority is not None:
        given.authority = from_base64_of(given.authority, 32)
        if given.authority is None:
            raise _Usage("--authority is 32 bytes in base64")
    return opens, given


def main(words):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    as_json = "--json" in words
    try:
        opens, given = _arguments(words)
        return (_open if opens else _verify)(given)
    except _Usage as error:
        return _bad_input(BadInput("usage", "verify.py", str(error)))
    except BadInput as fault:
        return _bad_input(fault)
    except Refused as fault:
        print(report.as_json(report.DOES_NOT_HOLD, [fault]) if as_json else report.finding_line(fault))
        return DOES_NOT


def _bad_input(fault):
    print(" ".join(report.bad_input_line(fault).split()), file=sys.stderr)
    return BAD


def _verify(given):
    held = audit.run(given.bundles, given.authority, given.policy)
    if given.json:
        print(report.as_json(report.HOLDS, [], report.verified(held)))
        return HOLDS
    print("holds")
    for line in report.verified_lines(held):
        print(line)
    print(report.NOT_TALLIED)
    return HOLDS


def _open(given):
    from . import opening, shares  # whoever only verifies needs no python3-nacl
    files = [(path, read_file(path, shares.MAX_BYTES)) for path in given.share]
    held = audit.run(given.bundles, given.authority, given.policy)
    missing = {device for station in held.stations for device in station.missing}
    if not missing.issuperset(given.lost):
        raise _Usage("--lost names a device that is not missing")
    result = opening.Opening(held, shares.rebuild(files, held.definition), given.lost)
    verdict = report.DOES_NOT_HOLD if result.findings else report.HOLDS
    if given.json:
        print(report.as_json(verdict, result.findings, report.opened(held, result)))
    else:
        print("\n".join(map(report.finding_line, result.findings)) or "holds")
        for line in report.opened_lines(held, result):
            print(line)
    return DOES_NOT if result.findings else HOLDS
