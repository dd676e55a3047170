// Times and levels as people read them. Digits are Latin in every language, so that clocks do not jump in width.

// "1:12", "12:05", "1:02:03"; over the limit the caller adds the sign.
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// How long a meeting has lasted, as wide in its first minute as in its third hour: "00:42:10".
export function hoursText(ms: number): string {
  const text = clockText(ms);
  return '00:00:00'.slice(0, Math.max(0, 8 - text.length)) + text;
}

export type SpeechPhase = 'running' | 'closing' | 'over';

// Amber in the last 30 seconds, then it counts over.
const kClosing_ms = 30_000;

export interface SpeechTime {
  text: string;
  phase: SpeechPhase;
  fraction: number; // of the limit that is used, 0…1
}

export function speechTime(elapsed_ms: number, limit_s: number | null | undefined): SpeechTime {
  if (!limit_s) return { text: clockText(elapsed_ms), phase: 'running', fraction: 0 };
  const left = limit_s * 1000 - elapsed_ms;
  const fraction = Math.min(1, elapsed_ms / (limit_s * 1000));
  if (left <= 0) return { text: `+${clockText(-left)}`, phase: 'over', fraction };
  // Rounded up: 3:00 is shown for the first second, 0:00 only when the time is over.
  const text = clockText(Math.ceil(left / 1000) * 1000);
  return { text, phase: left <= kClosing_ms ? 'closing' : 'running', fraction };
}

// Whole seconds until a moment, rounded up: 0 when it has come.
export function secondsUntil(moment: number, now: number): number {
  return Math.max(0, Math.ceil((moment - now) / 1000));
}

export function waitMinutes(estimate_s: number | null | undefined): number | null {
  return estimate_s == null ? null : Math.max(1, Math.round(estimate_s / 60));
}

// Where a level stands on a meter from −60 to 0 dBFS.
export function meterFraction(level_db: number | null | undefined): number {
  return level_db == null ? 0 : Math.min(1, Math.max(0, (level_db + 60) / 60));
}

export type MeterZone = 'low' | 'good' | 'high' | 'peak';

export function meterZone(level_db: number): MeterZone {
  if (level_db > -9) return 'peak';
  if (level_db > -20) return 'high';
  return level_db > -50 ? 'good' : 'low';
}

// A meter rises at once and falls 20 dB in 1.7 s (IEC 60268-10 type I, as consoles do).
const kFall_db_per_ms = 20 / 1700;

export function meterFall(shown_db: number, level_db: number, passed_ms: number): number {
  return Math.max(level_db, shown_db - kFall_db_per_ms * passed_ms, -90);
}

// Languages in their own script: a person finds the own one whatever the page speaks.
const kAutonyms: Readonly<Record<string, string>> = {
  en: 'English', fr: 'Français', es: 'Español', ar: 'العربية', zh: '中文', ru: 'Русский', pt: 'Português', de: 'Deutsch', it: 'Italiano', ja: '日本語',
};

export function languageName(code: string): string {
  const known = kAutonyms[code];
  if (known) return known;
  try {
    return new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

// The person's initials for the round badge beside a name.
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => /\p{L}/u.test(word));
  const first = (word: string | undefined): string => /\p{L}/u.exec(word ?? '')?.[0] ?? '';
  return (first(words[0]) + (words.length > 1 ? first(words.at(-1)) : '')).toLocaleUpperCase();
}
