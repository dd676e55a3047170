import { expect, test } from 'vitest';

import { kMaxRank, rankFrom } from './rank.ts';

test.each([
  ['1', 1],
  [' 12 ', 12],
  [String(kMaxRank), kMaxRank],
  ['', 0],
  [' ', 0],
])('%j is the rank %j', (text, rank) => {
  expect(rankFrom(text)).toBe(rank);
});

test.each(['0', '-1', '1.5', '1e3', 'first', String(kMaxRank + 1), '99999999999999999999'])('%j is no rank', (text) => {
  expect(rankFrom(text)).toBeNull();
});
