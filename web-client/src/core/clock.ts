// The server's clock as seen from here. Each message's `server_time` is late by the message's travel time, never early: of
// the last few samples the one that puts the server's clock furthest ahead is nearest to the truth.

// Enough to contain one quick message, few enough to follow a local clock that was set anew.
const kSamples = 8;

export class ServerClock {
  #offsets: number[] = [];

  sample(server_time: number, local: number): void {
    this.#offsets.push(server_time - local);
    if (this.#offsets.length > kSamples) this.#offsets.shift();
  }

  at(local: number): number {
    return local + (this.#offsets.length ? Math.max(...this.#offsets) : 0);
  }
}
