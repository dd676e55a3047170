// Delays between attempts. Half of each delay is random, so that thousands of pages that lost the server together do not
// come back together.

export interface BackoffLimits {
  readonly first_ms: number;
  readonly most_ms: number;
  readonly factor: number;
}

// A lost connection is usually back within a second; ten seconds is what a person still waits for.
export const kSignalingBackoff: BackoffLimits = { first_ms: 400, most_ms: 10_000, factor: 1.8 };
// Media is retried faster: the page has just spoken to the server.
export const kMediaBackoff: BackoffLimits = { first_ms: 300, most_ms: 5_000, factor: 1.7 };

export class Backoff {
  #attempt = 0;
  readonly #limits: BackoffLimits;
  readonly #random: () => number;

  constructor(limits: BackoffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  next(): number {
    const full = Math.min(this.#limits.most_ms, this.#limits.first_ms * this.#limits.factor ** this.#attempt);
    this.#attempt += 1;
    return full / 2 + (full / 2) * this.#random();
  }

  reset(): void {
    this.#attempt = 0;
  }
}
