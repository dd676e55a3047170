import { describe, expect, test } from 'vitest';

import { exampleRequest, exampleState } from './example.ts';
import { holdsFloor, MeetingStore } from './store.ts';

function store(fields = {}): MeetingStore {
  const made = new MeetingStore();
  made.replace(exampleState(fields));
  return made;
}

describe('folding', () => {
  test('a change replaces the members it names and leaves the others', () => {
    const made = store({ last: exampleRequest() });
    expect(made.change({ seq: 11, server_time: 2_000, set: { queue: [exampleRequest()] } })).toBe('applied');
    expect(made.queue.value).toHaveLength(1);
    expect(made.state.value?.last).not.toBeNull();
    expect(made.state.value?.seq).toBe(11);
  });

  test('a gap is told and changes nothing', () => {
    const made = store();
    expect(made.change({ seq: 12, server_time: 2_000, set: { queue: [exampleRequest()] } })).toBe('gap');
    expect(made.queue.value).toHaveLength(0);
  });

  test('a change that is known already changes nothing', () => {
    const made = store();
    expect(made.change({ seq: 10, server_time: 2_000, set: { queue: [exampleRequest()] } })).toBe('old');
    expect(made.queue.value).toHaveLength(0);
  });

  test('a change before any state is a gap', () => {
    expect(new MeetingStore().change({ seq: 1, server_time: 0, set: {} })).toBe('gap');
  });
});

describe('the chair', () => {
  test('speaks apart from what the same person asked for', () => {
    const state = exampleState();
    const person = { participant: state.you.participant, name: 'Chandra' };
    const made = store({ queue: [exampleRequest({ request: 'r-1', person })], floor: [exampleRequest({ request: 'r-2', kind: 'chair', state: 'on_air', person })] });
    expect(made.mine.value?.request).toBe('r-1');
    expect(made.mineAsChair.value?.request).toBe('r-2');
  });

  test('somebody else’s speech as chair is not this person’s', () => {
    expect(store({ floor: [exampleRequest({ kind: 'chair', state: 'on_air', person: { participant: 'p-99', name: 'Chandra' } })] }).mineAsChair.value).toBeNull();
  });
});

describe('readiness', () => {
  const fit = { fit: true, problems: [] };

  test('is shown with its request, also after the list has changed', () => {
    const made = store({ queue: [exampleRequest(), exampleRequest({ request: 'r-2' })] });
    made.tellReadiness({ request: 'r-1', readiness: fit });
    made.change({ seq: 11, server_time: 0, set: { queue: [], floor: [exampleRequest({ state: 'on_air' })] } });
    expect(made.floor.value[0]?.readiness).toEqual(fit);
    expect(made.mine.value?.readiness).toEqual(fit);
  });

  test('is nobody else’s, and ends when the server says so', () => {
    const made = store({ queue: [exampleRequest(), exampleRequest({ request: 'r-2' })] });
    made.tellReadiness({ request: 'r-2', readiness: fit });
    expect(made.queue.value.map(({ readiness }) => readiness ?? null)).toEqual([null, fit]);
    made.tellReadiness({ request: 'r-2', readiness: null });
    expect(made.queue.value.map(({ readiness }) => readiness ?? null)).toEqual([null, null]);
  });
});

describe('one own request', () => {
  test('is found in the queue', () => {
    expect(store({ queue: [exampleRequest({ request: 'r-7' })] }).mine.value?.request).toBe('r-7');
  });

  test('on the floor comes before one in the queue', () => {
    const made = store({ queue: [exampleRequest()], floor: [exampleRequest({ request: 'r-2', state: 'on_air' })] });
    expect(made.mine.value?.request).toBe('r-2');
  });

  test('is nobody else’s', () => {
    const other = exampleRequest({ person: { participant: 'p-2', name: 'Other' } });
    expect(store({ queue: [other] }).mine.value).toBeNull();
  });
});

describe('the picture beside the room’s', () => {
  const remote = (where: 'remote' | 'room', participant: string, state: 'on_air' | 'granted' = 'on_air') =>
    exampleRequest({ state, person: { participant, name: 'X', where } });

  test('is a remote speaker on air', () => {
    expect(store({ floor: [remote('remote', 'p-2')] }).remoteSpeaker.value?.person.participant).toBe('p-2');
  });

  test.each([
    ['somebody in the room', remote('room', 'p-2')],
    ['oneself', remote('remote', 'p-1')],
    ['somebody who is not on air yet', remote('remote', 'p-2', 'granted')],
  ])('is never %s', (_, request) => {
    expect(store({ floor: [request] }).remoteSpeaker.value).toBeNull();
  });
});

test.each([
  ['queued', false], ['standby', false], ['granted', true], ['on_air', true], ['paused', true], ['held', true], ['released', false],
] as const)('%s holds the floor: %s', (state, holds) => {
  expect(holdsFloor(exampleRequest({ state }))).toBe(holds);
});

describe('readiness', () => {
  const fit = { fit: true, problems: [], level_db: -23 };

  test('is kept beside its request through later changes of the list', () => {
    const made = store({ queue: [exampleRequest(), exampleRequest({ request: 'r-2' })] });
    made.tellReadiness({ request: 'r-1', readiness: fit });
    expect(made.queue.value.map(({ readiness }) => readiness ?? null)).toEqual([fit, null]);
    made.change({ seq: 11, server_time: 0, set: { queue: [], floor: [exampleRequest({ state: 'on_air' })] } });
    expect(made.floor.value[0]?.readiness).toEqual(fit);
  });

  test('that is taken back is gone', () => {
    const made = store({ queue: [exampleRequest()] });
    made.tellReadiness({ request: 'r-1', readiness: fit });
    made.tellReadiness({ request: 'r-1', readiness: null });
    expect(made.queue.value[0]?.readiness).toBeNull();
  });

  test('ends with its request', () => {
    const made = store({ queue: [exampleRequest()] });
    made.tellReadiness({ request: 'r-1', readiness: fit });
    made.change({ seq: 11, server_time: 0, set: { queue: [] } });
    made.change({ seq: 12, server_time: 0, set: { queue: [exampleRequest()] } });
    expect(made.queue.value[0]?.readiness ?? null).toBeNull();
  });

  test('of an earlier session is forgotten', () => {
    const made = store({ queue: [exampleRequest()] });
    made.tellReadiness({ request: 'r-1', readiness: fit });
    made.forgetReadiness();
    made.replace(exampleState({ queue: [exampleRequest()] }));
    expect(made.queue.value[0]?.readiness ?? null).toBeNull();
  });
});
