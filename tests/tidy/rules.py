"""The rules. Each takes all sources and yields findings; the tables say what is allowed, with the reason."""

import posixpath
import re
from dataclasses import dataclass

from source_text import CODE, functions_of

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 80

# Lowest first; a floor includes itself and those before it.
MEDIA_FLOORS = ["base", "rtp", "bandwidth", "crypto", "ice", "sdp", "forward", "peer", "io", "room"]
# All that the meeting may know of media: values of base that are not about media.
SIGNALING_MAY_KNOW = {"media/base/" + name for name in
                      ("result.h", "time.h", "media_types.h", "random.h", "check.h", "bytes.h")}

# Header (a prefix) and the folders that may include it.
LIBRARIES = [
    ("openssl/", ["media/crypto/"]),
    ("srtp2/", ["media/crypto/"]),
    ("intel-ipsec-mb.h", ["media/crypto/"]),
    ("libwebsockets.h", ["server/http/"]),
    ("sqlite3.h", ["server/journal/"]),
    ("SQLiteCpp/", ["server/journal/"]),
    ("gst/", ["media/room/"]),
    ("glib", ["media/room/"]),
    ("nlohmann/", ["media/room/", "signaling/", "server/"]),
    ("spdlog/", ["server/"]),
    ("fmt/", ["server/"]),
    ("prometheus/", ["server/metrics/"]),
    ("toml++/", ["server/"]),
    ("CLI/", ["server/"]),
    ("jwt", ["server/auth/"]),
]
# Heavy: whoever includes such a header through one of ours compiles all of it.
HEAVY_IN_HEADERS = ("nlohmann/json.hpp", "spdlog/", "toml++/", "prometheus/")

# The only places with clocks, sockets and threads. Tests of the shells belong to them.
SHELLS = ("media/io/", "media/room/", "server/", "tests/", "web-client/")
SYSTEM_HEADERS = re.compile(r"<(sys/\w+\.h|netinet/.*|arpa/.*|net/.*|poll\.h|unistd\.h|thread|mutex|condition_variable|future"
                            r"|fstream|iostream|filesystem|ctime|time\.h)>")
CLOCKS = re.compile(r"::now\s*\(|(?<![\w.>])(?:std\s*::\s*|::\s*)?time\s*\(|\b(?:clock_gettime|gettimeofday|timespec_get)\b"
                    r"|(?<![\w.>:])clock\s*\(\s*\)")
SLEEPS = re.compile(r"\b(?:sleep|usleep|nanosleep|sleep_for|sleep_until)\s*\(")
CHANCE = re.compile(r"\brandom_device\b|(?<![\w.>])(?:std::)?s?rand\s*\(")

# Path (a prefix) → rule → why it may. Keep it short; an entry without need is a finding.
ALLOWED = {
    ("sans_io", "media/base/address.cpp"): "inet_pton and inet_ntop read and write texts, they open nothing",
    ("sans_io", "media/sdp/test_offers.h"): "reads recorded offers for tests",
    ("libraries", "server/http/https_test.cpp"): "is the TLS client that the server is asked by",
    ("libraries", "server/app/room_media.h"): "keeps a room process's reports as the JSON they came in",
    ("libraries", "server/config/toml_reader.h"): "wraps toml++ for the three files that read the configuration",
}

UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
MACHINE_PATHS = re.compile(r"(?<![\w./$}:-])/(?:work|home|root|Users)/\w")
# Not the end of a URL.
NOTES = re.compile(r"(?<![\w./:-])[\w./-]*\w\.md\b")
SQL_WORDS = r'"[^"\n]*\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|PRAGMA|WHERE|VALUES)\b[^"\n]*"'
SQL_JOINED = re.compile(SQL_WORDS + r"\s*(?:\+(?!\s*std::to_string\(k[A-Z])|<<)|(?:\+|<<|\.append\()\s*" + SQL_WORDS)
EMPTY_NAMES = r"(?:Manager|Helper|Helpers|Util|Utils|Impl|Common)"


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str


def includes_of(source):
    """(line, header, quoted) of each include."""
    for number, line in enumerate(source.lines, 1):
        match = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
        if match:
            yield number, match.group(1) or match.group(2), match.group(1) is not None


def is_cpp(source):
    return source.suffix in (".cpp", ".h")


def floors(sources):
    for source in sources:
        if is_cpp(source):
            for line, header, quoted in includes_of(source):
                if quoted and (reason := forbidden_include(source, header)):
                    yield Finding(source.path, line, "floors", f"{header}: {reason}")


def forbidden_include(source, header):
    here = source.path.split("/")
    there = header.split("/")
    if len(there) < 2:
        return "say the path from the root"
    if here[0] == "tests":
        return None
    if here[0] == "media":
        if there[0] != "media":
            return "media knows neither signaling nor server"
        floor = MEDIA_FLOORS.index(here[1])
        if there[1] not in MEDIA_FLOORS:
            return "no floor of media"
        if MEDIA_FLOORS.index(there[1]) > floor:
            return f"{here[1]} is below {there[1]}; an include goes downwards only"
    if here[0] == "signaling":
        if there[0] != "signaling" and header not in SIGNALING_MAY_KNOW:
            return "signaling knows of media only values of base, and nothing of server"
        if here[1] == "meeting" and there[:2] == ["signaling", "protocol"]:
            return "the meeting is below its protocol"
    if here[0] == "server" and there[:2] == ["media", "room"]:
        return "media/room lives in the room process only"
    return None


def libraries(sources):
    for source in sources:
        if not is_cpp(source) or source.path.startswith("tests/"):
            continue
        for line, header, quoted in includes_of(source):
            for prefix, folders in LIBRARIES:
                if not quoted and header.startswith(prefix) and not source.path.startswith(tuple(folders)):
                    yield Finding(source.path, line, "libraries", f"<{header}> belongs to {' '.join(folders)}")
            if source.suffix == ".h" and not source.path.endswith("_test.h") and not quoted and header.startswith(HEAVY_IN_HEADERS):
                yield Finding(source.path, line, "libraries", f"<{header}> is too heavy for a header")


def matches(source, pattern, rule, message):
    for match in pattern.finditer(source.code):
        yield Finding(source.path, source.line_of(match.start()), rule, f"{match.group().strip()} {message}")


def sans_io(sources):
    for source in sources:
        if not is_cpp(source):
            continue
        if source.is_test and not source.path.startswith(("tests/pipeline/", "tests/browser/")):
            yield from matches(source, SLEEPS, "sans_io", "in a test: virtual time instead")
        if source.path.startswith(SHELLS):
            continue
        yield from matches(source, CLOCKS, "sans_io", "below the shells: time is an argument")
        if not source.is_test:
            yield from matches(source, SYSTEM_HEADERS, "sans_io", "below the shells: no sockets, files, threads")
            yield from matches(source, SLEEPS, "sans_io", "below the shells: nobody waits")
        if not source.path.startswith("media/crypto/"):
            yield from matches(source, CHANCE, "sans_io", "randomness is passed in")


def lengths(sources):
    for source in sources:
        if source.suffix not in (".cpp", ".h", ".ts", ".mjs", ".py"):
            continue
        count = len(source.lines) - (1 if source.text.endswith("\n") else 0)
        if count > MAX_FILE_LINES:
            yield Finding(source.path, count, "lengths", f"{count} lines, more than {MAX_FILE_LINES}")
        for function in functions_of(source):
            if function.length > MAX_FUNCTION_LINES:
                yield Finding(source.path, function.line, "lengths",
                              f"{function.name} has {function.length} lines, more than {MAX_FUNCTION_LINES}")


def dead_files(sources):
    yield from dead_cpp(sources)
    yield from dead_headers(sources)
    yield from dead_scripts(sources)


def dead_cpp(sources):
    listed = set()
    for source in sources:
        if not source.path.endswith("CMakeLists.txt"):
            continue
        folder = posixpath.dirname(source.path)
        text = re.sub(r"#[^\n]*", "", source.text)
        names = re.findall(r"\w+\s*\(\s*([\w-]+)", text)
        for token in re.findall(r"[\w./${}-]+\.cpp", text):
            token = re.sub(r"\$\{(?:PROJECT_SOURCE_DIR|CMAKE_SOURCE_DIR)\}/", "//", token)
            token = re.sub(r"\$\{CMAKE_CURRENT_SOURCE_DIR\}/", "", token)
            for name in names if "${" in token else [""]:  # a function's file, named by its argument
                path = re.sub(r"\$\{\w+\}", name, token)
                listed.add(path[2:] if path.startswith("//") else posixpath.normpath(posixpath.join(folder, path)))
        if re.search(r"\bGLOB", text):
            yield Finding(source.path, 1, "dead_files", "files are listed, not globbed")
    for source in sources:
        if source.suffix == ".cpp" and source.path not in listed:
            yield Finding(source.path, 1, "dead_files", "in no CMakeLists.txt")


def dead_headers(sources):
    included = {header for source in sources if is_cpp(source) for _, header, _ in includes_of(source)}
    for source in sources:
        if source.suffix == ".h" and source.path not in included:
            yield Finding(source.path, 1, "dead_files", "included by nobody")


def dead_scripts(sources):
    """A .ts nobody imports; pages name theirs in HTML, tests are found by their runner, configurations by their tool."""
    wanted = set()
    for source in sources:
        if source.suffix not in (".ts", ".mjs", ".js", ".html"):
            continue
        folder = posixpath.dirname(source.path)
        for target in re.findall(r"""(?:from|import|import\()\s*["'](\.[^"']+)["']|src=["']/?([^"']+)["']""", source.text):
            path = posixpath.normpath(posixpath.join(folder, target[0] or target[1]))
            wanted |= {path, path + ".ts", re.sub(r"\.js$", ".ts", path), posixpath.join(path, "index.ts")}
        # A list of entries or lazily loaded modules names paths from its own folder.
        wanted |= {posixpath.normpath(posixpath.join(folder, path))
                   for path in re.findall(r"""["']([\w./-]+\.ts)["']""", source.text)}
    for source in sources:
        name = posixpath.basename(source.path)
        if source.suffix != ".ts" or source.is_test or name.endswith((".d.ts", ".config.ts")):
            continue
        if source.path not in wanted:
            yield Finding(source.path, 1, "dead_files", "imported by nobody")


def words(sources):
    for source in sources:
        for number, line in enumerate(source.lines, 1):
            if match := UNFINISHED.search(line):
                yield Finding(source.path, number, "words", f"{match.group()}: do it, or open an issue")
            if match := MACHINE_PATHS.search(line):
                yield Finding(source.path, number, "words", f"{match.group()}…: a path of one machine")


def notes(sources):
    """A text that a comment sends its reader to; it may be named by the end of its path."""
    parts = [source.path.split("/") for source in sources if source.suffix == ".md"]
    there = {"/".join(path[start:]) for path in parts for start in range(len(path))}
    for source in sources:
        for match in NOTES.finditer(source.text):
            is_code = source.suffix in CODE and source.code[match.start()] == match.group()[0]
            if not is_code and re.sub(r"^(?:\.{1,2}/)+", "", match.group()) not in there:
                yield Finding(source.path, source.line_of(match.start()), "notes",
                              f"{match.group()} is not here: say the reason itself")


def sql(sources):
    """What people write is bound to a statement, never part of its text; a constant of ours may be."""
    for source in sources:
        if source.suffix != ".cpp" or source.is_test or not source.path.startswith("server/"):
            continue
        for match in SQL_JOINED.finditer(source.text):
            yield Finding(source.path, source.line_of(match.start()), "sql", "a statement is put together: bind the value")


def names(sources):
    for source in sources:
        if source.suffix not in (".cpp", ".h", ".ts"):
            continue
        if match := re.search(EMPTY_NAMES.lower() + r"\.\w+$", posixpath.basename(source.path).lower()):
            yield Finding(source.path, 1, "names", f"{match.group()} says nothing: find the noun")
        for match in re.finditer(r"\b(?:class|struct|interface)\s+(\w*" + EMPTY_NAMES + r")\b", source.code):
            yield Finding(source.path, source.line_of(match.start()), "names", f"{match.group(1)} says nothing")


def headers(sources):
    for source in sources:
        if source.suffix == ".h":
            if not source.text.startswith("//"):
                yield Finding(source.path, 1, "headers", "a header begins with what it is")
            if "#pragma once" not in source.text:
                yield Finding(source.path, 1, "headers", "#pragma once is missing")


RULES = [floors, libraries, sans_io, lengths, dead_files, words, notes, sql, names, headers]


def check(sources, allowed=None):
    """All findings that no entry allows; an entry that allows nothing is a finding itself."""
    allowed = ALLOWED if allowed is None else allowed
    used = set()
    findings = []
    for rule in RULES:
        for finding in rule(sources):
            entry = next((key for key in allowed if key[0] == finding.rule and finding.path.startswith(key[1])), None)
            if entry:
                used.add(entry)
            else:
                findings.append(finding)
    for rule, path in sorted(set(allowed) - used):
        findings.append(Finding(path, 1, rule, "is allowed for no need: take it out of the list"))
    return sorted(set(findings))
