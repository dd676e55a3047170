import { expect, test } from 'vitest';

import { Balance } from './balance.ts';
import { exampleRequest } from './example.ts';
import type { FloorRequest } from './protocol.ts';

function speech(id: string, category: string | null, fields: Partial<FloorRequest> = {}): FloorRequest {
  return exampleRequest({ request: id, state: 'on_air', person: { participant: `p-${id}`, name: id, category }, ...fields });
}

test('a speech under way counts as it goes', () => {
  const balance = new Balance();
  balance.see({ floor: [speech('a', 'government', { running_since: 1_000 })], last: null }, 1_000);
  expect(balance.shares(31_000)).toEqual([{ category: 'government', count: 1, spoken_ms: 30_000 }]);
});

test('speeches of a category add up, the longest category first', () => {
  const balance = new Balance();
  balance.see({ floor: [], last: speech('a', 'government', { elapsed_ms: 10_000 }) }, 0);
  balance.see({ floor: [], last: speech('b', 'academia', { elapsed_ms: 60_000 }) }, 0);
  balance.see({ floor: [speech('c', 'government', { elapsed_ms: 20_000 })], last: speech('b', 'academia', { elapsed_ms: 60_000 }) }, 0);
  expect(balance.shares(0)).toEqual([
    { category: 'academia', count: 1, spoken_ms: 60_000 },
    { category: 'government', count: 2, spoken_ms: 30_000 },
  ]);
});

test('who has left the floor unseen stops counting', () => {
  const balance = new Balance();
  balance.see({ floor: [speech('a', '', { running_since: 0 })], last: null }, 0);
  balance.see({ floor: [], last: null }, 5_000);
  expect(balance.shares(60_000)).toEqual([{ category: '', count: 1, spoken_ms: 5_000 }]);
});

test('points of order and who only has the floor do not count', () => {
  const balance = new Balance();
  balance.see({ floor: [speech('a', 'academia', { kind: 'point_of_order', running_since: 0 }), speech('b', 'academia', { state: 'granted' })], last: null }, 0);
  expect(balance.shares(9_000)).toEqual([]);
});

test('a person’s earlier speeches are known, without the present one', () => {
  const balance = new Balance();
  const person = { participant: 'p-1', name: 'Li Wei', category: null };
  balance.see({ floor: [], last: exampleRequest({ request: 'r-1', elapsed_ms: 40_000, person }) }, 0);
  const now = exampleRequest({ request: 'r-2', elapsed_ms: 9_000, person });
  balance.see({ floor: [now], last: null }, 0);
  expect(balance.before(now, 0)).toEqual({ count: 1, spoken_ms: 40_000 });
  expect(balance.before(exampleRequest({ request: 'r-3', person }), 0)).toEqual({ count: 2, spoken_ms: 49_000 });
});
