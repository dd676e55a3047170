// The server's verdict on what arrives from a speaker, as numbers to be shown. Reference: ISO 20109 asks for 125 Hz to
// 15 kHz where an interpreter listens.
import type { MessageKey, Values } from './i18n.ts';
import type { Readiness, ReadinessProblem } from './protocol.ts';

const kProblems: readonly ReadinessProblem[] = ['telephone_band', 'clipping', 'noisy', 'too_quiet', 'loss', 'jitter'];

// Those that this page has words for, the worst for an interpreter first.
export function problemsOf({ problems }: Readiness): ReadinessProblem[] {
  return kProblems.filter((problem) => problems.includes(problem));
}

export interface Measure {
  key: MessageKey;
  values: Values;
}

function short(value: number): number {
  return Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}

// What was measured, in the order of the signal's way; what was not is left out.
export function measuresOf(readiness: Readiness): Measure[] {
  const { band_hz, level_db, noise_db, loss_percent, jitter_ms, round_trip_ms } = readiness;
  const one = (key: MessageKey, value: number | null | undefined): Measure[] => (value == null ? [] : [{ key, values: { value: short(value) } }]);
  return [
    ...(band_hz ? [{ key: 'ready.measure.band' as const, values: { low: Math.round(band_hz[0]), high: short(band_hz[1] / 1000) } }] : []),
    ...one('ready.measure.level', level_db),
    ...one('ready.measure.noise', noise_db),
    ...one('ready.measure.lost', loss_percent),
    ...one('ready.measure.jitter', jitter_ms),
    ...one('ready.measure.delay', round_trip_ms),
  ];
}
