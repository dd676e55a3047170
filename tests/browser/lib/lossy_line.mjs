// A line between a browser and the server that is long, loses datagrams, or carries only so many: a relay on a port of its own,
// which the answer's candidates are made to name. Losses, towards the browser alone, come from a seed. `address`: where the browser finds it.
import { createSocket } from "node:dgram";

const LONGEST_QUEUE_MS = 500;
const HEADERS = 28; // bytes of IPv4 and UDP

function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function lossyLine({ seed = 1, address = "127.0.0.1" } = {}) {
  const chance = generator(seed);
  const front = createSocket("udp4");
  const backs = new Map(); // browser's address → socket towards the server
  // `rate`: bit/s towards the browser, 0: as fast as it likes. `delay`: ms each way.
  const line = { loss: 0, lost: 0, passed: 0, rate: 0, delay: 0, port: 0 };
  let open = true;
  let server;
  let busyUntil = 0;
  const lose = () => {
    const lost = chance() < line.loss;
    lost ? line.lost++ : line.passed++;
    return lost;
  };
  const after = (ms, send) => (ms > 0 ? setTimeout(() => open && send(), ms) : send());
  const carry = (datagram, to) => {
    const send = () => front.send(datagram, to.port, to.address);
    const now = performance.now();
    if (!line.rate) return after(line.delay, send);
    busyUntil = Math.max(busyUntil, now) + (datagram.length + HEADERS) * 8 * 1_000 / line.rate;
    if (busyUntil - now > LONGEST_QUEUE_MS) {
      busyUntil -= (datagram.length + HEADERS) * 8 * 1_000 / line.rate;
      return line.lost++;
    }
    after(busyUntil - now + line.delay, send);
  };
  front.on("message", (message, from) => {
    const key = `${from.address}:${from.port}`;
    let back = backs.get(key);
    if (!back) {
      back = createSocket("udp4");
      back.on("message", (answer) => {
        if (!lose()) carry(answer, from);
      });
      backs.set(key, back);
    }
    after(line.delay, () => back.send(message, server.port, server.address));
  });
  line.open = () => new Promise((resolve) => front.bind(0, address, () => {
    line.port = front.address().port;
    resolve(line);
  }));
  // The answer as the browser is to see it: one candidate, ours.
  line.through = (sdp) => {
    const candidate = [...sdp.matchAll(/a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host\r\n/g)].find(([, host]) => ["127.0.0.1", address].includes(host));
    server = { address: candidate[1], port: Number(candidate[2]) };
    return sdp.replace(/a=candidate:.*\r\n/g, "").replace("a=end-of-candidates", `a=candidate:1 1 udp 2130706431 ${address} ${line.port} typ host\r\na=end-of-candidates`);
  };
  // From now on the browser comes from another address, and what was under way to the old one is lost.
  line.move = () => {
    for (const back of backs.values()) back.close();
    backs.clear();
  };
  line.close = () => {
    open = false;
    front.close();
    for (const back of backs.values()) back.close();
  };
  return line;
}
