// Oneself: picture (mirrored, as in a mirror), a microphone bar that must move, and the two switches.
import { computed, effect, signal } from '@preact/signals-core';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';

import type { Devices } from '../core/media/devices.ts';
import { t } from '../core/i18n.ts';
import { icon } from './icons.ts';
import { micLevel, type MicLevel } from './meters.ts';
import { define, Part } from './part.ts';
import { picture } from './video.ts';

// What a spoken word exceeds and a quiet room does not.
const kVoice_db = -45;
const kLook_ms = 100;
// A pause in a speech is shorter.
const kQuiet_ms = 8_000;
// A pause between words is shorter: the warning does not come and go with each syllable, and
// nothing moves under their finger.
const kWord_ms = 2_000;

export class SelfView extends Part {
  static override properties: PropertyDeclarations = { compact: { type: Boolean }, server_heard: { attribute: false } };
  declare devices: Devices;
  declare compact: boolean;
  // What the server hears, where it measures; undefined: this page's own measurement is all there is.
  declare server_heard: boolean | undefined;

  readonly heard = signal(false);
  readonly talking_muted = signal(false);
  readonly quiet = signal(false);
  readonly #stream = computed(() => this.devices.stream.value);
  #level: MicLevel | null = null;
  #stops: (() => void)[] = [];
  #quiet_ms = 0;

  constructor() {
    super();
    this.compact = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Properties are set by the template after the element is connected.
    queueMicrotask(() => {
      if (!this.isConnected || this.#stops.length) return;
      this.#stops.push(
        effect(() => {
          this.#level?.close();
          const stream = this.#stream.value;
          this.#level = stream ? micLevel(stream) : null;
          this.heard.value = false;
        }),
      );
      const id = setInterval(() => this.#look(), kLook_ms);
      this.#stops.push(() => clearInterval(id));
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
    this.#level?.close();
    this.#level = null;
  }

  #look(): void {
    const voice = this.#read() > kVoice_db;
    if (voice) this.heard.value = true;
    this.#quiet_ms = voice ? 0 : this.#quiet_ms + kLook_ms;
    // What was said before the press does not count.
    this.talking_muted.value = !this.devices.mic_on.peek() && (voice || (this.talking_muted.peek() && this.#quiet_ms < kWord_ms));
    this.quiet.value = this.#level !== null && this.#quiet_ms >= kQuiet_ms;
  }

  #read = (): number => this.#level?.read() ?? -90;

  override render(): TemplateResult | typeof nothing {
    const stream = this.#stream.value;
    const camera = stream?.getVideoTracks()[0];
    const shown = camera && this.devices.camera_on.value ? camera : undefined;
    return html`<div class="mirror ${shown ? '' : 'dark'}">
        ${shown ? picture({ track: shown, label: t('stage.self'), mirrored: true }) : html`<span class="off">${icon('camera_off')}</span>`}
      </div>
      <div class="mic-line">
        ${icon(this.devices.mic_on.value && stream ? 'mic' : 'mic_off')}
        <level-meter .label=${t('device.level')} .source=${this.#read}></level-meter>
        ${this.#tick()}
      </div>
      ${this.#warning()}`;
  }

  #tick(): TemplateResult | typeof nothing {
    if (!(this.server_heard ?? this.heard.value) || !this.devices.mic_on.value) return nothing;
    return html`<span class="heard">${icon('check')}${t(this.server_heard === undefined ? 'device.mic.works' : 'check.heard')}</span>`;
  }

  #warning(): TemplateResult | typeof nothing {
    const on = this.devices.mic_on.value;
    if (!on && this.talking_muted.value) return html`<p class="mic-warning" role="status">${icon('mic_off')}${t('own.mic.talking')}</p>`;
    if (on && this.quiet.value) return html`<p class="mic-warning" role="status">${icon('alert')}${t('own.mic.silent')}</p>`;
    return nothing;
  }
}

define('self-view', SelfView);

export function deviceSwitches(devices: Devices): TemplateResult | typeof nothing {
  if (!devices.stream.value) return nothing;
  const mic = devices.mic_on.value;
  const camera = devices.camera_on.value;
  const has_camera = devices.stream.value.getVideoTracks().length > 0;
  return html`<div class="switches">
    <button type="button" class="button square switch" data-action="mic" data-on=${mic} aria-label=${t(mic ? 'device.mic.mute' : 'device.mic.unmute')} title=${t(mic ? 'device.mic.mute' : 'device.mic.unmute')} @click=${() => devices.toggleMic()}>
      ${icon(mic ? 'mic' : 'mic_off')}
    </button>
    ${has_camera
      ? html`<button type="button" class="button square switch" data-action="camera" data-on=${camera} aria-label=${t(camera ? 'device.camera.off' : 'device.camera.on')} title=${t(camera ? 'device.camera.off' : 'device.camera.on')} @click=${() => devices.toggleCamera()}>
          ${icon(camera ? 'camera' : 'camera_off')}
        </button>`
      : nothing}
  </div>`;
}
