"""The two commands: verify (the default) and open."""
import argparse
import sys

from . import audit, policy, report
from .faults import BadInput, Refused
from .folders import read_given
from .text import from_base64_of

BAD = 2
EXIT_CODES = {report.HOLDS: 0, report.DOES_NOT_HOLD: 1, report.HOLDS_IN_PART: 3}


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
    parser.add_argument("--program", metavar="LIST", action="append", default=[])
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
        return _print(as_json, [fault], {})


def _bad_input(fault):
    print(" ".join(report.bad_input_line(fault).split()), file=sys.stderr)
    return BAD


def _print(as_json, findings, told, lines=()):
    if as_json:
        print(report.as_json(findings, told))
    else:
        for line in [*report.finding_lines(findings)] or [report.holds_line(told)]:
            print(line)
        for line in lines:
            print(line)
    return EXIT_CODES[report.verdict_on(findings, told.get("missing"))]


def _verify(given):
    rules, programs = _asked(given)
    return _tell(given, audit.run(given.bundles, given.authority, rules, programs))


def _asked(given):
    """Files beside the folders, read before all of those."""
    rules = policy.read(given.policy) if given.policy is not None else None
    return rules, audit.read_programs(given.program)


def _tell(given, found):
    lines = [*report.verified_lines(found), report.NOT_TALLIED]
    return _print(given.json, found.findings, report.verified(found), lines)


def _open(given):
    from . import opening, shares  # whoever only verifies needs no python3-nacl
    rules, programs = _asked(given)
    files = [(path, read_given(path)) for path in given.share]
    found = audit.run(given.bundles, given.authority, rules, programs)
    if found.findings:
        return _tell(given, found)
    key = shares.rebuild(files, found.definition)
    if not {device for station in found.stations for device in station.missing}.issuperset(given.lost):
        raise _Usage("--lost names a device that is not missing")
    result = opening.Opening(found, key, given.lost)
    return _print(given.json, result.findings, report.opened(found, result), report.opened_lines(found, result))
