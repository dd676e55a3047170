import { expect, test } from 'vitest';

import { bytesOf, megabytes, Usage, UsageRate } from './usage.ts';

test('only transports count, in both directions', () => {
  const reports = [{ type: 'transport', bytesReceived: 700, bytesSent: 50 }, { type: 'inbound-rtp', bytesReceived: 690 }, { type: 'codec' }];
  expect(bytesOf(reports)).toBe(750);
  expect(bytesOf([])).toBe(0);
});

test('a new connection adds to what the old one has used', () => {
  const usage = new Usage();
  const [first, second] = [{}, {}];
  for (const bytes of [0, 500, 900]) usage.see(first, bytes);
  for (const bytes of [1_000, 1_100]) usage.see(second, bytes);
  expect(usage.bytes).toBe(2_000);
});

test('the rate is over the last ten seconds, and nothing at first', () => {
  const rate = new UsageRate();
  expect(rate.kbps).toBe(0);
  rate.see(5_000, 1_000);
  expect(rate.kbps).toBe(0);
  rate.see(15_000, 3_000);
  expect(rate.kbps).toBe(40); // 10,000 bytes in 2 s
  for (let at = 5_000; at <= 21_000; at += 2_000) rate.see(15_000, at);
  expect(rate.kbps).toBe(0);
  rate.see(40_000, 23_000);
  expect(rate.kbps).toBe(20); // 25,000 bytes in 10 s
});

test.each([[0, 0], [440_000, 0.4], [9_940_000, 9.9], [12_400_000, 12]])('%i bytes are %f MB', (bytes, shown) => {
  expect(megabytes(bytes)).toBe(shown);
});
