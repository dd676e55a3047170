import { beforeEach, describe, expect, test } from 'vitest';

import { exampleRequest, exampleState } from './example.ts';
import { emptyShelf, ResumeMemory, type Shelf } from './memory.ts';
import { OwnRequest } from './own_request.ts';
import type { MeetingState } from './protocol.ts';
import { Session } from './session.ts';
import { FakeSocket, settle, VirtualTime } from './testing.ts';

let time: VirtualTime;
let sockets: FakeSocket[];
let session: Session;
let tab: Shelf;
let device: Shelf;

const socket = (): FakeSocket => sockets.at(-1) as FakeSocket;

function open(token?: string): Session {
  const made = new Session({
    open: () => {
      sockets.push(new FakeSocket());
      return socket();
    },
    timers: time,
    now: () => time.now,
    token,
    memory: new ResumeMemory('key', token !== undefined, tab, device),
  });
  made.start();
  return made;
}

async function join(state: MeetingState = exampleState(), resume = 'resume-1'): Promise<void> {
  socket().onopen?.();
  await settle();
  await socket().answer('meeting.join', { participant: 'p-1', resume, media_token: 'media-1', seq: state.seq, ice_servers: [], state });
}

beforeEach(() => {
  time = new VirtualTime();
  sockets = [];
  tab = emptyShelf();
  device = emptyShelf();
  session = open('a.b.c');
});

test('a page that a narrower audience leaves out is told why, and does not come back', async () => {
  await join();
  socket().receive({ method: 'meeting.excluded', params: { code: 'audience_closed', message: 'Closed.' } });
  socket().onclose?.();
  await time.pass(60_000);
  expect(session.refusal.value?.word).toBe('audience_closed');
  expect(session.status.value).toBe('ended');
  expect(sockets).toHaveLength(1);
});

test('each joining says where the page knows its person to be, or nothing', async () => {
  await join();
  expect(socket().last('meeting.join').params).not.toHaveProperty('where');
  let where: 'room' | undefined = 'room';
  const there = new Session({ open: () => (sockets.push(new FakeSocket()), socket()), timers: time, now: () => time.now, token: undefined, memory: new ResumeMemory('other', false, tab, device), where: () => where });
  there.start();
  await join();
  expect(socket().last('meeting.join').params.where).toBe('room');
  where = undefined;
  socket().onclose?.();
  await time.pass(10_000);
  socket().onopen?.();
  await settle();
  expect(socket().last('meeting.join').params).not.toHaveProperty('where');
});

test('readiness is told beside the state, and anew in a new session', async () => {
  await join(exampleState({ queue: [exampleRequest()] }));
  socket().receive({ method: 'floor.readiness', params: { request: 'r-1', readiness: { fit: true, problems: [] } } });
  expect(session.store.queue.value[0]?.readiness?.fit).toBe(true);
  socket().onclose?.();
  await time.pass(400);
  await join(exampleState({ queue: [exampleRequest()] }));
  expect(session.store.queue.value[0]?.readiness ?? null).toBeNull();
});

test('the last device check of each person is kept, and told anew in a new session', async () => {
  await join();
  const known = (participant: string, at: number) => socket().receive({ method: 'check.known', params: { participant, at, readiness: { fit: true, problems: [] } } });
  known('p-2', 1_000);
  known('p-3', 2_000);
  known('p-2', 3_000);
  expect([...session.checks.value.values()].map(({ at }) => at).sort()).toEqual([2_000, 3_000]);
  socket().onclose?.();
  await time.pass(400);
  await join();
  expect(session.checks.value.size).toBe(0);
});

test('moderators’ notes are told beside the state, taken away by an empty one, and told anew in a new session', async () => {
  await join();
  const noted = (request: string, text: string) => socket().receive({ method: 'note.changed', params: { request, text, by: 'Mona', at: 1 } });
  noted('r-1', 'Speaks for two');
  noted('r-2', 'Late');
  noted('r-2', '');
  expect([...session.notes.value.values()].map(({ text }) => text)).toEqual(['Speaks for two']);
  socket().onclose?.();
  await time.pass(400);
  await join();
  expect(session.notes.value.size).toBe(0);
});

describe('joining', () => {
  test('names the token, and the session of before where there was one', async () => {
    socket().onopen?.();
    await settle();
    expect(socket().last('meeting.join').params).toEqual({ token: 'a.b.c' });
    await join();
    socket().onclose?.();
    await time.pass(400);
    socket().onopen?.();
    await settle();
    expect(socket().last('meeting.join').params).toEqual({ token: 'a.b.c', resume: 'resume-1' });
  });

  test('gives the state, the media token and the server’s clock', async () => {
    time.now = 100;
    await join(exampleState({ server_time: 5_100 }));
    expect(session.store.state.value?.meeting.title).toBe('Room A');
    expect(session.media_token.value).toBe('media-1');
    time.now = 1_100;
    expect(session.server_now()).toBe(6_100);
  });

  test('after storage was cleared goes by the token alone', async () => {
    await join();
    sockets = [];
    tab = emptyShelf();
    device = emptyShelf();
    open('a.b.c');
    socket().onopen?.();
    await settle();
    expect(socket().last('meeting.join').params).toEqual({ token: 'a.b.c' });
  });

  test('in a new tab resumes a personal link, but not an anonymous visit', async () => {
    await join();
    tab = emptyShelf();
    open('a.b.c');
    socket().onopen?.();
    await settle();
    expect(socket().last('meeting.join').params.resume).toBe('resume-1');

    device = emptyShelf();
    tab = emptyShelf();
    open();
    await join();
    tab = emptyShelf();
    open();
    socket().onopen?.();
    await settle();
    expect(socket().last('meeting.join').params).toEqual({});
  });

  test('with a refused link is not tried again, and the old session is forgotten', async () => {
    tab.set('key', 'old');
    socket().onopen?.();
    await settle();
    await socket().refuse('meeting.join', -32001, 'token_expired');
    expect(session.refusal.value?.word).toBe('token_expired');
    expect(tab.get('key')).toBeNull();
    await time.pass(60_000);
    expect(sockets).toHaveLength(1);
  });
});

describe('the state', () => {
  test('follows the notifications', async () => {
    await join();
    socket().receive({ method: 'meeting.changed', params: { seq: 11, server_time: 0, set: { queue: [exampleRequest()] } } });
    expect(session.store.queue.value).toHaveLength(1);
  });

  test('is asked for once after a gap, however many changes follow it', async () => {
    await join();
    for (const seq of [13, 14, 15]) socket().receive({ method: 'meeting.changed', params: { seq, server_time: 0, set: {} } });
    await settle();
    expect(socket().sent.filter(({ method }) => method === 'meeting.state')).toHaveLength(1);
    await socket().answer('meeting.state', exampleState({ seq: 15, queue: [exampleRequest()] }));
    expect(session.store.state.value?.seq).toBe(15);
    socket().receive({ method: 'meeting.changed', params: { seq: 16, server_time: 0, set: { queue: [] } } });
    expect(session.store.queue.value).toHaveLength(0);
  });

  test('is replaced whole by meeting.state', async () => {
    await join();
    socket().receive({ method: 'meeting.state', params: exampleState({ seq: 40 }) });
    expect(session.store.state.value?.seq).toBe(40);
  });

  test('shows readiness with its request', async () => {
    await join(exampleState({ queue: [exampleRequest()] }));
    socket().receive({ method: 'floor.readiness', params: { request: 'r-1', readiness: { fit: true, problems: [] } } });
    expect(session.store.queue.value[0]?.readiness?.fit).toBe(true);
  });

  test('tells that another page took over', async () => {
    await join();
    socket().receive({ method: 'meeting.replaced', params: {} });
    expect(session.replaced.value).toBe(true);
  });
});

describe('an own request', () => {
  const change = (seq: number, set: object): void => socket().receive({ method: 'meeting.changed', params: { seq, server_time: 0, set } });

  test('goes through its phases', async () => {
    const own = new OwnRequest(session);
    const seen: string[] = [own.phase.value];
    await join();
    let seq = 11;
    for (const state of ['pending', 'queued', 'standby'] as const) {
      change(seq++, { queue: [exampleRequest({ state })] });
      seen.push(own.phase.value);
    }
    for (const state of ['granted', 'on_air', 'paused', 'held'] as const) {
      change(seq++, { queue: [], floor: [exampleRequest({ state })] });
      seen.push(own.phase.value);
    }
    expect(seen).toEqual(['none', 'pending', 'queued', 'standby', 'granted', 'live', 'paused', 'held']);
  });

  test.each([
    ['queued', false], ['standby', true], ['granted', true], ['on_air', true], ['held', true],
  ] as const)('publishes when %s: %s', async (state, publishes) => {
    const own = new OwnRequest(session);
    await join(exampleState({ queue: [exampleRequest({ state })] }));
    expect(own.publishes.value).toBe(publishes);
  });

  test('that was spoken ends with its time', async () => {
    const own = new OwnRequest(session);
    await join(exampleState({ floor: [exampleRequest({ state: 'on_air', running_since: 0 })] }));
    change(11, { floor: [], last: exampleRequest({ state: 'released', outcome: 'released', elapsed_ms: 178_000 }) });
    expect(own.phase.value).toBe('ended');
    expect(own.ended.value).toEqual({ outcome: 'released', reason: null, spoken_ms: 178_000 });
  });

  test('that was denied says so, even when the word comes after the change', async () => {
    const own = new OwnRequest(session);
    await join(exampleState({ queue: [exampleRequest()] }));
    change(11, { queue: [] });
    expect(own.ended.value?.outcome).toBe('closed');
    socket().receive({ method: 'floor.ended', params: exampleRequest({ state: 'denied', outcome: 'denied', outcome_reason: 'off topic' }) });
    expect(own.ended.value).toMatchObject({ outcome: 'denied', reason: 'off topic' });
  });

  test('that oneself withdrew is called so', async () => {
    const own = new OwnRequest(session);
    await join(exampleState({ queue: [exampleRequest()] }));
    own.withdrawing('r-1');
    change(11, { queue: [] });
    expect(own.ended.value?.outcome).toBe('withdrawn');
  });

  test('that begins anew forgets how the last one ended', async () => {
    const own = new OwnRequest(session);
    await join(exampleState({ queue: [exampleRequest()] }));
    change(11, { queue: [] });
    change(12, { queue: [exampleRequest({ request: 'r-2' })] });
    expect(own.phase.value).toBe('queued');
    expect(own.ended.value).toBeNull();
  });
});
