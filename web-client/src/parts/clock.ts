// Clocks that run by themselves, so that a page is not rendered anew each second.
import { signal } from '@preact/signals-core';
import { html, nothing, svg, type PropertyDeclarations } from 'lit';

import { clockText, hoursText, secondsUntil, speechTime } from '../core/format.ts';
import { pieces, t, type MessageKey } from '../core/i18n.ts';
import { elapsed, isChair, type FloorRequest } from '../core/protocol.ts';
import { closesSoon } from '../core/floor.ts';
import { icon } from './icons.ts';
import { define, Part } from './part.ts';
import { bdi, timeOfDay } from './words.ts';

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

// "Answer within 0:24", as long as there is something to wait for. Who has seconds left is not read to at each of them: a live
// region beside it says it once.
export class CountDown extends Part {
  static override properties: PropertyDeclarations = { until: { attribute: false }, words: { attribute: false }, named: { attribute: false }, now: { attribute: false } };
  declare until: number | null | undefined;
  declare words: MessageKey; // has a {time}, and maybe a {name}
  declare named: string;
  declare now: Now;

  constructor() {
    super();
    this.until = null;
    this.words = 'own.answer';
    this.named = '';
    this.now = Date.now;
  }

  override render(): unknown {
    const seconds = beats() && this.until != null ? secondsUntil(this.until, this.now()) : 0;
    this.hidden = seconds === 0;
    if (!seconds) return nothing;
    return html`${icon('clock')}<span>${pieces(this.words, { time: html`<span class="digits">${clockText(seconds * 1000)}</span>`, name: bdi(this.named) })}</span>`;
  }
}

// A microphone that the meeting closes by itself: everybody reads it, with the name, from when the time is over or nearly.
// `said` is read out, once: where the same name stands on a page twice, in one place only.
export class ClosingNote extends Part {
  static override properties: PropertyDeclarations = { request: { attribute: false }, now: { attribute: false }, said: { type: Boolean } };
  declare request: FloorRequest | null;
  declare now: Now;
  declare said: boolean;

  constructor() {
    super();
    this.request = null;
    this.now = Date.now;
    this.said = false;
  }

  override render(): unknown {
    const request = this.request;
    const near = beats() && request !== null && closesSoon(request, this.now());
    this.dataset.near = String(near);
    const name = request?.person.name ?? '';
    return html`<count-down class="state order" .until=${near ? request.closes_at : null} .words=${'list.closes'} .named=${name} .now=${this.now}></count-down>
      ${this.said ? html`<span class="unseen" role="status">${near ? pieces('list.closes.said', { name: bdi(name) }) : nothing}</span>` : nothing}`;
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

// How long something has lasted: "2:10"; with `hours`, of what lasts for hours: "00:02:10".
export class SinceClock extends Part {
  static override properties: PropertyDeclarations = { since: { type: Number }, now: { attribute: false }, hours: { type: Boolean } };
  declare since: number;
  declare now: Now;
  declare hours: boolean;

  constructor() {
    super();
    this.since = 0;
    this.hours = false;
    this.now = Date.now;
  }

  override render(): unknown {
    beats();
    return (this.hours ? hoursText : clockText)(this.now() - this.since);
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
define('count-down', CountDown);
define('closing-note', ClosingNote);
define('time-call', TimeCall);
define('since-clock', SinceClock);
define('day-clock', DayClock);
