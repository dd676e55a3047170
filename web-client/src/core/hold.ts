// A press that has to last: what everybody outside notices is not done by a slip of the finger.
import { signal } from '@preact/signals-core';

import type { Timers } from './rpc.ts';

// Longer than any accidental press, short enough not to be waited for.
export const kHold_ms = 800;

export class Hold {
  readonly holding = signal(false);
  readonly #timers: Timers;
  readonly #act: () => void;
  #cancel: (() => void) | null = null;

  constructor(timers: Timers, act: () => void) {
    this.#timers = timers;
    this.#act = act;
  }

  press(): void {
    if (this.#cancel) return;
    this.holding.value = true;
    this.#cancel = this.#timers.after(kHold_ms, () => {
      this.#end();
      this.#act();
    });
  }

  // True: it was let go too early, and nothing has happened.
  release(): boolean {
    const early = this.#cancel !== null;
    this.#cancel?.();
    this.#end();
    return early;
  }

  #end(): void {
    this.#cancel = null;
    this.holding.value = false;
  }
}
