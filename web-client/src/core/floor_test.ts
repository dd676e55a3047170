import { expect, test } from 'vitest';

import { exampleRequest } from './example.ts';
import { activeSpeaker, nextSpeaker } from './floor.ts';
import type { RequestState } from './protocol.ts';

const some = (...states: RequestState[]) => states.map((state, index) => exampleRequest({ request: `r-${index}`, state }));

test('who was paused by a point of order is not who speaks', () => {
  expect(activeSpeaker(some('paused', 'on_air'))?.request).toBe('r-1');
  expect(activeSpeaker(some('on_air', 'paused'))?.request).toBe('r-0');
});

test('a pause without another speaker is still theirs', () => {
  expect(activeSpeaker(some('paused'))?.request).toBe('r-0');
  expect(activeSpeaker([])).toBeNull();
});

test('who waits for approval is not next', () => {
  expect(nextSpeaker(some('pending', 'queued', 'standby'))?.request).toBe('r-1');
  expect(nextSpeaker(some('pending'))).toBeNull();
});
