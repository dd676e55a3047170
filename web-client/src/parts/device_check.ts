// The device check: oneself, whether the server hears it and finds it fit, both ways of the network, and one's own voice
// played back. Nothing of it is needed to go on.
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';

import { lastCheck, verdictOf, type Verdict } from '../core/check.ts';
import { known, t, type MessageKey } from '../core/i18n.ts';
import type { Checker } from '../core/media/checker.ts';
import type { Devices } from '../core/media/devices.ts';
import { Echo } from '../core/media/echo.ts';
import { deviceShelf } from '../core/memory.ts';
import type { Network } from '../core/protocol.ts';
import { icon } from './icons.ts';
import { define, Part } from './part.ts';
import { networkLight, readinessDetails } from './readiness.ts';
import './self_view.ts';
import { timeOfDay, type Content } from './words.ts';

type Look = 'good' | 'wait' | 'bad';
const kIcons = { good: 'check', wait: 'clock', bad: 'alert' } as const;

function verdictWord(verdict: Verdict): string {
  return t(`ready.${verdict}`);
}

// The last one, in a line; where to go on without another.
export function lastCheckLine(): Content {
  const last = lastCheck(deviceShelf, Date.now());
  if (!last) return nothing;
  return html`<p class="hint last-check">${icon(last.verdict === 'fit' ? 'check' : 'alert')}<span>${t('check.last', { time: timeOfDay(last.at), verdict: verdictWord(last.verdict) })}</span></p>`;
}

export class DeviceCheck extends Part {
  static override properties: PropertyDeclarations = { devices: { attribute: false }, checker: { attribute: false } };
  declare devices: Devices;
  declare checker: Checker;
  readonly #echo = new Echo();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#echo.stop();
    this.checker.stop();
  }

  override render(): TemplateResult {
    const { devices, checker } = this;
    const stream = devices.stream.value;
    const result = checker.result.value;
    return html`<self-view .devices=${devices} .server_heard=${result?.heard ?? false}></self-view>
      ${devices.problem.value ? this.#problem() : nothing}
      ${!stream && !devices.problem.value ? html`<p class="hint" role="status">${t('request.asking')}</p>` : nothing}
      <p class="verdict" role="status">${stream ? this.#says() : nothing}</p>
      <ul class="measured">
        ${this.#row('up', 'check.up', this.#way(result?.readiness.network))} ${this.#row('down', 'check.down', this.#way(checker.down.value))}
        ${this.#row('udp', 'check.udp', this.#udp())}
      </ul>
      ${result && result.readiness.fit !== null ? readinessDetails(result.readiness) : nothing} ${stream ? this.#voice(stream) : nothing}
      <p class="hint headset">${icon('headphones')}<span>${t('check.headset')}</span></p>`;
  }

  #problem(): TemplateResult {
    return html`<div class="notice warn" role="alert">
      ${icon('alert')}
      <p>${t(`device.${this.devices.problem.value ?? 'busy'}`)}</p>
      <button type="button" class="button" @click=${() => void this.#open()}>${t('app.retry')}</button>
    </div>`;
  }

  async #open(): Promise<void> {
    if (await this.devices.open()) this.checker.restart();
  }

  // One sentence at a time: what is in the way, else what to do, else what came of it.
  #says(): Content {
    const { checker } = this;
    const readiness = checker.result.value?.readiness;
    const line = (look: Look, text: string): TemplateResult => html`<span class="says" data-look=${look}>${icon(kIcons[look])}<span>${text}</span></span>`;
    const verdict = verdictOf(readiness);
    if (verdict === 'fit') return line('good', t('ready.own.fit'));
    if (verdict) return line('bad', t(`ready.own.${verdict}`));
    if (checker.ended.value) return line('wait', known('check.ended', checker.ended.value) ?? t('check.ended.time_over'));
    const refusal = checker.refusal.value;
    if (refusal) return line('bad', known('media.refused', refusal) ?? known('check.refused', refusal) ?? t('check.refused.busy'));
    if (checker.udp.value === 'blocked') return line('bad', t('check.blocked'));
    if (!checker.result.value?.heard) return line('wait', t('check.speak'));
    return line('wait', t('check.judging'));
  }

  #row(name: string, label: MessageKey, value: Content): TemplateResult {
    return html`<li data-way=${name}><span>${t(label)}</span>${value}</li>`;
  }

  #way(word: Network | null | undefined): Content {
    return word ? networkLight(word) : html`<span class="light" data-look="wait">${t('check.measuring')}</span>`;
  }

  #udp(): Content {
    const word = this.checker.udp.value;
    if (!word) return html`<span class="light" data-look="wait">${t('check.measuring')}</span>`;
    return html`<span class="light" data-look=${word === 'works' ? 'good' : 'bad'}>${icon(word === 'works' ? 'check' : 'alert')}${t(`check.udp.${word}`)}</span>`;
  }

  #voice(stream: MediaStream): TemplateResult {
    const state = this.#echo.state.value;
    const busy = state === 'recording' || state === 'playing';
    const words = {
      idle: t('check.record'),
      failed: t('check.record'),
      recording: t('check.recording', { seconds: this.#echo.left_s.value }),
      playing: t('check.playing'),
    };
    return html`<div class="line">
        <button type="button" class="button" data-action="record" data-state=${state} @click=${() => (busy ? this.#echo.stop() : this.#echo.record(stream))}>
          ${icon(busy ? 'stop' : 'mic')}<span>${words[state]}</span>
        </button>
        <button type="button" class="button" data-action="again" ?hidden=${!this.checker.ended.value} @click=${() => this.checker.restart()}>${icon('refresh')}<span>${t('check.again')}</span></button>
      </div>
      ${state === 'failed' ? html`<p class="hint" role="status">${t('check.record.failed')}</p>` : nothing}`;
  }
}

define('device-check', DeviceCheck);
