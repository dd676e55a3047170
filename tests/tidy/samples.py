"""Bad samples: each must be found by its rule, and the good ones by none. This is how we know that the rules can fail."""

from rules import ALLOWED, check
from source_text import Source, functions_of

LISTED = "plenary_floor(x SOURCES {})\n"
LONG = "void f() {\n" + "  g();\n" * 80 + "}\n"
UNDONE = "TO" + "DO"


def source(path, text="// What it is.\n"):
    if path.endswith(".h") and "#pragma once" not in text:
        text = "// What it is.\n#pragma once\n" + text
    return Source(path, text)


def bad(rule, path, text):
    return rule, [source(path, text)]


BAD = [
    bad("floors", "media/rtp/a.cpp", '#include "media/peer/peer.h"\n'),
    bad("floors", "media/base/a.h", '#include "media/rtp/packet.h"\n'),
    bad("floors", "media/ice/a.cpp", '#include "signaling/meeting/floor.h"\n'),
    bad("floors", "media/io/a.cpp", '#include "media/room/mixer.h"\n'),
    bad("floors", "media/io/a.cpp", '#include "loop.h"\n'),
    bad("floors", "signaling/meeting/a.cpp", '#include "media/rtp/packet.h"\n'),
    bad("floors", "signaling/meeting/a.cpp", '#include "media/base/address.h"\n'),
    bad("floors", "signaling/meeting/a.cpp", '#include "signaling/protocol/session.h"\n'),
    bad("floors", "signaling/protocol/a.cpp", '#include "server/app/app.h"\n'),
    bad("floors", "server/app/a.cpp", '#include "media/room/mixer.h"\n'),
    bad("libraries", "media/ice/a.cpp", "#include <openssl/evp.h>\n"),
    bad("libraries", "server/app/a.cpp", "#include <srtp2/srtp.h>\n"),
    bad("libraries", "media/io/a.cpp", "#include <intel-ipsec-mb.h>\n"),
    bad("libraries", "server/app/a.cpp", "#include <libwebsockets.h>\n"),
    bad("libraries", "server/app/a.cpp", "#include <sqlite3.h>\n"),
    bad("libraries", "server/app/a.cpp", "#include <gst/gst.h>\n"),
    bad("libraries", "media/io/a.cpp", "#include <nlohmann/json.hpp>\n"),
    bad("libraries", "signaling/meeting/a.h", "#include <nlohmann/json.hpp>\n"),
    bad("sans_io", "media/rtp/a.cpp", "auto t = std::chrono::steady_clock::now();\n"),
    bad("sans_io", "media/rtp/a.cpp", "long t = time(nullptr);\n"),
    bad("sans_io", "signaling/meeting/a.cpp", "long t = std::time(nullptr);\n"),
    bad("sans_io", "media/peer/a.cpp", "clock_gettime(CLOCK_MONOTONIC, &t);\n"),
    bad("sans_io", "media/peer/a.cpp", "gettimeofday(&t, nullptr);\n"),
    bad("sans_io", "media/peer/a.cpp", "std::this_thread::sleep_for(ms);\n"),
    bad("sans_io", "media/ice/a.cpp", "#include <sys/socket.h>\n"),
    bad("sans_io", "signaling/meeting/a.cpp", "#include <mutex>\n"),
    bad("sans_io", "media/ice/a.cpp", "std::random_device device;\n"),
    bad("sans_io", "server/app/a_test.cpp", "usleep(1000);\n"),
    bad("lengths", "media/rtp/a.cpp", "int x;\n" * 501),
    bad("lengths", "media/rtp/a.cpp", LONG),
    bad("lengths", "media/rtp/a.cpp", "namespace n {\nclass C {\n public:\n" + LONG + "};\n}\n"),
    bad("lengths", "media/rtp/a.cpp", "TEST(Some, thing) {\n" + "  g();\n" * 80 + "}\n"),
    bad("lengths", "media/rtp/a.cpp", "C::C(int a)\n    : a_(a),\n      b_{a} {\n" + "  g();\n" * 80 + "}\n"),
    bad("lengths", "web-client/src/a.ts", "function f() {\n" + "  g();\n" * 80 + "}\n"),
    bad("lengths", "tests/a.py", "def f():\n" + "    g()\n" * 80),
    bad("dead_files", "media/rtp/a.cpp", "int x;\n"),
    bad("dead_files", "media/rtp/a.h", "int x;\n"),
    bad("dead_files", "web-client/src/a.ts", "export const x = 1;\n"),
    bad("dead_files", "media/rtp/CMakeLists.txt", "file(GLOB all *.cpp)\n"),
    bad("words", "README.md", f"{UNDONE}: later\n"),
    bad("words", "media/rtp/a.cpp", "// FIX" + "ME\n"),
    bad("words", "script/a", "cd /ho" + "me/someone/plenary\n"),
    bad("notes", "media/rtp/a.cpp", "// faults." + "md R5\n"),
    bad("notes", "server/app/a.cpp", 'const char* kHint = "interface.' + 'md lists them";\n'),
    bad("notes", "web-client/src/a.ts", "/* see ../docs/floor." + "md */\n"),
    bad("notes", "script/a", "# traps." + "md: why\n"),
    bad("notes", "media/README.md", "[rtp](rtp/README." + "md)\n"),
    bad("sql", "server/journal/a.cpp", 'db.exec("DELETE FROM event WHERE meeting = \'" + name + "\'");\n'),
    bad("sql", "server/journal/a.cpp", 'text += name + " AND x IN (SELECT 1)";\n'),
    bad("sql", "server/journal/a.cpp", 'text << "INSERT INTO event VALUES (" << name;\n'),
    bad("names", "server/app/a.h", "class RoomManager {};\n"),
    bad("names", "server/app/string_utils.h", "int x;\n"),
    ("headers", [Source("media/rtp/a.h", "#pragma once\nint x;\n")]),
    ("headers", [Source("media/rtp/a.h", "// What it is.\nint x;\n")]),
]

GOOD = [
    source("media/rtp/CMakeLists.txt", LISTED.format("a.cpp b_test.cpp")),
    source("media/rtp/a.cpp", '#include "media/rtp/a.h"\n#include "media/base/bytes.h"\n// time(now) and sleep(1)\n'
           'const char* kText = "steady_clock::now()";\nint ntp_time(int x) { return clock.time(x) + x; }\n'),
    source("media/rtp/a.h", "int ntp_time(int);\n"),
    source("media/rtp/b_test.cpp", 'const char* kRaw = R"(time( { )";\nconst char kBrace = \'{\';\n' + "int x;\n" * 100),
    source("tests/fuzz/CMakeLists.txt", "function(plenary_fuzz name)\nadd_executable(f ${name}_fuzz.cpp)\n"
           "endfunction()\nplenary_fuzz(rtp)\n"),
    source("tests/fuzz/rtp_fuzz.cpp", '#include "media/rtp/a.h"\n'),
    source("signaling/meeting/CMakeLists.txt", LISTED.format("f.cpp")),
    source("signaling/meeting/f.cpp", '#include "media/base/result.h"\n#include <nlohmann/json.hpp>\n'),
    source("server/journal/CMakeLists.txt", LISTED.format("file.cpp")),
    source("server/journal/file.cpp", 'db.exec("PRAGMA user_version = " + std::to_string(kSchema));\nSql q(db, "SELECT 1 "\n      "WHERE ?");\n'),
    source("server/app/CMakeLists.txt", LISTED.format("app.cpp")),
    source("server/app/app.cpp", '#include "media/io/shard.h"\n#include <thread>\nauto t = Clock::now();\n'),
    source("web-client/page.html", '<script type="module" src="/src/page.ts"></script>\n'),
    source("web-client/src/page.ts", 'import { x } from "./part.js";\nconst t = html`<p>${x.map((y) => html`{${y}`)}</p>`;\n'
           "function f() {\n  g();\n}\n"),
    source("web-client/src/part.ts", "export const x = [1];\nconst width = sizes." + "md;\n"
           "// web-client/README.md, README.md, https://example.org/any.md and every *.md\n"),
    source("web-client/README.md", "[the same](../web-client/README.md)\n"),
]


def lengths_are_exact():
    cpp = ("struct S {\n  int a() const { return 1; }\n  std::vector<int> v{1, 2};\n};\n\nint\nb(int x)\n{\n  if (x) {\n"
           "    c();\n  }\n  return 0;\n}\nconst S kTable[] = {\n    {f(1)},\n};\n#define M(x) do { \\\n  } while (0)\nvoid d() {}\n")
    script = "export const a = (x: {y: number}) => {\n  return x;\n};\nclass C {\n  async b(): Promise<void> {\n    c();\n  }\n}\n"
    measured = [[(f.name, f.line, f.length) for f in functions_of(source(path, text))]
                for path, text in (("a.cpp", cpp), ("a.ts", script))]
    return measured == [[("a", 2, 1), ("b", 6, 8), ("d", 19, 1)], [("a", 1, 3), ("b", 5, 3)]]


def self_test():
    """Sentences about what went wrong; empty when the rules find what they must, and nothing else."""
    wrong = []
    for rule, sources in BAD:
        if not any(finding.rule == rule for finding in check(sources, allowed={})):
            wrong.append(f"{rule} does not find: {sources[0].path}: {sources[0].text[:60]!r}")
    for finding in check(GOOD, allowed={}):
        wrong.append(f"{finding.rule} finds what is good: {finding.path}:{finding.line} {finding.message}")
    if not lengths_are_exact():
        wrong.append("functions are measured wrongly")
    if not check([], allowed={("words", "nowhere"): "no need"}):
        wrong.append("an entry of the allow-list without need is not found")
    if not all(reason.strip() for reason in ALLOWED.values()):
        wrong.append("an entry of the allow-list has no reason")
    return wrong
