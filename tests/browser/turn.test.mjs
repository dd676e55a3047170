// A network that lets nothing but TLS out: everything goes through Debian's coturn, with the credentials that the server
// gives its pages and players.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { hall, seesAndHearsTheHall } from "./lib/hall.mjs";
import { emptyPage, joinMeeting, openPlayer } from "./lib/room_player.mjs";
import { freePort, startServer } from "./lib/server.mjs";

const secret = "a secret of more than thirty-two bytes that both have";
let folder;
let server;
let browser;
let coturn;
let said = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "plenary-turn-"));
  const port = await freePort();
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")],
    { stdio: "ignore" });
  writeFileSync(join(folder, "secret"), secret, { mode: 0o600 });
  writeFileSync(join(folder, "turnserver.conf"), [
    "realm=plenary.test", "use-auth-secret", `static-auth-secret=${secret}`, "listening-ip=127.0.0.1", "relay-ip=127.0.0.1",
    "no-udp", "no-tcp", `tls-listening-port=${port}`, `cert=${join(folder, "cert.pem")}`, `pkey=${join(folder, "key.pem")}`,
    "allow-loopback-peers", "cli-password=none", "no-cli", "no-dtls", "log-file=stdout", "fingerprint", `userdb=${join(folder, "turndb")}`,
    `pidfile=${join(folder, "pid")}`, "min-port=50000", "max-port=59999", ""].join("\n"));
  coturn = spawn("turnserver", ["-c", join(folder, "turnserver.conf")], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [coturn.stdout, coturn.stderr]) stream.on("data", (chunk) => { said = (said + chunk).slice(-20_000); });
  server = await startServer(hall, { environment: {
    PLENARY_TURN_URLS: `turns:127.0.0.1:${port}?transport=tcp`, PLENARY_TURN_SECRET_FILE: join(folder, "secret") } });
  browser = await startBrowser({ more: ["--ignore-certificate-errors"] });
});
after(async () => {
  await browser?.stop();
  await server?.stop();
  coturn?.kill();
  rmSync(folder, { recursive: true, force: true });
});

test("a page whose network lets only TLS out sees and hears the room", async () => {
  const context = await browser.context();
  const page = await emptyPage(context, server);
  const joined = await joinMeeting(page, server, "hall", server.token("hall", "participant", "Amina Diallo"));
  assert.equal(joined.ice_servers.length, 1);
  const player = await openPlayer(context, server, "hall", { token: joined.media_token, audio: 1, video: 1, relay: joined.ice_servers });
  await seesAndHearsTheHall(player, () => said);
  const local = await player.evaluate(async () => {
    const stats = await window.__peer.getStats();
    const transport = [...stats.values()].find((report) => report.type === "transport");
    return { ...stats.get(stats.get(transport.selectedCandidatePairId).localCandidateId) };
  });
  assert.equal(local.candidateType, "relay");
  assert.equal(local.relayProtocol, "tls");
});

test("a player is told of the server by Link headers, also one without a token", async () => {
  const player = await openPlayer(await browser.context(), server, "hall", { audio: 1, video: 1 });
  const link = await player.evaluate(() => window.__links);
  assert.match(link, /^<turns:127\.0\.0\.1:\d+\?transport=tcp>; rel="ice-server"; username="\d+:guest"; credential="[^"]{28}"; credential-type="password"$/);
});
