import { expect, test } from 'vitest';

import { Backoff, kSignalingBackoff } from './backoff.ts';

const limits = { first_ms: 400, most_ms: 10_000, factor: 2 };

test('delays grow up to the limit', () => {
  const backoff = new Backoff(limits, () => 1);
  expect([1, 2, 3, 4, 5, 6, 7].map(() => backoff.next())).toEqual([400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

test('half of a delay is left to chance, so that pages do not come back together', () => {
  const backoff = new Backoff(limits, () => 0);
  expect(backoff.next()).toBe(200);
});

test('a success starts from the beginning', () => {
  const backoff = new Backoff(limits, () => 1);
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(400);
});

// Row W9 of the fault table: two thousand pages lose the server at the same moment.
test('W9: pages that lost the server together come back spread, and all within ten seconds of its return', () => {
  let seed = 9;
  const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const pages = 2_000;
  for (const server_back_ms of [0, 1_000, 5_000, 60_000]) {
    const back: number[] = [];
    for (let page = 0; page < pages; page += 1) {
      const backoff = new Backoff(kSignalingBackoff, random);
      let now = backoff.next();
      while (now < server_back_ms) now += backoff.next();
      back.push(now - server_back_ms);
    }
    expect(Math.max(...back)).toBeLessThanOrEqual(10_000);
    const in_window = new Map<number, number>();
    for (const at of back) in_window.set(Math.floor(at / 20), (in_window.get(Math.floor(at / 20)) ?? 0) + 1);
    expect(Math.max(...in_window.values())).toBeLessThan(pages * 0.15);
  }
});
