import { expect, test } from 'vitest';

import { Following } from './following.ts';
import { emptyShelf } from './memory.ts';
import { whereOf } from './token.ts';

test('at first everything is shown', () => {
  const following = new Following(emptyShelf(), 'room-a');
  expect([following.low.value, following.here.value]).toEqual([false, false]);
  expect(following.slots()).toEqual({ audio: 2, video: 2 });
});

test('low data asks for no picture, and is remembered for every room', () => {
  const shelf = emptyShelf();
  const following = new Following(shelf, 'room-a');
  following.setLow(true);
  expect(following.slots()).toEqual({ audio: 2, video: 0 });
  expect(new Following(shelf, 'room-b').low.value).toBe(true);
  following.setLow(false);
  expect(new Following(shelf, 'room-b').low.value).toBe(false);
});

test('being in the room is remembered for this room only', () => {
  const shelf = emptyShelf();
  new Following(shelf, 'room-a').setHere(true);
  expect(new Following(shelf, 'room-a').here.value).toBe(true);
  expect(new Following(shelf, 'room-b').here.value).toBe(false);
});

test('in the room an interpretation is one sound and no picture, and ends with its tab', () => {
  const shelf = emptyShelf();
  const tab = emptyShelf();
  const following = new Following(shelf, 'room-a', tab);
  following.setHere(true);
  expect(following.earphone.value).toBeNull();
  following.setEarphone('fr');
  expect(following.slots()).toEqual({ audio: 1, video: 0 });
  expect(new Following(shelf, 'room-a', tab).earphone.value).toBe('fr');
  expect(new Following(shelf, 'room-a', emptyShelf()).earphone.value).toBeNull();
  following.setEarphone(null);
  expect(new Following(shelf, 'room-a', tab).earphone.value).toBeNull();
});

test('a link may say that one is in the room', () => {
  expect(whereOf('#token=a.b.c&where=room')).toBe('room');
  expect(whereOf('#where=moon')).toBeUndefined();
  expect(whereOf('')).toBeUndefined();
});
