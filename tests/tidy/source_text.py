"""Source files as rules want to see them: code without comments and texts, functions with their lengths."""

import ast
import re
from dataclasses import dataclass, field

CODE = (".cpp", ".h", ".ts", ".mjs")


@dataclass
class Source:
    path: str  # relative to the root, with slashes
    text: str
    lines: list = field(init=False)
    code: str = field(init=False)  # comments and texts blanked, line breaks kept

    def __post_init__(self):
        self.lines = self.text.split("\n")
        self.code = blanked(self.text) if self.path.endswith(CODE) else self.text

    @property
    def suffix(self):
        return self.path[self.path.rfind("."):] if "." in self.path else ""

    @property
    def is_test(self):
        return self.path.startswith("tests/") or bool(re.search(r"[_.]test\.\w+$", self.path))

    def line_of(self, offset):
        return self.code.count("\n", 0, offset) + 1


def blanked(text):
    """Replaces comments, texts and template literals by blanks; every line break stays where it was."""
    out = []
    at = 0
    token = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"'
        r'|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])*\'|`', re.DOTALL)
    while match := token.search(text, at):
        out.append(text[at:match.start()])
        end = template_end(text, match.start()) if match.group() == "`" else match.end()
        out.append(re.sub(r"[^\n]", " ", text[match.start():end]))
        at = end
    out.append(text[at:])
    return "".join(out)


def template_end(text, start):
    """Behind the closing back-tick of a template literal, whose ${…} may hold further ones."""
    at = start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == "`":
            return at + 1
        elif text.startswith("${", at):
            at = expression_end(text, at + 2)
        else:
            at += 1
    return len(text)


def expression_end(text, at):
    depth = 1
    while at < len(text):
        if text[at] == "`":
            at = template_end(text, at)
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
        if depth == 0:
            return at
    return len(text)


@dataclass
class Function:
    name: str
    line: int
    length: int  # lines, from its head to its closing brace


NOT_FUNCTIONS = re.compile(r"^(?:\}\s*)?(?:else\s+)?(?:if|for|while|switch|catch|do|else|namespace|class|struct|enum|union|"
                           r"extern|return|interface|try)\b(?!.*\bTEST)", re.DOTALL)
FUNCTION_HEAD = re.compile(r"([\w:~]+|operator\S+)\s*(?:<[^<>]*>)?\s*\(", re.DOTALL)


def functions_of(source):
    if source.suffix == ".py":
        return python_functions(source)
    if source.suffix in CODE:
        return brace_functions(source)
    return []


def python_functions(source):
    found = []
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(Function(node.name, node.lineno, node.end_lineno - node.lineno + 1))
    return found


def brace_functions(source):
    """Heuristic: a brace behind `name(…)` that is no statement opens a function; what it holds belongs to it."""
    code = re.sub(r"(?m)^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m.group()), source.code)
    found = []
    head_start = 0
    kinds = []  # of the braces open now: "body" of a function, "value" inside a head, or "scope"
    parentheses = 0
    first = None
    for match in re.finditer(r"[(){};]", code):
        char, at = match.group(), match.start()
        in_body = "body" in kinds
        if char in "()":
            parentheses += 1 if char == "(" else -1
        elif char == "{":
            head = code[head_start:at]
            kind = "scope" if in_body else kind_of_brace(head, parentheses)
            if kind == "body":
                first = (function_name(head), source.line_of(head_start + len(head) - len(head.lstrip())))
            kinds.append(kind)
            head_start = head_start if kind == "value" else at + 1
        elif char == "}" and kinds:
            kind = kinds.pop()
            if kind == "body":
                found.append(Function(first[0], first[1], source.line_of(at) - first[1] + 1))
            head_start = head_start if kind == "value" else at + 1
        elif char == ";" and not in_body and parentheses == 0 and "value" not in kinds:
            head_start = at + 1
    return found


def kind_of_brace(head, parentheses):
    stripped = head.strip()
    if parentheses > 0 or stripped.endswith(("=", ",", "[", ":")):
        return "value"
    initialisers = re.search(r"\)[^()]*[^:]:[^:]", head)
    if initialisers and head and (head[-1].isalnum() or head[-1] in "_>"):
        return "value"  # a member's: `S() : a_{1} {`
    is_function = ")" in stripped and not NOT_FUNCTIONS.match(stripped) and function_name(head)
    return "body" if is_function else "scope"


def function_name(head):
    arrow = re.search(r"(\w+)\s*=[^=]*=>\s*$", head)
    name = arrow or FUNCTION_HEAD.search(head)
    return name.group(1) if name else None
