import { expect, test } from 'vitest';

import { shares } from './balance.ts';
import { exampleRequest, exampleState } from './example.ts';
import type { FloorRequest } from './protocol.ts';

function speech(id: string, category: string | null, fields: Partial<FloorRequest> = {}): FloorRequest {
  return exampleRequest({ request: id, state: 'on_air', person: { participant: `p-${id}`, name: id, category }, ...fields });
}

test('a speech under way counts as it goes', () => {
  const state = exampleState({ floor: [speech('a', 'government', { running_since: 1_000 })] });
  expect(shares(state, 31_000)).toEqual([{ category: 'government', spoken_count: 1, spoken_ms: 30_000 }]);
});

test('it is added to what the server has counted, the longest category first', () => {
  const totals = { categories: [{ category: 'government', spoken_ms: 10_000, spoken_count: 1 }, { category: 'academia', spoken_ms: 60_000, spoken_count: 1 }] };
  expect(shares(exampleState({ totals, floor: [speech('c', 'government', { elapsed_ms: 20_000 })] }), 0)).toEqual([
    { category: 'academia', spoken_count: 1, spoken_ms: 60_000 },
    { category: 'government', spoken_count: 2, spoken_ms: 30_000 },
  ]);
});

test('points of order, chairs and who only has the floor do not count', () => {
  const floor = [speech('a', 'academia', { kind: 'point_of_order', running_since: 0 }), speech('c', 'academia', { kind: 'chair', running_since: 0 }), speech('b', 'academia', { state: 'granted' })];
  expect(shares(exampleState({ floor }), 9_000)).toEqual([]);
});

test('a rehearsal counts for nothing', () => {
  const state = exampleState({ floor: [speech('a', 'academia', { running_since: 0 })] });
  expect(shares({ ...state, meeting: { ...state.meeting, state: 'rehearsal' } }, 9_000)).toEqual([]);
});
