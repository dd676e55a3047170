import { expect, test } from 'vitest';

import { Hold, kHold_ms } from './hold.ts';
import { VirtualTime } from './testing.ts';

function held(): { time: VirtualTime; hold: Hold; done: () => number } {
  const time = new VirtualTime();
  let count = 0;
  return { time, hold: new Hold(time, () => (count += 1)), done: () => count };
}

test('a press that lasts acts once', async () => {
  const { time, hold, done } = held();
  hold.press();
  hold.press(); // a key that repeats
  expect(hold.holding.value).toBe(true);
  await time.pass(kHold_ms);
  expect([done(), hold.holding.value]).toEqual([1, false]);
  expect(hold.release()).toBe(false);
  await time.pass(10 * kHold_ms);
  expect(done()).toBe(1);
});

test('a press that is let go too early does nothing, and says so', async () => {
  const { time, hold, done } = held();
  hold.press();
  await time.pass(kHold_ms - 1);
  expect(hold.release()).toBe(true);
  await time.pass(10 * kHold_ms);
  expect([done(), hold.holding.value]).toEqual([0, false]);
});

test('each press begins anew', async () => {
  const { time, hold, done } = held();
  hold.press();
  await time.pass(kHold_ms - 1);
  hold.release();
  hold.press();
  await time.pass(kHold_ms - 1);
  expect(done()).toBe(0);
  await time.pass(1);
  expect(done()).toBe(1);
});
