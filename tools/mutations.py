"""Single mutations of a source file: one condition turned round, one number off by one, one word of a list left out.

Python is taken apart by its syntax tree, so that only what runs is changed: no docstring, annotation, assertion or
decorator. Of TOML the values are changed, but no sentence, as a sentence decides nothing.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate


@dataclass(frozen=True)
class Mutation:
    """A part of a file (bytes `start` to `end`, on `line`) and what stands there in its place."""

    path: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def applied_to(self, source: bytes) -> bytes:
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self) -> str:
        before, after = (_shortened(text) for text in (self.before, self.after))
        return f"{self.path}:{self.line} {before} → {after}"


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 140 else f"{text[:137]}…"


def mutations_of(path: str, source: bytes) -> list[Mutation]:
    """Every mutation of a file, in the order of the file; none of a file that is neither Python nor TOML."""
    takes_apart = {".py": _of_python, ".toml": _of_toml}.get(path[path.rfind(".") :])
    found = takes_apart(path, source) if takes_apart else ()
    return sorted(found, key=lambda one: (one.start, one.end, one.after))


# Python

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_PAIRS = [(ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot)]
_COMPARED = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_COMBINED: dict[type[ast.AST], ast.operator] = {
    ast.BitAnd: ast.BitOr(), ast.BitOr: ast.BitAnd(), ast.Add: ast.Sub(), ast.Sub: ast.Add(),
}  # fmt: skip
_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}


def _of_python(path: str, source: bytes) -> Iterator[Mutation]:
    starts = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]

    def mutation(node: ast.expr | ast.stmt, after: str) -> Mutation:
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return Mutation(path, node.lineno, start, end, source[start:end].decode(), after)

    for node in _that_runs(ast.parse(source)):
        for changed, after in _changes(node):
            yield mutation(changed, after)


def _that_runs(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those of annotations, assertions, decorators, docstrings and formatted strings."""
    left_out: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                left_out.update(map(id, [*node.decorator_list, *([node.returns] if node.returns else [])]))
            case ast.ClassDef():
                left_out.update(map(id, node.decorator_list))
            case ast.AnnAssign():
                left_out.add(id(node.annotation))
            case ast.arg(annotation=ast.expr() as annotation):
                left_out.add(id(annotation))

    def walk(node: ast.AST) -> Iterator[ast.AST]:
        # In a formatted string positions are those of the string, in some versions of Python.
        if id(node) in left_out or isinstance(node, ast.Assert | ast.JoinedStr):
            return
        yield node
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    return walk(tree)


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """(a part of the node, what would stand in its place) for each change of this node."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield test, _negated(test)
        case ast.comprehension(ifs=tests):
            yield from ((test, _negated(test)) for test in tests)
        case ast.Compare(ops=operators):
            for place, operator in enumerate(operators):
                kinds = [*map(type, operators[:place]), _COMPARED[type(operator)], *map(type, operators[place + 1 :])]
                sides = [
                    f"{_SIGNS[kind]} {ast.unparse(side)}" for kind, side in zip(kinds, node.comparators, strict=True)
                ]
                yield node, f"({ast.unparse(node.left)} {' '.join(sides)})"
        case ast.BoolOp(values=values):
            word = " and " if isinstance(node.op, ast.Or) else " or "
            yield node, "(" + word.join(f"({ast.unparse(value)})" for value in values) + ")"
        case ast.BinOp() if type(node.op) in _COMBINED:
            yield node, f"({ast.unparse(ast.BinOp(node.left, _COMBINED[type(node.op)], node.right))})"
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield node, f"({ast.unparse(operand)})"
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            yield node, f"({number!r} + 1)"
            yield node, f"({number!r} - 1)"
        case ast.Name(id=name, ctx=ast.Load()) if name in _SWAPPED:
            yield node, _SWAPPED[name]
        case ast.List(elts=parts) | ast.Set(elts=parts) | ast.Tuple(elts=parts) if _is_listing(node):
            for place in range(len(parts)):
                left = parts[:place] + parts[place + 1 :]
                yield node, ast.unparse(ast.Set(left) if isinstance(node, ast.Set) else type(node)(left, ast.Load()))
        case ast.Dict() if len(node.keys) > 1:
            for place in range(len(node.keys)):
                keys, values = ([*all_of[:place], *all_of[place + 1 :]] for all_of in (node.keys, node.values))
                yield node, ast.unparse(ast.Dict(keys, [value for value in values if value]))
        case ast.Call(args=[ast.Name() | ast.Attribute() as one, ast.Name() | ast.Attribute() as two, *rest]):
            if ast.dump(one) != ast.dump(two):
                yield node, ast.unparse(ast.Call(node.func, [two, one, *rest], node.keywords))
        case ast.FunctionDef():
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body and not isinstance(body[0], ast.Pass | ast.Raise | ast.FunctionDef | ast.ClassDef):
                yield body[0], "return None"


def _is_listing(node: ast.List | ast.Set | ast.Tuple) -> bool:
    """Whether it lists several things of one kind: a tuple may as well be one thing of several parts."""
    if len(node.elts) < 2 or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return False
    kinds = {type(part.value) if isinstance(part, ast.Constant) else None for part in node.elts}
    return not isinstance(node, ast.Tuple) or (len(kinds) == 1 and None not in kinds)


def _negated(test: ast.expr) -> str:
    return f"(not ({ast.unparse(test)}))"


# TOML

_COMMENT = re.compile(r"#[^\n]*")
_TEXT = re.compile(r'"""(?:.|\n)*?"""|\'\'\'(?:.|\n)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"[-+]?\d[\d_]*(?:\.\d+)?")
_BOOLEAN = re.compile(r"\b(?:true|false)\b")
_BARE = re.compile(r"[\w-]+")
_NAMES_A_VALUE = re.compile(r"\s*=")


def _of_toml(path: str, source: bytes) -> Iterator[Mutation]:
    text = source.decode()
    place = 0
    # Of each bracket that is open, the elements of its list as (start, end); of a brace, whose parts have names, none.
    opened: list[list[tuple[int, int]] | None] = []

    def mutation(start: int, end: int, after: str) -> Mutation:
        first, last = len(text[:start].encode()), len(text[:end].encode())
        return Mutation(path, text.count("\n", 0, start) + 1, first, last, text[start:end], after)

    while place < len(text):
        letter = text[place]
        if letter.isspace() or letter in ",=":
            place += 1
        elif match := _COMMENT.match(text, place):
            place = match.end()
        elif letter == "[" and text[:place].rpartition("\n")[2].strip() == "" and not opened:
            place = text.index("\n", place)  # the name of a table
        elif letter in "[{":
            opened.append([] if letter == "[" else None)
            place += 1
        elif letter in "]}":
            parts = opened.pop() or []
            if len(parts) > 1:
                for number, (start, end) in enumerate(parts):
                    # With its comma: the one behind it, or for the last the one before.
                    cut = (start, parts[number + 1][0]) if number + 1 < len(parts) else (parts[number - 1][1], end)
                    yield mutation(*cut, "")
            place += 1
        elif match := _TEXT.match(text, place):
            place = match.end()
            if _NAMES_A_VALUE.match(text, place):
                continue
            if opened and opened[-1] is not None:
                opened[-1].append(match.span())
            value = tomllib.loads(f"v = {match[0]}")["v"]
            if value and "\n" not in value and not value.rstrip().endswith((".", "?", "!", ":")):
                yield mutation(*match.span(), f"{match[0][:-1]}zq{match[0][-1]}")
        elif match := _DAY.match(text, place):
            place = match.end()
            day = date.fromisoformat(match[0])
            for days in (-1, 1) if day > date.min else (1,):
                yield mutation(*match.span(), str(day + timedelta(days)))
        elif match := _BOOLEAN.match(text, place):
            place = match.end()
            yield mutation(*match.span(), "false" if match[0] == "true" else "true")
        elif match := _NUMBER.match(text, place):
            place = match.end()
            if _NAMES_A_VALUE.match(text, place):
                continue
            if opened and opened[-1] is not None:
                opened[-1].append(match.span())
            for step in (1, -1):
                changed = float(match[0]) + step if "." in match[0] else int(match[0]) + step
                yield mutation(*match.span(), str(changed))
        else:
            bare = _BARE.match(text, place)
            place = bare.end() if bare else place + 1
