import { describe, expect, test } from 'vitest';

import { downWord, lastCheck, receivedOf, rememberCheck, verdictOf } from './check.ts';
import { emptyShelf } from './memory.ts';

describe('the way from the room', () => {
  test('has no word before two seconds of sound', () => {
    expect(downWord({ packets: 60, lost: 0, jitter_s: 0 })).toBeNull();
  });

  test('is judged by loss and jitter', () => {
    expect(downWord({ packets: 500, lost: 0, jitter_s: 0.004 })).toBe('good');
    expect(downWord({ packets: 500, lost: 7, jitter_s: 0.004 })).toBe('fair');
    expect(downWord({ packets: 500, lost: 0, jitter_s: 0.025 })).toBe('fair');
    expect(downWord({ packets: 500, lost: 20, jitter_s: 0.004 })).toBe('poor');
    expect(downWord({ packets: 500, lost: 0, jitter_s: 0.05 })).toBe('poor');
  });

  test('is not better for packets that came twice', () => {
    expect(downWord({ packets: 500, lost: -4, jitter_s: 0 })).toBe('good');
  });

  test('counts sound and nothing else', () => {
    const reports = [
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: 1, jitter: 0.002 },
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 50, packetsLost: 0, jitter: 0.01 },
      { type: 'inbound-rtp', kind: 'video', packetsReceived: 900, packetsLost: 300, jitter: 0.9 },
      { type: 'transport' },
    ];
    expect(receivedOf(reports)).toEqual({ packets: 150, lost: 1, jitter_s: 0.01 });
  });
});

describe('the verdict in one word', () => {
  test('is open until they have spoken', () => {
    expect(verdictOf(null)).toBeNull();
    expect(verdictOf({ fit: null, problems: [] })).toBeNull();
  });

  test('is the worst of the problems', () => {
    expect(verdictOf({ fit: true, problems: [] })).toBe('fit');
    expect(verdictOf({ fit: false, problems: ['loss', 'telephone_band'] })).toBe('telephone_band');
    expect(verdictOf({ fit: false, problems: [] })).toBe('unfit');
  });
});

describe('what is remembered of the last check', () => {
  test('is its verdict, for a day', () => {
    const shelf = emptyShelf();
    rememberCheck(shelf, { at: 1_000, verdict: 'noisy' });
    expect(lastCheck(shelf, 2_000)).toEqual({ at: 1_000, verdict: 'noisy' });
    expect(lastCheck(shelf, 1_000 + 24 * 3_600_000)).toBeNull();
  });

  test('is nothing where the storage holds nonsense', () => {
    const shelf = emptyShelf();
    expect(lastCheck(shelf, 0)).toBeNull();
    for (const nonsense of ['{', 'null', '{"at":"now","verdict":"fit"}', '{"at":1,"verdict":"<b>"}']) {
      shelf.set('plenary.check', nonsense);
      expect(lastCheck(shelf, 2)).toBeNull();
    }
  });
});
