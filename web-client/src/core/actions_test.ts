import { describe, expect, test } from 'vitest';

import { Actions, newKey, Presses } from './actions.ts';
import { RpcError } from './rpc.ts';
import { VirtualTime } from './testing.ts';

describe('a press', () => {
  test('shows pending, then done, then nothing', async () => {
    const time = new VirtualTime();
    const presses = new Presses(time);
    let finish: (value: unknown) => void = () => undefined;
    const run = presses.run('next', () => new Promise((resolve) => (finish = resolve)));
    expect(presses.states.value.get('next')).toBe('pending');
    finish({});
    expect(await run).toBe(true);
    expect(presses.states.value.get('next')).toBe('done');
    await time.pass(900);
    expect(presses.states.value.has('next')).toBe(false);
  });

  test('a second time while the first is pending does nothing', async () => {
    const presses = new Presses(new VirtualTime());
    let count = 0;
    const act = (): Promise<void> => {
      count += 1;
      return Promise.resolve();
    };
    const [first, second] = await Promise.all([presses.run('next', act), presses.run('next', act)]);
    expect([first, second, count]).toEqual([true, false, 1]);
  });

  test('that is refused keeps the refusal until the next press', async () => {
    const presses = new Presses(new VirtualTime());
    expect(await presses.run('next', () => Promise.reject(new RpcError(-32004, 'no_return', '')))).toBe(false);
    expect(presses.refusal.value).toMatchObject({ press: 'next', error: { word: 'no_return' } });
    await presses.run('override', () => Promise.resolve());
    expect(presses.refusal.value).toBeNull();
  });
});

describe('a request to speak', () => {
  const wish = { kind: 'question' as const, topic: 'roads', language: 'fr' };

  test('is sent again with the same key after a lost connection', async () => {
    const keys: unknown[] = [];
    const actions = new Actions((_, params) => {
      keys.push((params as { key: string }).key);
      return keys.length === 1 ? Promise.reject(new RpcError(0, 'disconnected', '')) : Promise.resolve({ position: 2 });
    });
    expect(await actions.requestFloor(wish, 'k1')).toEqual({ position: 2 });
    expect(keys).toEqual(['k1', 'k1']);
  });

  test('that the server refuses is not sent again', async () => {
    let calls = 0;
    const actions = new Actions(() => {
      calls += 1;
      return Promise.reject(new RpcError(-32002, 'list_closed', ''));
    });
    await expect(actions.requestFloor(wish, 'k1')).rejects.toMatchObject({ word: 'list_closed' });
    expect(calls).toBe(1);
  });
});

test('a grant names only what was said', async () => {
  const sent: unknown[] = [];
  const actions = new Actions((method, params) => Promise.resolve(sent.push([method, params])));
  await actions.grant(undefined);
  await actions.grant('r-1', true);
  expect(sent).toEqual([['floor.grant', {}], ['floor.grant', { request: 'r-1', override: true }]]);
});

test('keys are long and differ', () => {
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(newKey()).not.toBe(newKey());
});

test('acts on the meeting as a whole carry what they need, and no more', async () => {
  const sent: unknown[] = [];
  const actions = new Actions((method, params) => Promise.resolve(sent.push([method, params])));
  await actions.rehearse();
  await actions.openMeeting();
  await actions.audience('registered');
  await actions.undo();
  expect(sent).toEqual([
    ['meeting.open', { rehearsal: true }], ['meeting.open', undefined], ['meeting.audience', { audience: 'registered' }], ['floor.undo', undefined],
  ]);
});
