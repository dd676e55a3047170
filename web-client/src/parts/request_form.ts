// The form of a request to speak. Opening it opens camera and microphone, so that the permission prompt comes now and not
// after the grant; nothing is sent anywhere before the person is called.
import { computed, signal, type Signal } from '@preact/signals-core';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { newKey, type Actions, type NewRequest, type Presses } from '../core/actions.ts';
import type { Devices } from '../core/media/devices.ts';
import { holders } from '../core/floor.ts';
import { languageName } from '../core/format.ts';
import { locale, t } from '../core/i18n.ts';
import type { MeetingState, RequestKind } from '../core/protocol.ts';
import { lastCheckLine } from './device_check.ts';
import { closeDialog, dialogHead } from './head.ts';
import { icon } from './icons.ts';
import { define, Part } from './part.ts';
import './self_view.ts';
import { errorText } from './words.ts';
import { kText, textField } from './text_field.ts';

// Characters; the server takes no more.
const kTopic = 140;
const kName = 100;
// A closed list still takes these.
const kPassing: readonly RequestKind[] = ['point_of_order', 'right_of_reply'];

export class RequestForm extends Part {
  static override properties: PropertyDeclarations = { state: { attribute: false }, here: { type: Boolean } };
  declare state: MeetingState | null;
  // In the room: they will speak at a microphone there, and this page opens no device.
  declare here: boolean;
  declare actions: Actions;
  declare presses: Presses;
  declare devices: Devices;
  declare check: () => void;

  readonly #kind = signal<RequestKind>('statement');
  readonly #topic = signal('');
  readonly #text = signal('');
  readonly #language = signal('');
  // Who will speak, where that is somebody else.
  readonly #for_other = signal(false);
  readonly #other = signal('');
  readonly #other_title = signal('');
  readonly #open = signal(false);
  readonly #waiting = computed(() => this.presses.states.value.get('request') === 'pending');
  #key = newKey();
  #keeps_devices = false;
  // Beside an ordinary request that waits: nothing else can be asked.
  #order_only = false;

  constructor() {
    super();
    this.state = null;
    this.here = false;
  }

  show(order_only = false): void {
    const dialog = this.querySelector('dialog');
    if (!dialog || dialog.open || !this.state) return;
    this.#key = newKey();
    this.presses.dismiss();
    this.#order_only = order_only;
    this.#keeps_devices = order_only;
    if (order_only || this.state.meeting.list === 'closed') this.#kind.value = 'point_of_order';
    else if (this.#kind.value !== 'question') this.#kind.value = 'statement';
    const spoken = this.#languages();
    if (!spoken.includes(this.#language.value)) this.#language.value = spoken.includes(locale.value) ? locale.value : (spoken[0] ?? 'floor');
    this.#open.value = true;
    dialog.showModal();
    void this.updateComplete.then(() => this.querySelector<HTMLInputElement>('input[name="topic"]')?.focus());
    if (!this.here) void this.devices.open();
  }

  #languages(): string[] {
    return (this.state?.languages ?? []).filter((language) => language !== 'floor');
  }

  #closed = (): void => {
    this.#open.value = false;
    if (!this.#waiting.value && !this.#keeps_devices) this.devices.close();
    this.#keeps_devices = false;
  };

  // What is read out by somebody else needs no camera and no microphone.
  #choose(kind: RequestKind): void {
    this.#kind.value = kind;
    if (this.here || this.#keeps_devices) return;
    if (kind === 'written') this.devices.close();
    else void this.devices.open();
  }

  get #quiet(): boolean {
    return this.here || this.#kind.value === 'written';
  }

  async #send(with_camera?: boolean): Promise<void> {
    const other = this.#for_other.value && { beneficiary: this.#other.value.trim(), beneficiary_title: this.#other_title.value.trim() };
    const wish: NewRequest = { kind: this.#kind.value, topic: this.#topic.value.trim(), language: this.#language.value, ...other, ...(this.#kind.value === 'written' && { text: this.#text.value }) };
    const sent = await this.presses.run('request', async () => {
      if (!this.#quiet && !(await this.devices.open(with_camera))) throw new DeviceRefusal();
      await this.actions.requestFloor(wish, this.#key);
    });
    if (!sent) {
      if (this.devices.problem.value) this.presses.dismiss();
      return;
    }
    for (const text of [this.#topic, this.#text, this.#other, this.#other_title]) text.value = '';
    this.#for_other.value = false;
    this.#keeps_devices = wish.kind !== 'written';
    closeDialog('request');
  }

  override render(): TemplateResult {
    return html`<dialog id="request" class="sheet request" aria-labelledby="request-title" @close=${this.#closed}>
      ${dialogHead('request', t('request.title'))} ${this.#open.value && this.state ? this.#body(this.state) : nothing}
    </dialog>`;
  }

  // They come and go while the form is open: each keeps its element, so that what somebody is about to press is not another one by then.
  #kinds(state: MeetingState): RequestKind[] {
    if (this.#order_only) return ['point_of_order'];
    const speaks = holders(state.floor).length > 0;
    const replying: RequestKind[] = speaks && state.meeting.replies !== false ? ['reply'] : [];
    const answering: RequestKind[] = speaks || state.last ? ['right_of_reply'] : [];
    return ['statement', 'question', ...replying, ...answering, 'point_of_order', 'written'];
  }

  #body(state: MeetingState): TemplateResult {
    const closed = state.meeting.list === 'closed';
    const left = kTopic - this.#topic.value.length;
    const languages = this.#languages();
    return html`<form
      class="body"
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.#send();
      }}
    >
      ${closed ? html`<p class="notice warn">${icon('lock')}<span>${t('request.closed')}</span></p>` : nothing}
      <fieldset>
        <legend class="legend">${t('request.kind')}</legend>
        <div class="choices">
          ${repeat(
            this.#kinds(state),
            (kind) => kind,
            (kind) => html`<label class="choice"
              ><input
                type="radio"
                name="kind"
                value=${kind}
                .checked=${this.#kind.value === kind}
                ?disabled=${closed && !kPassing.includes(kind)}
                @change=${() => this.#choose(kind)}
              /><span>${t(`kind.${kind}`)}</span><span class="tick">${icon('check')}</span></label
            >`,
          )}
        </div>
      </fieldset>
      <label class="field"
        ><span>${t('request.topic')}</span>
        <input
          type="text"
          name="topic"
          maxlength=${kTopic}
          autocomplete="off"
          aria-describedby="topic-left"
          .value=${this.#topic.value}
          @input=${(event: Event) => (this.#topic.value = (event.target as HTMLInputElement).value)}
        />
        <small id="topic-left">${t('request.topic.left', { count: left })}</small></label
      >
      ${this.#kind.value === 'written' ? textField({ label: t('request.text'), text: this.#text.value, max: kText, required: true, change: (text) => (this.#text.value = text) }) : nothing}
      ${languages.length
        ? html`<label class="field"
            ><span>${t(this.#kind.value === 'written' ? 'request.text.language' : 'request.language')}</span>
            <select name="language" @change=${(event: Event) => (this.#language.value = (event.target as HTMLSelectElement).value)}>
              ${languages.map((code) => html`<option value=${code} lang=${code} ?selected=${code === this.#language.value}>${languageName(code)}</option>`)}
            </select></label
          >`
        : nothing}
      ${this.#somebody_else()}
      ${this.#quiet
        ? html`<p class="hint">${t(this.#kind.value === 'written' ? 'request.text.hint' : 'request.here')}</p>`
        : html`<self-view compact .devices=${this.devices}></self-view>
            ${this.#device_line()}`}
      ${this.#refusal()}
      <footer>
        <button type="button" class="button" @click=${() => closeDialog('request')}>${t('app.cancel')}</button>
        <button type="submit" class="button primary" data-action="ask" aria-busy=${this.#waiting.value ? 'true' : nothing} ?disabled=${this.#waiting.value}>
          ${icon('hand')}<span>${t(this.#waiting.value ? 'request.sending' : this.#kind.value === 'written' ? 'request.text.send' : 'request.send')}</span>
        </button>
      </footer>
    </form>`;
  }

  #somebody_else(): TemplateResult {
    const field = (name: string, label: string, text: Signal<string>): TemplateResult => html`<label class="field"
      ><span>${label}</span
      ><input
        type="text"
        name=${name}
        maxlength=${kName}
        autocomplete="off"
        dir="auto"
        ?required=${name === 'beneficiary' && this.#for_other.value}
        .value=${text.value}
        @input=${(event: Event) => (text.value = (event.target as HTMLInputElement).value)}
    /></label>`;
    return html`<details class="more-fields" .open=${this.#for_other.value} @toggle=${(event: Event) => (this.#for_other.value = (event.target as HTMLDetailsElement).open)}>
      <summary>${icon('people')}<span>${t('request.other')}</span></summary>
      <div class="within">
        ${field('beneficiary', t('request.other.name'), this.#other)} ${field('beneficiary_title', t('request.other.title'), this.#other_title)}
        <p class="hint">${t(this.here ? 'request.other.here' : 'request.other.hint')}</p>
      </div>
    </details>`;
  }

  #device_line(): TemplateResult {
    const problem = this.devices.problem.value;
    if (problem)
      return html`<div class="notice warn" role="alert">
        ${icon('alert')}
        <p>${t(`device.${problem}`)}</p>
        <button type="button" class="button" @click=${() => void this.devices.open()}>${t('app.retry')}</button>
        ${problem === 'insecure'
          ? nothing
          : html`<button type="button" class="button" @click=${() => void this.#send(false)}>${t('request.audio_only')}</button>`}
      </div>`;
    return html`<p class="hint" role="status">${t(this.devices.asking.value ? 'request.asking' : 'request.why')}</p>
      ${lastCheckLine()}
      <button type="button" class="button quiet" data-action="check" @click=${this.check}>${icon('mic')}<span>${t('check.open')}</span></button>`;
  }

  #refusal(): TemplateResult | typeof nothing {
    const refusal = this.presses.refusal.value;
    if (refusal?.press !== 'request' || this.devices.problem.value) return nothing;
    return html`<p class="notice fault" role="alert">${icon('alert')}<span>${errorText(refusal.error)}</span></p>`;
  }
}

class DeviceRefusal extends Error {}

define('request-form', RequestForm);
