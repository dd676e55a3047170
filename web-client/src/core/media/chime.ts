// Two soft notes, made here, for somebody who is called and may be looking elsewhere. Before the first press in a page, as after a reload, browsers
// let it make no sound: then it says so, and sounds with the press.
import { signal } from '@preact/signals-core';

import type { Timers } from '../rpc.ts';

// A context that may sound does so within a few milliseconds; not even a busy machine takes that long.
export const kPatience_ms = 500;
const kNote_s = 0.5;
const kSecond_s = 0.2; // after the first
const kDone_ms = 1_200;
const kGestures = ['pointerdown', 'pointerup', 'keydown'] as const;

export interface ChimeOptions {
  connect: () => AudioContext;
  presses: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
  timers: Timers;
}

export class Chime {
  // It wants to sound, and the browser waits for a press.
  readonly silent = signal(false);
  readonly #options: ChimeOptions;
  #stop: (() => void) | null = null;

  constructor(options: ChimeOptions) {
    this.#options = options;
  }

  ring(): void {
    this.stop();
    const { connect, presses, timers } = this.#options;
    let context: AudioContext;
    try {
      context = connect();
    } catch {
      return; // No sound device: title, picture and words remain.
    }
    let cancel = timers.after(kPatience_ms, () => (this.silent.value = true));
    const start = (): void => void context.resume().then(sound, () => undefined);
    const quiet = (): void => {
      cancel();
      for (const gesture of kGestures) presses.removeEventListener(gesture, start);
      this.silent.value = false;
    };
    const stop = (): void => {
      quiet();
      void context.close();
    };
    let sounds = false;
    const sound = (): void => {
      if (sounds || this.#stop !== stop) return;
      sounds = true;
      quiet();
      note(context, 660, 0);
      note(context, 880, kSecond_s);
      cancel = timers.after(kDone_ms, () => this.stop());
    };
    this.#stop = stop;
    for (const gesture of kGestures) presses.addEventListener(gesture, start);
    start();
  }

  // Nobody is called any more.
  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }
}

function note(context: AudioContext, frequency: number, after_s: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  const at = context.currentTime + after_s;
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.12, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + kNote_s);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + kNote_s);
}
