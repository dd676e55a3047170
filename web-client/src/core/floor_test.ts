import { expect, test } from 'vitest';

import { exampleRequest } from './example.ts';
import { activeSpeaker, closesSoon, hiddenBefore, holders, nextSpeaker } from './floor.ts';
import type { RequestState } from './protocol.ts';

const some = (...states: RequestState[]) => states.map((state, index) => exampleRequest({ request: `r-${index}`, state }));

test('who was paused by a point of order is not who speaks', () => {
  expect(activeSpeaker(some('paused', 'on_air'))?.request).toBe('r-1');
  expect(activeSpeaker(some('on_air', 'paused'))?.request).toBe('r-0');
});

test('the chair is nobody’s turn', () => {
  const chair = exampleRequest({ request: 'r-9', kind: 'chair', state: 'on_air' });
  expect(activeSpeaker([chair])).toBeNull();
  expect(activeSpeaker([...some('paused'), chair])?.request).toBe('r-0');
  expect(holders([...some('on_air'), chair]).map(({ request }) => request)).toEqual(['r-0']);
});

test('a pause without another speaker is still theirs', () => {
  expect(activeSpeaker(some('paused'))?.request).toBe('r-0');
  expect(activeSpeaker([])).toBeNull();
});

test('who waits for approval is not next', () => {
  expect(nextSpeaker(some('pending', 'queued', 'standby'))?.request).toBe('r-1');
  expect(nextSpeaker(some('pending'))).toBeNull();
});

test('a long list says how many wait between its front, own places and the end', () => {
  const places = (...positions: number[]) => positions.map((position) => exampleRequest({ position }));
  expect(hiddenBefore(places(1, 2, 40), 50)).toEqual([0, 0, 37, 10]);
  expect(hiddenBefore(places(1, 2), 2)).toEqual([0, 0, 0]);
  expect(hiddenBefore([], 0)).toEqual([0]);
});

test('that a microphone closes is said from when the time is over, or half a minute before', () => {
  const speech = (overtime_s: number) => exampleRequest({ state: 'on_air', running_since: 0, limit_s: 180, closes_at: (180 + overtime_s) * 1_000 });
  expect(closesSoon(speech(60), 179_999)).toBe(false);
  expect(closesSoon(speech(60), 180_000)).toBe(true);
  expect(closesSoon(speech(10), 160_000)).toBe(true);
  expect(closesSoon(speech(10), 159_999)).toBe(false);
  expect(closesSoon(speech(60), 240_000)).toBe(false);
});

test('where the meeting closes no microphone, nothing is said', () => {
  expect(closesSoon(exampleRequest({ state: 'on_air', running_since: 0, limit_s: 180 }), 500_000)).toBe(false);
});
