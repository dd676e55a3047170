// The speaker's clock, for a screen at the lectern or below the stage: whose time it is, how much of it is left, and nothing else.
import { html, nothing, type TemplateResult } from 'lit';

import { activeSpeaker } from '../core/floor.ts';
import { known, t } from '../core/i18n.ts';
import type { FloorRequest } from '../core/protocol.ts';
import { roomOf, tokenOf } from '../core/token.ts';
import { openSession, startPage } from '../parts/app.ts';
import '../parts/clock.ts';
import { icon } from '../parts/icons.ts';
import { define, Part } from '../parts/part.ts';
import { keepAwake } from '../parts/screen.ts';
import { bdi, specialChip, stateChip } from '../parts/words.ts';

class TimerPage extends Part {
  readonly #session = openSession({ room: roomOf(location.pathname), token: tokenOf(location.hash), page: 'timer', resumes: false });
  readonly #now = (): number => this.#session.server_now();

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('public.timer');
    keepAwake();
  }

  override render(): TemplateResult {
    const state = this.#session.store.state.value;
    const refusal = this.#session.refusal.value;
    if (refusal) return html`<main class="timer-page"><p class="quiet" role="alert">${known('refused.title', refusal.word) ?? t('connection.refused.title')}</p></main>`;
    if (!state) return html`<main class="timer-page"><p class="quiet" role="status">${t('app.loading')}</p></main>`;
    const { meeting, floor } = state;
    const speaker = activeSpeaker(floor);
    return html`<main class="timer-page" data-on-air=${speaker?.state === 'on_air'}>
      <header>
        <h1>${bdi(meeting.title)}<span class="unseen"> · ${t('public.timer')}</span></h1>
        ${this.#session.status.value === 'open' ? nothing : html`<span class="state reconnecting" role="status">${icon('refresh')}${t('connection.reconnecting')}</span>`}
        ${speaker ? html`<span class="grow"></span><day-clock .now=${this.#now}></day-clock>` : nothing}
      </header>
      ${speaker ? this.#speech(speaker) : html`<p class="quiet" role="status">${t(meeting.state === 'live' ? 'list.nobody' : `meeting.${meeting.state}`)}</p><day-clock class="alone" .now=${this.#now}></day-clock>`}
    </main>`;
  }

  #speech(request: FloorRequest): TemplateResult {
    return html`<div class="line">
        ${stateChip(request)}${request.muted ? html`<span class="state off">${icon('mic_off')}${t('state.muted')}</span>` : nothing}${specialChip(request)}
        <span class="name"><bdi>${request.person.name}</bdi></span>
      </div>
      <speech-clock .request=${request} .now=${this.#now}></speech-clock>
      <closing-note .request=${request} .now=${this.#now}></closing-note>`;
  }
}

await startPage('dark');
define('timer-page', TimerPage);
