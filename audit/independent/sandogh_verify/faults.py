"""What stops a check: something that does not hold, or input that is no input."""
from contextlib import contextmanager


class Fault(Exception):
    def __init__(self, code, where=None, what=""):
        super().__init__(code)
        self.code = code
        self.where = where
        self.what = what


class Refused(Fault):
    """Something given does not hold: exit code 1."""


class BadInput(Fault):
    """What was given cannot be judged: exit code 2."""


@contextmanager
def at(place):
    """Give a fault raised inside its place, unless it names one already."""
    try:
        yield
    except Fault as fault:
        if fault.where is None:
            fault.where = place
        raise


def require(condition, code, where=None, what=""):
    if not condition:
        raise Refused(code, where, what)
