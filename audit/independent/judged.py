"""
Runs the command as a person would, within this process, and says what it told: for the tests alone. As a program it reads commands, one line
of JSON each, an array of words, and answers each with a line `{"exit":…,"out":"…","err":"…"}`.
"""
import contextlib
import io
import json
import re
import sys

from sandogh_verify.main import main


class _Stream(io.StringIO):
    def reconfigure(self, **options):
        pass


def run(*words):
    """(exit code, standard output, standard error)"""
    with contextlib.redirect_stdout(_Stream()) as out, contextlib.redirect_stderr(_Stream()) as err:
        code = main([str(w) for w in words])
    return code, out.getvalue(), err.getvalue()


def judge(*words):
    """(exit code, [(code, where)], everything that --json told)"""
    words = words[:1] + ("--json",) + words[1:] if words[0] == "open" else ("--json",) + words
    exit_code, out, err = run(*words)
    if exit_code == 2:
        where, code = re.fullmatch(r"(.*?): .*\(([a-z.-]+)\)\n", err).groups()
        return exit_code, [(code, where)], None
    told = json.loads(out)
    return exit_code, [(f["code"], f["where"]) for f in told["findings"]], told


if __name__ == "__main__":
    for line in sys.stdin:
        exit_code, out, err = run(*json.loads(line))
        print(json.dumps({"exit": exit_code, "out": out, "err": err}), flush=True)
