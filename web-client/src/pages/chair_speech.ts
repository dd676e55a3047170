// The chair's own voice: one button that speaks and stops. A chair sits in the room, as a rule, and has a microphone there;
// one who is far away speaks by this page's.
import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { newKey, type Actions, type Presses } from '../core/actions.ts';
import { t } from '../core/i18n.ts';
import { Speaking } from '../core/media/speaking.ts';
import type { Shelf } from '../core/memory.ts';
import type { Where } from '../core/protocol.ts';
import { RpcError } from '../core/rpc.ts';
import type { Session } from '../core/session.ts';
import { claimsOf } from '../core/token.ts';
import { timers } from '../parts/app.ts';
import { icon } from '../parts/icons.ts';
import { endedText, publishLine } from '../parts/own_card.ts';
import { pressButton } from '../parts/press.ts';
import '../parts/self_view.ts';
import { deviceSwitches } from '../parts/self_view.ts';
import { stateChip, type Content } from '../parts/words.ts';

// Where a chair is, before they have joined; kept on the device. Nothing kept: in the room.
export class ChairPlace {
  readonly here = signal(true);
  readonly #shelf: Shelf;
  readonly #key: string;

  constructor(shelf: Shelf, room: string, told: Where | undefined) {
    this.#shelf = shelf;
    this.#key = `plenary.chair_far.${room}`;
    this.here.value = shelf.get(this.#key) === null;
    if (told) this.set(told !== 'remote');
  }

  set(here: boolean): void {
    this.here.value = here;
    if (here) this.#shelf.remove(this.#key);
    else this.#shelf.set(this.#key, '1');
  }
}

export interface ChairSpeechOptions {
  session: Session;
  room: string;
  token: string | undefined;
  actions: Actions;
  presses: Presses;
  place: ChairPlace;
}

export class ChairSpeech {
  readonly #actions: Actions;
  readonly #presses: Presses;
  readonly #place: ChairPlace;
  readonly #speaking: Speaking;
  readonly #where_fixed: boolean;

  constructor({ session, room, token, actions, presses, place }: ChairSpeechOptions) {
    this.#actions = actions;
    this.#presses = presses;
    this.#place = place;
    this.#where_fixed = claimsOf(token).where !== undefined;
    this.#speaking = new Speaking({ session, room, timers, request: session.store.mineAsChair, here: place.here });
    // What the server says counts: a link may say where somebody is, and nobody moves while they speak.
    effect(() => {
      const where = session.joined.value?.state.you.where;
      if (where) place.set(where !== 'remote');
    });
    this.#speaking.start();
  }

  // Speaks, goes on after a pause, or stops.
  readonly toggle = (): Promise<unknown> => {
    const speech = this.#speaking.own.current.value;
    if (!speech) return this.speak();
    return speech.state === 'paused' ? this.#actions.resume(speech.request) : this.#actions.release(speech.request);
  };

  // Whoever is far away is asked for the devices first, so that nobody has the floor and no voice.
  async speak(override = false): Promise<unknown> {
    const { devices } = this.#speaking;
    if (!this.#place.here.value && !(await devices.open())) throw new RpcError(0, 'devices', this.problem ?? '');
    return this.#actions.speak(newKey(), override);
  }

  // Why no device could be opened.
  get problem(): string | null {
    const problem = this.#speaking.devices.problem.value;
    return problem ? t(`device.${problem}`) : null;
  }

  toggleMic(): void {
    if (this.#speaking.devices.stream.value) this.#speaking.devices.toggleMic();
  }

  #setHere = async (here: boolean): Promise<void> => {
    if (!(await this.#presses.run('where', () => this.#actions.where(here ? 'room' : 'remote')))) return;
    this.#place.set(here);
    if (here) this.#speaking.devices.close();
    else await this.#speaking.devices.open();
  };

  view(): TemplateResult {
    const { own } = this.#speaking;
    const speech = own.current.value;
    const paused = speech?.state === 'paused';
    const stops = speech !== null && !paused;
    return html`<section class="own-speech" aria-label=${t('chair.own')} data-phase=${own.phase.value}>
      ${pressButton(this.#presses, { press: 'speak', label: t(stops ? 'chair.stop' : paused ? 'chair.resume' : 'chair.speak'), icon: stops ? 'stop' : 'mic', key: 'S', look: stops ? 'end large' : 'large', run: this.toggle })}
      <div class="how">
        <p class="line" role="status">
          ${speech ? html`${stateChip(speech)}${speech.muted ? html`<span class="state off">${icon('mic_off')}${t('state.muted')}</span>` : nothing}` : this.#ended()}
        </p>
        ${speech || this.#where_fixed ? nothing : this.#where()} ${this.#place.here.value ? nothing : this.#devices(speech !== null)}
      </div>
    </section>`;
  }

  // Not by themselves: they should know why nobody hears them any more.
  #ended(): Content {
    const { own } = this.#speaking;
    const ended = own.ended.value;
    return ended && ended.reason !== 'finished' ? html`<span class="hint">${endedText(own)}</span>` : nothing;
  }

  #where(): TemplateResult {
    const here = this.#place.here.value;
    return html`<label class="choice"
      ><input type="checkbox" data-choice="here" .checked=${here} @change=${(event: Event) => void this.#setHere((event.target as HTMLInputElement).checked)} /><span>${t('chair.here')}</span
      ><span class="tick">${icon('check')}</span></label
    >`;
  }

  #devices(speaks: boolean): TemplateResult {
    const { devices, publisher } = this.#speaking;
    const { state, refusal } = publisher.transport;
    return html`${devices.stream.value ? html`<self-view .devices=${devices}></self-view>` : nothing}
      ${speaks || !devices.stream.value ? publishLine({ devices, publishing: state.value, refusal: refusal.value }) : nothing}
      ${deviceSwitches(devices)}`;
  }
}
