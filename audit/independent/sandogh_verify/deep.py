"""Whether a text is JSON at all (RFC 8259), without recursion: asked only of texts nested too deep for the parser."""
import re

TOKEN = re.compile(
    r'[ \t\n\r]*+(?:(?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")'
    r"|(?P<scalar>true|false|null|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)"
    r"|(?P<mark>[\[\]{},:]))")
SPACE = re.compile(r"[ \t\n\r]*+")


def is_rfc8259(text):
    stack, state, position = [], "value", 0
    while True:
        match = TOKEN.match(text, position)
        if not match:
            return state == "after" and not stack and SPACE.match(text, position).end() == len(text)
        position = match.end()
        kind = match.lastgroup if match.lastgroup != "mark" else match["mark"]
        state = _next(state, kind, stack)
        if state is None:
            return False


def _next(state, kind, stack):
    """The state behind this token, or None if it may not stand here."""
    if state in ("value", "first"):
        if kind in ("string", "scalar"):
            return "after"
        if kind in "[{":
            stack.append(kind)
            return "first" if kind == "[" else "first-name"
        return _close(kind, stack) if state == "first" and kind == "]" else None
    if state in ("name", "first-name"):
        if kind == "string":
            return "colon"
        return _close(kind, stack) if state == "first-name" and kind == "}" else None
    if state == "colon":
        return "value" if kind == ":" else None
    if not stack:
        return None
    if kind == ",":
        return "value" if stack[-1] == "[" else "name"
    return _close(kind, stack) if kind in "]}" else None


def _close(kind, stack):
    return "after" if stack and stack.pop() + kind in ("[]", "{}") else None
