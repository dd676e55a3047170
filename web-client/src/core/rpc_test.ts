import { beforeEach, describe, expect, test } from 'vitest';

import { Rpc, RpcError } from './rpc.ts';
import { FakeSocket, settle, VirtualTime } from './testing.ts';

let time: VirtualTime;
let sockets: FakeSocket[];
let notified: unknown[];
let rpc: Rpc;

const socket = (): FakeSocket => sockets.at(-1) as FakeSocket;

beforeEach(() => {
  time = new VirtualTime();
  sockets = [];
  notified = [];
  rpc = new Rpc({
    open: () => {
      sockets.push(new FakeSocket());
      return socket();
    },
    timers: time,
    greet: async (call) => {
      await call('meeting.join');
    },
    final: (error) => error instanceof RpcError && error.code === -32001,
    notified: (method, params) => notified.push([method, params]),
  });
});

async function join(): Promise<void> {
  socket().onopen?.();
  await socket().answer('meeting.join', {});
}

describe('a connection', () => {
  test('greets before any other call leaves', async () => {
    rpc.start();
    const call = rpc.call('floor.request');
    socket().onopen?.();
    await settle();
    expect(socket().sent.map(({ method }) => method)).toEqual(['meeting.join']);
    await socket().answer('meeting.join', {});
    await socket().answer('floor.request', { position: 1 });
    await expect(call).resolves.toEqual({ position: 1 });
  });

  test('gives each answer to its question, in whatever order they come', async () => {
    rpc.start();
    await join();
    const first = rpc.call('a');
    const second = rpc.call('b');
    await settle();
    await socket().answer('b', 2);
    await socket().answer('a', 1);
    expect([await first, await second]).toEqual([1, 2]);
  });

  test('hands on the stable word of a refusal', async () => {
    rpc.start();
    await join();
    const call = rpc.call('floor.grant');
    await settle();
    await socket().refuse('floor.grant', -32004, 'no_return');
    await expect(call).rejects.toMatchObject({ code: -32004, word: 'no_return' });
  });

  test('hands on notifications and survives what is no message', async () => {
    rpc.start();
    await join();
    socket().onmessage?.({ data: '{' });
    socket().onmessage?.({ data: 'null' });
    socket().onmessage?.({ data: new ArrayBuffer(2) });
    socket().receive({ method: 'meeting.changed', params: { seq: 2 } });
    expect(notified).toEqual([['meeting.changed', { seq: 2 }]]);
  });
});

describe('a lost connection', () => {
  test('rejects what is under way and is opened again after a delay', async () => {
    rpc.start();
    await join();
    const call = rpc.call('a');
    await settle();
    socket().onclose?.();
    await expect(call).rejects.toMatchObject({ word: 'disconnected' });
    expect(rpc.status.value).toBe('waiting');
    await time.pass(399);
    expect(sockets).toHaveLength(1);
    await time.pass(1);
    expect(sockets).toHaveLength(2);
    await join();
    expect(rpc.status.value).toBe('open');
  });

  test('waits longer each time until a joining succeeds', async () => {
    rpc.start();
    socket().onclose?.();
    await time.pass(400);
    socket().onclose?.();
    await time.pass(719);
    expect(sockets).toHaveLength(2);
    await time.pass(1);
    expect(sockets).toHaveLength(3);
    await join();
    socket().onclose?.();
    await time.pass(400);
    expect(sockets).toHaveLength(4);
  });

  test('is tried at once when the network comes back', () => {
    rpc.start();
    socket().onclose?.();
    rpc.hurry();
    expect(sockets).toHaveLength(2);
  });

  test('keeps a call until it is back, but not for ever', async () => {
    rpc.start();
    socket().onclose?.();
    const kept = rpc.call('a');
    await time.pass(400);
    await join();
    await socket().answer('a', 'done');
    await expect(kept).resolves.toBe('done');

    socket().onclose?.();
    const given_up = expect(rpc.call('b')).rejects.toMatchObject({ word: 'disconnected' });
    await time.pass(8_000);
    await given_up;
  });

  test('is noticed by an answer that does not come', async () => {
    rpc.start();
    await join();
    const call = expect(rpc.call('a')).rejects.toMatchObject({ word: 'timeout' });
    await time.pass(10_000);
    await call;
    expect(sockets[0]?.closed).toBe(true);
    await time.pass(400);
    expect(sockets).toHaveLength(2);
  });

  test('does not hear the old socket any more', async () => {
    rpc.start();
    const old = socket();
    old.onclose?.();
    await time.pass(400);
    await join();
    old.receive({ method: 'meeting.changed', params: {} });
    old.onclose?.();
    expect(notified).toEqual([]);
    expect(rpc.status.value).toBe('open');
  });
});

test('a final refusal ends the connection for good', async () => {
  rpc.start();
  socket().onopen?.();
  await socket().refuse('meeting.join', -32001, 'token_expired');
  expect(rpc.status.value).toBe('ended');
  await time.pass(60_000);
  expect(sockets).toHaveLength(1);
  await expect(rpc.call('a')).rejects.toMatchObject({ word: 'disconnected' });
});

test('a passing refusal to join is tried again', async () => {
  rpc.start();
  socket().onopen?.();
  await socket().refuse('meeting.join', -32005, 'too_many');
  await time.pass(400);
  expect(sockets).toHaveLength(2);
});
