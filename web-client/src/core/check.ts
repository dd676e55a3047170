// The device check as values: what is to be said of what was measured, and what is remembered of it on this device.
import type { Shelf } from './memory.ts';
import type { Network, Readiness, ReadinessProblem } from './protocol.ts';
import { problemsOf } from './readiness.ts';

// Sound that was received: totals since the beginning.
export interface Received {
  packets: number;
  lost: number;
  jitter_s: number;
}

// Two seconds of sound; fewer packets say more about chance than about the way.
const kLeastPackets = 100;
// As the server judges the other way (server/app/speaker_readiness.h).
const kSomeLost = 0.01;
const kTooManyLost = 0.02;
const kSomeJitter_s = 0.02;
const kTooMuchJitter_s = 0.03;

export function downWord({ packets, lost, jitter_s }: Received): Network | null {
  const all = packets + Math.max(0, lost);
  if (all < kLeastPackets) return null;
  const share = Math.max(0, lost) / all;
  if (share > kTooManyLost || jitter_s > kTooMuchJitter_s) return 'poor';
  return share > kSomeLost || jitter_s > kSomeJitter_s ? 'fair' : 'good';
}

// The sum over all streams of sound in a report of WebRTC's statistics.
export function receivedOf(reports: Iterable<{ type: string }>): Received {
  const sum: Received = { packets: 0, lost: 0, jitter_s: 0 };
  for (const report of reports) {
    if (report.type !== 'inbound-rtp') continue;
    const { kind, packetsReceived = 0, packetsLost = 0, jitter = 0 } = report as { kind?: string; packetsReceived?: number; packetsLost?: number; jitter?: number };
    if (kind !== 'audio') continue;
    sum.packets += packetsReceived;
    sum.lost += packetsLost;
    sum.jitter_s = Math.max(sum.jitter_s, jitter);
  }
  return sum;
}

// One word for the whole: the worst problem, or that it is fit; null: not judged yet.
export type Verdict = ReadinessProblem | 'fit' | 'unfit';

export function verdictOf(readiness: Readiness | null | undefined): Verdict | null {
  if (readiness?.fit == null) return null;
  return readiness.fit ? 'fit' : (problemsOf(readiness)[0] ?? 'unfit');
}

export interface LastCheck {
  at: number; // ms since 1970
  verdict: Verdict;
}

const kKey = 'plenary.check';
// Another day, another room, another headset.
const kRemembered_ms = 24 * 3_600_000;
const kVerdicts: readonly string[] = ['fit', 'unfit', 'telephone_band', 'clipping', 'noisy', 'too_quiet', 'loss', 'jitter'];

export function rememberCheck(shelf: Shelf, check: LastCheck): void {
  shelf.set(kKey, JSON.stringify(check));
}

export function lastCheck(shelf: Shelf, now: number): LastCheck | null {
  try {
    const { at, verdict } = JSON.parse(shelf.get(kKey) ?? '{}') as Partial<LastCheck>;
    if (typeof at !== 'number' || typeof verdict !== 'string' || !kVerdicts.includes(verdict)) return null;
    return now - at < kRemembered_ms && now >= at ? { at, verdict } : null;
  } catch {
    return null;
  }
}
