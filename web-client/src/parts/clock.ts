// Clocks that run by themselves, so that a page is not rendered anew each second.
import { signal } from '@preact/signals-core';
import { html, nothing, svg, type PropertyDeclarations } from 'lit';

import { clockText, speechTime } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import { elapsed, isChair, type FloorRequest } from '../core/protocol.ts';
import { define, Part } from './part.ts';
import { timeOfDay } from './words.ts';

// One beat for all; a quarter second keeps a shown second within that of the truth.
const kBeat_ms = 250;
export const beat = signal(0);
setInterval(() => (beat.value += 1), kBeat_ms);

type Now = () => number;

// Read in a render, it brings the next one.
function beats(): boolean {
  return beat.value >= 0;
}

const kRing = 2 * Math.PI * 44;

// The time of a speech: what is left of the limit, amber at the end, then counting over.
export class SpeechClock extends Part {
  static override properties: PropertyDeclarations = { request: { attribute: false }, now: { attribute: false }, ring: { type: Boolean } };
  declare request: FloorRequest | null;
  declare now: Now;
  declare ring: boolean;

  constructor() {
    super();
    this.request = null;
    this.now = Date.now;
    this.ring = false;
  }

  override render(): unknown {
    // Nobody counts the chair's time.
    this.hidden = this.request !== null && isChair(this.request);
    if (!beats() || !this.request || this.hidden) return nothing;
    const spoken = elapsed(this.request, this.now());
    const { text, phase, fraction } = speechTime(spoken, this.request.limit_s);
    this.dataset.phase = phase;
    const shown = phase === 'over' ? t('list.over', { time: text }) : this.request.limit_s ? t('list.left', { time: text }) : t('list.spoken', { time: text });
    const spoken_name = html`<span class="unseen">${shown}</span>`;
    if (!this.ring) return html`<span class="digits" aria-hidden="true">${text}</span>${spoken_name}`;
    return html`<svg viewBox="0 0 100 100" aria-hidden="true">
        <circle class="track" cx="50" cy="50" r="44" />
        ${svg`<circle class="used" cx="50" cy="50" r="44" stroke-dasharray=${kRing} stroke-dashoffset=${kRing * (1 - fraction)} />`}
      </svg>
      <span class="digits" aria-hidden="true">${text}</span>${spoken_name}`;
  }
}

// Says once that the time is nearly over, and that it is: to who does not look at the clock.
export class TimeCall extends Part {
  static override properties: PropertyDeclarations = { request: { attribute: false }, now: { attribute: false } };
  declare request: FloorRequest | null;
  declare now: Now;

  constructor() {
    super();
    this.request = null;
    this.now = Date.now;
  }

  override render(): unknown {
    const runs = beats() && this.request?.running_since != null;
    const phase = runs && this.request ? speechTime(elapsed(this.request, this.now()), this.request.limit_s).phase : 'running';
    return html`<span class="unseen" role="status">${phase === 'closing' ? t('own.closing') : phase === 'over' ? t('own.over') : nothing}</span>`;
  }
}

// How long something has lasted: "2:10".
export class SinceClock extends Part {
  static override properties: PropertyDeclarations = { since: { type: Number }, now: { attribute: false } };
  declare since: number;
  declare now: Now;

  constructor() {
    super();
    this.since = 0;
    this.now = Date.now;
  }

  override render(): unknown {
    beats();
    return clockText(this.now() - this.since);
  }
}

// The time of day by the server's clock.
export class DayClock extends Part {
  static override properties: PropertyDeclarations = { now: { attribute: false } };
  declare now: Now;

  constructor() {
    super();
    this.now = Date.now;
  }

  override render(): unknown {
    beats();
    return html`<time>${timeOfDay(this.now())}</time>`;
  }
}

define('speech-clock', SpeechClock);
define('time-call', TimeCall);
define('since-clock', SinceClock);
define('day-clock', DayClock);
