// What a page has moved over the network, from its peer connections' own counters. A counter begins anew with each
// connection; what went before is kept.

// The part of RTCTransportStats that is needed; other reports count the same bytes again.
interface Counted {
  type: string;
  bytesReceived?: number;
  bytesSent?: number;
}

export function bytesOf(reports: Iterable<Counted>): number {
  let bytes = 0;
  for (const { type, bytesReceived = 0, bytesSent = 0 } of reports) if (type === 'transport') bytes += bytesReceived + bytesSent;
  return bytes;
}

export class Usage {
  #before = 0;
  #present = 0;
  #connection: object | null = null;

  // What `connection` has counted so far; another one than last time begins anew.
  see(connection: object, bytes: number): void {
    if (connection !== this.#connection) this.#before += this.#present;
    this.#connection = connection;
    this.#present = bytes;
  }

  get bytes(): number {
    return this.#before + this.#present;
  }
}

// How fast it goes: over long enough that a still every 5 s does not make it jump.
const kOver_ms = 10_000;

export class UsageRate {
  #seen: { bytes: number; at: number }[] = [];

  // `bytes` are all so far, `at` any clock's milliseconds.
  see(bytes: number, at: number): void {
    this.#seen.push({ bytes, at });
    // One that is as old as that, or older, is where it is counted from.
    while (this.#seen.length > 2 && at - (this.#seen[1]?.at ?? at) >= kOver_ms) this.#seen.shift();
  }

  // kbit/s; 0 at first.
  get kbps(): number {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    return first && last && last.at > first.at ? Math.round(((last.bytes - first.bytes) * 8) / (last.at - first.at)) : 0;
  }
}

// "0.4", "12", as data plans count: millions of bytes.
export function megabytes(bytes: number): number {
  const value = bytes / 1_000_000;
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}
