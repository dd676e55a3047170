import { expect, test } from 'vitest';

import type { Readiness } from './protocol.ts';
import { measuresOf, problemsOf } from './readiness.ts';

const full: Readiness = { fit: true, problems: [], band_hz: [120, 15_000], level_db: -23.4, noise_db: -60, loss_percent: 0.24, jitter_ms: 8, round_trip_ms: 45 };

test('what was measured is shown in short numbers', () => {
  expect(measuresOf(full)).toEqual([
    { key: 'ready.measure.band', values: { low: 120, high: 15 } },
    { key: 'ready.measure.level', values: { value: -23 } },
    { key: 'ready.measure.noise', values: { value: -60 } },
    { key: 'ready.measure.lost', values: { value: 0.2 } },
    { key: 'ready.measure.jitter', values: { value: 8 } },
    { key: 'ready.measure.delay', values: { value: 45 } },
  ]);
  expect(measuresOf({ ...full, band_hz: [298.7, 3_412] })[0]?.values).toEqual({ low: 299, high: 3.4 });
});

test('what was not measured is left out', () => {
  expect(measuresOf({ fit: false, problems: [], level_db: -50, noise_db: null })).toEqual([{ key: 'ready.measure.level', values: { value: -50 } }]);
});

test('problems come with the worst first, unknown ones not at all', () => {
  const problems = ['jitter', 'telephone_band', 'moon_phase'] as Readiness['problems'];
  expect(problemsOf({ fit: false, problems })).toEqual(['telephone_band', 'jitter']);
});
