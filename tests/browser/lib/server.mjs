// Starts the built server with a configuration of the test's own, on ports and in a folder of its own.
import { spawn, execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
export const program = process.env.PLENARY_PROGRAM ?? join(root, "build/release/bin/plenary");

export function freePort(kind = "tcp") {
  return new Promise((resolve, reject) => {
    if (kind === "udp") {
      const socket = createSocket("udp4");
      socket.on("error", reject);
      socket.bind(0, "127.0.0.1", () => {
        const { port } = socket.address();
        socket.close(() => resolve(port));
      });
      return;
    }
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// `rooms` is TOML; http and data are added. `http` is the address of the pages. The same folder may be started again (`server.start()` after a kill).
export async function startServer(rooms, { environment = {}, http: address = "127.0.0.1" } = {}) {
  if (!existsSync(program)) throw new Error(`not built: ${program}`);
  const data = mkdtempSync(join(tmpdir(), "plenary-browser-"));
  const http = await freePort();
  const config = join(data, "plenary.toml");
  writeFileSync(
    config,
    `[server]\nhttp = "${address}:${http}"\nudp = "[::]:0"\ndata = "${data}"\n` +
      `pages = "${join(root, "web-client/dist")}"\n${rooms}`,
  );
  const server = { url: `http://127.0.0.1:${http}`, data, config, log: "", process: null };

  server.start = async () => {
    // With the descriptors that most systems start a program with.
    server.process = spawn("sh", ["-c", 'ulimit -Sn 1024; exec "$0" "$@"', program, "serve", "--config", config], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    const keep = (chunk) => {
      server.log = (server.log + chunk).slice(-200_000);
    };
    server.process.stdout.on("data", keep);
    server.process.stderr.on("data", keep);
    const started = server.process;
    await until("the server to be ready", async () => {
      if (started.exitCode !== null) throw new Error(`the server ended: ${server.log}`);
      return (await fetch(`${server.url}/readyz`)).ok;
    });
  };
  server.kill = async (signal = "SIGKILL") => {
    const ending = server.process;
    if (ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill(signal);
    await ended;
  };
  server.stop = async () => {
    await server.kill("SIGTERM");
    rmSync(data, { recursive: true, force: true });
  };
  server.token = (room, role, name, more = []) =>
    execFileSync(program, ["token", "--config", config, "--room", room, "--role", role, "--name", name, ...more], {
      encoding: "utf8",
    }).trim();
  server.roomProcess = () => {
    const children = execFileSync("ps", ["--ppid", String(server.process.pid), "-o", "pid=,comm="], { encoding: "utf8" });
    const line = children.split("\n").find((text) => text.includes("plenary-room"));
    return line ? Number(line.trim().split(/\s+/)[0]) : null;
  };
  server.status = async (room, token) => {
    const answer = await fetch(`${server.url}/api/v1/rooms/${room}/status`, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  };
  await server.start();
  return server;
}
