import { expect, test } from 'vitest';

import { encodingsOf } from './simulcast.ts';

const rids = (width?: number, height?: number) => encodingsOf({ width, height }).map(({ rid }) => rid);

test('a camera of 540 lines or more is sent in three sizes, the lowest first', () => {
  expect(rids(1280, 720)).toEqual(['l', 'm', 'h']);
  expect(rids(960, 540)).toEqual(['l', 'm', 'h']);
  expect(encodingsOf({ width: 1280, height: 720 }).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
});

test('a smaller one in two, and one that is small already or says nothing in one', () => {
  expect(rids(640, 480)).toEqual(['l', 'h']);
  expect(rids(640, 360)).toEqual(['l', 'h']);
  expect(rids(320, 240)).toEqual([undefined]);
  expect(rids()).toEqual([undefined]);
});

test('a camera that is held upright counts as one that lies', () => {
  expect(rids(720, 1280)).toEqual(['l', 'm', 'h']);
});

test('all sizes and the sound stay below what the server asks for at most', () => {
  for (const height of [720, 480, 240]) {
    const all = encodingsOf({ width: height * 2, height }).reduce((sum, { maxBitrate }) => sum + (maxBitrate ?? 0), 0);
    expect(all * 1.06 + 92_000).toBeLessThan(2_500_000);
  }
});
