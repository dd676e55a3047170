// A WHEP player with one audio and one video slot on werift, an engine in plain JavaScript: what it received is kept as
// packets and judged after decoding by ffmpeg.
import { MediaStreamTrack, RTCPeerConnection, dePacketizeRtpPackets, useH264, useOPUS } from "werift";
import { decodeH264, decodeOpus } from "./decode.mjs";
import { strength } from "./measure.mjs";
import { readCounter } from "./sender.mjs";
import { until } from "./until.mjs";

const width = 160;
const height = 90;
const nalKinds = { slice: 1, idr: 5, sps: 7, pps: 8 };

// Loopback only: as a host address, which werift leaves out by itself, and instead of its public STUN server. One
// transport from the start: it forgets to close the sockets of those that a bundle makes superfluous.
export const newPeer = () =>
  new RTCPeerConnection({
    iceServers: [{ urls: "stun:127.0.0.1:9" }],
    iceStunGatherTimeout: 0.01,
    iceAdditionalHostAddresses: ["127.0.0.1"],
    iceUseIpv6: false,
    bundlePolicy: "max-bundle",
    codecs: { audio: [useOPUS()], video: [useH264()] },
  });

// Mean over Hann windows of 100 ms: a gap or a corrected clock changes the phase, and a long window would cancel the tone.
function level(samples, frequency) {
  const length = 4_800;
  let power = 0;
  let windows = 0;
  for (let at = 0; at + length <= samples.length; at += length) {
    const window = samples.slice(at, at + length)
      .map((sample, i) => sample * (1 - Math.cos((2 * Math.PI * i) / length)));
    power += strength(window, frequency) ** 2;
    windows++;
  }
  return 10 * Math.log10(power / Math.max(1, windows) + 1e-18);
}

function inOrder(packets) {
  const first = packets[0]?.header.sequenceNumber ?? 0;
  const place = (packet) => ((packet.header.sequenceNumber - first + 0x18000) & 0xffff) - 0x8000;
  return [...new Map(packets.map((packet) => [place(packet), packet])).entries()].sort(([a], [b]) => a - b);
}

function nalKindsOf(annexB) {
  const kinds = [];
  for (let at = 0; (at = annexB.indexOf("\0\0\0\x01", at, "latin1")) >= 0; at += 4) kinds.push(annexB[at + 4] & 0x1f);
  return kinds;
}

// Complete access units in decoding order; one with a packet missing is left out, and so is the unfinished last one.
export function accessUnits(packets) {
  const units = [];
  let open = [];
  let expected = null;
  let whole = false;
  for (const [place, packet] of inOrder(packets)) {
    if (open.length > 0 && open[0].header.timestamp !== packet.header.timestamp) open = [];
    if (open.length === 0) whole = expected === null || place === expected;
    else whole &&= place === expected;
    expected = place + 1;
    open.push(packet);
    if (!packet.header.marker) continue;
    if (whole) {
      const { data } = dePacketizeRtpPackets("MPEG4/ISO/AVC", open);
      units.push({ data, kinds: nalKindsOf(data), timestamp: packet.header.timestamp });
    }
    open = [];
  }
  return units;
}

// `context` is the test's: the player ends with it at the latest, so that no open socket keeps the test's process.
export async function openWerift(context, server, room, { token, language } = {}) {
  const headers = { "content-type": "application/sdp", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const peer = newPeer();
  const packets = { audio: [], video: [] };
  for (const kind of ["audio", "video"]) {
    const transceiver = peer.addTransceiver(kind, { direction: "recvonly" });
    transceiver.onTrack.subscribe((track) => track.onReceiveRtp.subscribe((packet) => packets[kind].push(packet)));
  }
  await peer.setLocalDescription(await peer.createOffer());
  const url = `${server.url}/whep/${room}${language ? `?language=${language}` : ""}`;
  const answer = await fetch(url, { method: "POST", headers, body: peer.localDescription.sdp });
  if (answer.status !== 201) throw new Error(`WHEP ${answer.status}: ${await answer.text()}`);
  let stopped = false;
  const session = new URL(answer.headers.get("location"), server.url).href;
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  const player = {
    peer,
    session,
    packets,
    connected: () => until("werift to be connected", () => peer.connectionState === "connected"),
    forget() {
      packets.audio.length = 0;
      packets.video.length = 0;
    },
    // Decibels of each frequency in the last second that was received.
    async tones(frequencies) {
      const last = inOrder(packets.audio).slice(-60).map(([, packet]) => packet.payload);
      if (last.length < 60) return null;
      const samples = (await decodeOpus(last)).slice(-48_000);
      return Object.fromEntries(frequencies.map((frequency) => [frequency, level(samples, frequency)]));
    },
    // Everything since the first key frame (or forget()), decoded: units, pictures and the numbers in them.
    async video() {
      const units = accessUnits(packets.video);
      const start = units.findIndex((unit) => unit.kinds.includes(nalKinds.idr));
      if (start < 0) return null;
      const wanted = units.slice(start);
      const { pictures, errors } = await decodeH264(Buffer.concat(wanted.map((unit) => unit.data)), width, height);
      return { units: wanted, pictures, errors, counters: pictures.map((luma) => readCounter(luma, width, height)) };
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      await fetch(session, { method: "DELETE", headers: token ? { authorization: `Bearer ${token}` } : {} }).catch(() => {});
      await peer.close();
    },
  };
  context.after(player.stop);
  return player;
}

// A speaker's uplink whose packets the test writes itself, header included; they are encrypted like any other.
export async function openWeriftUplink(context, server, room, token) {
  const peer = newPeer();
  const { sender } = peer.addTransceiver(new MediaStreamTrack({ kind: "audio" }), { direction: "sendonly" });
  await peer.setLocalDescription(await peer.createOffer());
  const answer = await fetch(`${server.url}/whip/${room}/floor`, {
    method: "POST",
    headers: { "content-type": "application/sdp", authorization: `Bearer ${token}` },
    body: peer.localDescription.sdp,
  });
  if (answer.status !== 201) throw new Error(`WHIP ${answer.status}: ${await answer.text()}`);
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  context.after(() => peer.close());
  await until("werift to be connected", () => peer.connectionState === "connected");
  const payloadType = Number(peer.localDescription.sdp.match(/^a=rtpmap:(\d+) opus/im)[1]);
  let sequenceNumber = 0;
  return {
    peer,
    // `first` is the header's first byte, `behind` what follows the fixed header in clear.
    async send({ first = 0x80, behind = Buffer.alloc(0), payload = Buffer.from([0xf8, 0xff, 0xfe]) } = {}) {
      sequenceNumber = (sequenceNumber + 1) & 0xffff;
      const head = Buffer.alloc(12);
      head[0] = first;
      head[1] = payloadType;
      head.writeUInt16BE(sequenceNumber, 2);
      head.writeUInt32BE((sequenceNumber * 960) >>> 0, 4);
      head.writeUInt32BE(sender.ssrc, 8);
      const clear = Buffer.concat([head, behind]);
      await peer.dtlsTransports[0].sendRtp(payload,
        { ssrc: sender.ssrc, sequenceNumber, serializeSize: clear.length, serialize: () => clear });
    },
  };
}

export { nalKinds };
