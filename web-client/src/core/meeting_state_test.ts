import { expect, test } from 'vitest';

import { exampleState } from './example.ts';
import { hearKey, isOff, isPublic, meetingActs } from './meeting_state.ts';
import type { Audience, MeetingInfo } from './protocol.ts';

const meeting = (state: MeetingInfo['state'], audience: Audience = 'public') => ({ ...exampleState().meeting, state, audience });

test.each([
  ['live', 'public', 'moderator.hear.public'], ['live', 'registered', 'moderator.hear.registered'], ['live', 'closed', 'moderator.hear.closed'],
  ['rehearsal', 'public', 'moderator.hear.rehearsal'], ['suspended', 'public', 'moderator.hear.suspended'], ['scheduled', 'public', 'moderator.hear.over'],
  ['closed', 'public', 'moderator.hear.over'],
] as const)('a meeting that is %s and %s is heard by %s', (state, audience, key) => {
  expect(hearKey({ meeting: meeting(state, audience) })).toBe(key);
});

test('only a live meeting has picture and sound', () => {
  const off = (['scheduled', 'rehearsal', 'live', 'suspended', 'closed'] as const).filter((state) => isOff(meeting(state)));
  expect(off).toEqual(['scheduled', 'rehearsal', 'suspended', 'closed']);
});

test('a meeting can be led from each state to the next, and only a rehearsal goes unnoticed', () => {
  expect(meetingActs(meeting('scheduled'))).toEqual(['rehearse', 'open']);
  expect(meetingActs(meeting('live'))).toEqual(['suspend', 'close']);
  expect(meetingActs(meeting('suspended'))).toContain('resume');
  expect(meetingActs(meeting('scheduled')).filter(isPublic)).toEqual(['open']);
});
