// The chair's page, for a tablet on the lectern: who speaks, who is next, four large buttons, and one to speak.
import { computed, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { Actions, Presses } from '../core/actions.ts';
import { t } from '../core/i18n.ts';
import { activeSpeaker, nextSpeaker } from '../core/floor.ts';
import { deviceShelf } from '../core/memory.ts';
import { hearKey } from '../core/meeting_state.ts';
import { givingRoles, pausingRoles, type FloorRequest, type MeetingState } from '../core/protocol.ts';
import type { Shortcut } from '../core/shortcuts.ts';
import { roomOf, tokenOf, whereOf } from '../core/token.ts';
import { mayUndo } from '../core/undo.ts';
import { itemWords } from '../parts/agenda.ts';
import { openSession, startPage, timers } from '../parts/app.ts';
import { charge } from '../parts/charge.ts';
import '../parts/clock.ts';
import { helpDialog, listenForKeys, openHelp, pageHead } from '../parts/head.ts';
import { helpAnswer } from '../parts/help_line.ts';
import { icon } from '../parts/icons.ts';
import { refusedView, sessionRefusedView } from '../parts/join.ts';
import { define, Part } from '../parts/part.ts';
import { pressButton } from '../parts/press.ts';
import { readinessChip, readyLights } from '../parts/readiness.ts';
import { keepAwake } from '../parts/screen.ts';
import '../parts/undo_bar.ts';
import { affiliation, askedBy, bdi, connectionChip, connectionOf, errorText, kindChip, awayChip, specialChip, spokenLanguage, stateChip, whereMark, type Content } from '../parts/words.ts';
import { readBy } from '../parts/written.ts';
import { ChairPlace, ChairSpeech } from './chair_speech.ts';

class ChairPage extends Part {
  readonly #room = roomOf(location.pathname);
  readonly #token = tokenOf(location.hash);
  readonly #place = new ChairPlace(deviceShelf, this.#room, whereOf(location.hash));
  readonly #session = openSession({ room: this.#room, token: this.#token, page: 'chair', resumes: true, where: () => (this.#place.here.value ? 'room' : 'remote') });
  readonly #actions = new Actions((method, params) => this.#session.call(method, params));
  readonly #presses = new Presses(timers);
  readonly #now = (): number => this.#session.server_now();
  readonly #speaker = computed(() => activeSpeaker(this.#session.store.floor.value));
  readonly #next = computed(() => nextSpeaker(this.#session.store.queue.value));
  readonly #speech = new ChairSpeech({ session: this.#session, room: this.#room, token: this.#token, actions: this.#actions, presses: this.#presses, place: this.#place });
  // The answer to a call for help that was read.
  readonly #answer = signal<string | null>(null);
  // Who was next when the finger came down: the list may change before it goes up.
  #aimed: string | null = null;
  // Whom the last grant meant, for "Give it all the same".
  #giving = '';

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('chair.title');
    keepAwake();
    listenForKeys(() => this.#shortcuts());
  }

  override render(): TemplateResult {
    const state = this.#session.store.state.value;
    const refusal = this.#session.refusal.value;
    if (refusal || (state && !givingRoles.includes(state.you.role)))
      return html`${pageHead({ title: t('chair.title'), help: false })}${refusal ? sessionRefusedView(refusal) : refusedView(t('connection.refused.role'))}`;
    if (!state) return html`${pageHead({ title: bdi(this.#room), help: false })}<main class="loading"><p class="none" role="status">${t('app.loading')}</p></main>`;
    return html`<div class="chair">
      ${pageHead({
        title: html`${bdi(state.meeting.title)}<span class="role">${t('chair.title')}</span>${itemWords(state)}`,
        middle: html`<day-clock .now=${this.#now}></day-clock>`,
        end: html`${charge({ state, actions: this.#actions, presses: this.#presses })}${connectionChip(connectionOf(this.#session.status.value, null))}`,
      })}
      <div class="notices">${this.#notices()}</div>
      <main class="lectern">${this.#now_card(state)} ${this.#next_card(state)}</main>
      <p class="hears">${icon('people')}<span>${t(hearKey(state))}</span></p>
      <footer class="desk">${this.#speech.view()} ${this.#buttons(state)}</footer>
      ${helpDialog(this.#shortcuts(), html`<help-ask .session=${this.#session}></help-ask>`)}
    </div>`;
  }

  #notices(): Content {
    const refusal = this.#presses.refusal.value;
    const no_return = refusal?.error.word === 'no_return';
    const speaks = refusal?.press === 'speak';
    return html`${helpAnswer(this.#session, this.#answer.value, (seen) => (this.#answer.value = seen))}${this.#session.status.value === 'open'
      ? nothing
      : html`<p class="notice warn" role="status">${icon('refresh')}<span>${t('moderator.reconnecting')}</span></p>`}
    ${refusal
      ? html`<div class="notice ${no_return ? 'warn' : 'fault'}" role="alert">
          ${icon('alert')}
          <p>${speaks && refusal.error.word === 'devices' ? this.#speech.problem : errorText(refusal.error)}</p>
          ${no_return
            ? speaks
              ? pressButton(this.#presses, { press: 'speak', label: t('chair.speak.anyway'), icon: 'mic', run: () => this.#speech.speak(true) })
              : pressButton(this.#presses, { press: 'override', label: t('chair.give.anyway'), icon: 'mic', run: () => this.#actions.grant(this.#giving, true) })
            : nothing}
          <button type="button" class="button quiet square" aria-label=${t('app.close')} @click=${() => this.#presses.dismiss()}>${icon('close')}</button>
        </div>`
      : nothing}`;
  }

  #now_card({ floor }: MeetingState): TemplateResult {
    const speaker = this.#speaker.value;
    return html`<section class="card now" aria-labelledby="now-title" data-state=${speaker?.state ?? nothing}>
      <h2 id="now-title">${t('list.now')}</h2>
      ${speaker
        ? html`<div class="person">
              <p class="line">${stateChip(speaker)}${speaker.muted ? html`<span class="state off">${icon('mic_off')}${t('state.muted')}</span>` : nothing}${specialChip(speaker)}
                <count-down class="chip" .until=${speaker.kept_until} .words=${'list.kept'} .now=${this.#now}></count-down>
                <closing-note said .request=${speaker} .now=${this.#now}></closing-note></p>
              <p class="name"><bdi>${speaker.person.name}</bdi></p>
              ${affiliation(speaker.person)} ${askedBy(speaker)} ${readBy(speaker)}
              <p class="line">${spokenLanguage(speaker.language)}${whereMark(speaker.person.where)}${readinessChip(speaker)}</p>
            </div>
            <speech-clock ring .request=${speaker} .now=${this.#now}></speech-clock>`
        : html`<p class="big none">${t('moderator.idle')}</p>`}
      ${floor.filter((other) => other !== speaker).map((other) => html`<p class="line other">${stateChip(other)}${specialChip(other)}<bdi>${other.person.name}</bdi></p>`)}
    </section>`;
  }

  #next_card({ waiting }: MeetingState): TemplateResult {
    const next = this.#next.value;
    return html`<section class="card next" aria-labelledby="next-title">
      <h2 id="next-title">${t('state.next')}${waiting ? html` <span class="count">${t('join.list', { count: waiting })}</span>` : nothing}</h2>
      ${next
        ? html`<div class="person">
            <p class="line">${awayChip(next)}${kindChip(next)}${whereMark(next.person.where)}${readyChip(next)}
              <count-down class="chip" .until=${next.state === 'standby' ? next.answer_by : null} .words=${'moderator.green.answer'} .now=${this.#now}></count-down></p>
            <p class="name"><bdi>${next.person.name}</bdi></p>
            ${affiliation(next.person)} ${askedBy(next)} ${readBy(next)}
            <p class="line">${spokenLanguage(next.language)}${readinessChip(next)}</p>
            ${readyLights(next)}
            ${next.topic ? html`<p class="topic"><bdi>${next.topic}</bdi></p>` : nothing}
          </div>`
        : html`<p class="big none">${t('list.empty')}</p>`}
    </section>`;
  }

  #buttons(state: MeetingState): TemplateResult {
    const speaker = this.#speaker.value;
    const paused = speaker?.state === 'paused';
    const aim = (id: string | null) => () => void (this.#aimed = id);
    return html`<div class="four" @pointerdown=${aim(this.#next.value?.request ?? null)} @pointercancel=${aim(null)} @keydown=${aim(null)}>
      ${pressButton(this.#presses, { press: 'give', label: t('chair.give'), icon: 'mic', key: 'N', look: 'primary large', disabled: !this.#next.value, run: this.#give })}
      ${pressButton(this.#presses, { press: 'end', label: t('chair.end'), icon: 'stop', key: 'X', look: 'end large', disabled: !speaker, run: this.#end })}
      ${pausingRoles.includes(state.you.role)
        ? pressButton(this.#presses, { press: 'pause', label: t(paused ? 'moderator.resume' : 'moderator.pause'), icon: paused ? 'play' : 'pause', key: 'P', look: 'large', disabled: !speaker, run: this.#pause })
        : nothing}
      <undo-button .state=${state} .now=${this.#now} .actions=${this.#actions} .presses=${this.#presses}></undo-button>
    </div>`;
  }

  #give = (): Promise<unknown> => {
    const id = this.#aimed ?? this.#next.value?.request;
    this.#aimed = null;
    if (!id) return Promise.resolve();
    this.#giving = id;
    return this.#actions.grant(id);
  };

  #end = (): Promise<unknown> => {
    const id = this.#speaker.value?.request;
    return id ? this.#actions.release(id) : Promise.resolve();
  };

  #pause = (): Promise<unknown> => {
    const speaker = this.#speaker.value;
    if (!speaker) return Promise.resolve();
    return speaker.state === 'paused' ? this.#actions.resume(speaker.request) : this.#actions.pause(speaker.request);
  };

  #shortcuts(): Shortcut[] {
    const run = (press: string, act: () => Promise<unknown>) => () => void this.#presses.run(press, act);
    const give = run('give', () => {
      this.#aimed = null;
      return this.#give();
    });
    const take_back = run('undo', () => this.#actions.undo());
    const undo = (): void => {
      const { undo: last, you } = this.#session.store.state.value ?? {};
      if (!last || !you || mayUndo(last, you.role)) take_back();
    };
    return [
      { key: '?', label: 'key.help', run: openHelp },
      { key: 'N', label: 'key.next', run: give },
      { key: 'X', label: 'key.revoke', run: run('end', this.#end) },
      { key: 'P', label: 'key.pause', run: run('pause', this.#pause) },
      { key: 'S', label: 'key.speak', run: run('speak', this.#speech.toggle) },
      { key: 'Z', label: 'key.undo', run: undo },
      { key: 'Ctrl+Z', label: 'key.undo', run: undo },
    ];
  }
}

// Only who has been called can be ready; nobody in the room needs a call.
function readyChip({ state, media, person }: FloorRequest): Content {
  if (state !== 'standby' || person.where === 'room') return nothing;
  const ready = media === 'decoding';
  return html`<span class="state ${ready ? 'good' : 'waiting'}">${icon(ready ? 'check' : 'refresh')}${t(ready ? 'moderator.green.decoding' : 'moderator.green.waiting')}</span>`;
}

await startPage();
define('chair-page', ChairPage);
