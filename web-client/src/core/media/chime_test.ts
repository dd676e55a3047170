import { expect, test } from 'vitest';

import { VirtualTime } from '../testing.ts';
import { Chime, kPatience_ms } from './chime.ts';

// A browser that lets nothing sound before a press, or anything.
function browser(allowed: boolean) {
  const time = new VirtualTime();
  const presses = new EventTarget();
  const open = { contexts: 0, notes: 0 };
  let lets = allowed;
  const waiting: (() => void)[] = [];
  const param = { value: 0, setValueAtTime: () => 0, linearRampToValueAtTime: () => 0, exponentialRampToValueAtTime: () => 0 };
  const connect = () => {
    open.contexts += 1;
    const context = {
      currentTime: 0,
      destination: {},
      resume: () => new Promise<void>((done) => (lets ? done() : waiting.push(done))),
      close: () => Promise.resolve((open.contexts -= 1)),
      createOscillator: () => ({ frequency: param, connect: (to: object) => to, start: () => (open.notes += 1), stop: () => 0 }),
      createGain: () => ({ gain: param, connect: (to: object) => to }),
    };
    return context as unknown as AudioContext;
  };
  const press = () => {
    lets = true;
    for (const done of waiting.splice(0)) done();
    presses.dispatchEvent(new Event('pointerdown'));
  };
  return { time, press, open, chime: new Chime({ connect, presses, timers: time }) };
}

test('it sounds where it may, and leaves nothing behind', async () => {
  const { time, chime, open } = browser(true);
  chime.ring();
  await time.pass(kPatience_ms);
  expect([open.notes, chime.silent.value]).toEqual([2, false]);
  await time.pass(10_000);
  expect(open.contexts).toBe(0);
});

test('where the browser waits for a press it says so, and sounds with the press, once', async () => {
  const { time, chime, open, press } = browser(false);
  chime.ring();
  await time.pass(kPatience_ms);
  expect([open.notes, chime.silent.value]).toEqual([0, true]);
  press();
  await time.pass(0);
  press();
  await time.pass(10_000);
  expect([open.notes, chime.silent.value, open.contexts]).toEqual([2, false, 0]);
});

test('who is called no more is not rung for by a later press', async () => {
  const { time, chime, open, press } = browser(false);
  chime.ring();
  await time.pass(kPatience_ms);
  chime.stop();
  expect(chime.silent.value).toBe(false);
  press();
  await time.pass(10_000);
  expect([open.notes, open.contexts]).toEqual([0, 0]);
});

test('without a sound device nothing happens', () => {
  const chime = new Chime({
    connect: () => {
      throw new Error('none');
    },
    presses: new EventTarget(),
    timers: new VirtualTime(),
  });
  chime.ring();
  expect(chime.silent.value).toBe(false);
});
