import { expect, test } from 'vitest';

import { onNetworkChange } from './network.ts';

class FakeConnection extends EventTarget {
  type: string | undefined = 'wifi';

  become(type: string): void {
    this.type = type;
    this.dispatchEvent(new Event('change'));
  }
}

test('another kind of network is a change, another estimate of the same and the loss of all are not', () => {
  const connection = new FakeConnection();
  let changes = 0;
  const stop = onNetworkChange(() => (changes += 1), new EventTarget(), connection);
  connection.become('wifi');
  expect(changes).toBe(0);
  connection.become('cellular');
  expect(changes).toBe(1);
  connection.become('none');
  expect(changes).toBe(1);
  connection.become('cellular');
  expect(changes).toBe(2);
  stop();
  connection.become('wifi');
  expect(changes).toBe(2);
});

test('so is to be on a network again, also where the browser tells no more than that', () => {
  const place = new EventTarget();
  let changes = 0;
  const stop = onNetworkChange(() => (changes += 1), place, null);
  place.dispatchEvent(new Event('online'));
  expect(changes).toBe(1);
  stop();
  place.dispatchEvent(new Event('online'));
  expect(changes).toBe(1);
});
