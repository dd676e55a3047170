import { expect, test } from 'vitest';

import { Backoff } from './backoff.ts';

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
