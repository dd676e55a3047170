// The public display in the room: who spoke before, who speaks, the next five, the time. For reading across a hall.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { known, t } from '../core/i18n.ts';
import type { FloorRequest, MeetingState } from '../core/protocol.ts';
import { roomOf, tokenOf } from '../core/token.ts';
import { itemWords } from '../parts/agenda.ts';
import { openSession, startPage } from '../parts/app.ts';
import '../parts/clock.ts';
import { hall, icon, logo } from '../parts/icons.ts';
import { define, Part } from '../parts/part.ts';
import { keepAwake } from '../parts/screen.ts';
import { affiliation, bdi, kindChip, specialChip, spokenLanguage, stateChip, type Content } from '../parts/words.ts';
import { readBy } from '../parts/written.ts';

const kNext = 5;

class StagePage extends Part {
  readonly #session = openSession({ room: roomOf(location.pathname), token: tokenOf(location.hash), page: 'stage', resumes: false });
  readonly #now = (): number => this.#session.server_now();

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('public.title');
    keepAwake();
  }

  override render(): TemplateResult {
    const state = this.#session.store.state.value;
    const refusal = this.#session.refusal.value;
    if (refusal) return html`<main class="stage-page"><p class="big" role="alert">${known('refused.title', refusal.word) ?? t('connection.refused.title')}</p></main>`;
    if (!state) return html`<main class="stage-page"><p class="none" role="status">${t('app.loading')}</p></main>`;
    return html`<main class="stage-page" data-on-air=${state.floor.some(({ state: s }) => s === 'on_air')}>
      <header>
        ${logo()}
        <h1>${bdi(state.meeting.title)}${itemWords(state)}</h1>
        ${this.#session.status.value === 'open' ? nothing : html`<span class="state reconnecting" role="status">${icon('refresh')}${t('connection.reconnecting')}</span>`}
        ${state.meeting.state === 'live' ? nothing : html`<span class="state off">${t(`meeting.${state.meeting.state}`)}</span>`}
        <span class="grow"></span><day-clock .now=${this.#now}></day-clock>
      </header>
      ${this.#speaking(state)}
      <footer>${this.#last(state)} ${this.#then(state)}</footer>
    </main>`;
  }

  // Without a speaker it says what the meeting does instead.
  #speaking({ floor, meeting }: MeetingState): TemplateResult {
    if (!floor.length)
      return html`<section class="now" aria-label=${t('list.now')} aria-live="polite">
        ${hall()}
        <p class="quiet">${t(meeting.state === 'live' ? 'list.nobody' : `meeting.${meeting.state}`)}</p>
      </section>`;
    return html`<section class="now" aria-label=${t('list.now')} aria-live="polite">
      ${repeat(floor, ({ request }) => request, (request) => this.#speaker(request))}
    </section>`;
  }

  #speaker(request: FloorRequest): TemplateResult {
    return html`<article class="speaker" data-state=${request.state}>
      <div class="line">
        ${stateChip(request)}${request.muted ? html`<span class="state off">${icon('mic_off')}${t('state.muted')}</span>` : nothing}${specialChip(request)}${spokenLanguage(request.language)}
        <span class="grow"></span><speech-clock .request=${request} .now=${this.#now}></speech-clock>
      </div>
      <p class="name"><bdi>${request.person.name}</bdi></p>
      ${affiliation(request.person)} ${readBy(request)} <closing-note .request=${request} .now=${this.#now}></closing-note>
    </article>`;
  }

  #last({ last }: MeetingState): Content {
    if (!last) return html`<section class="before"></section>`;
    return html`<section class="before" aria-label=${t('public.last')}>
      <h2>${t('public.last')}</h2>
      <p class="name"><bdi>${last.person.name}</bdi></p>
      ${affiliation(last.person)} ${readBy(last)}
    </section>`;
  }

  // Who waits for approval is not on the list yet.
  #then(state: MeetingState): Content {
    const queue = state.queue.filter(({ state: s }) => s !== 'pending');
    const waiting = state.waiting - (state.queue.length - queue.length);
    if (!queue.length) return nothing;
    return html`<section class="then" aria-label=${t('public.then')}>
      <h2>${t('public.then')}</h2>
      <ol>
        ${repeat(
          queue.slice(0, kNext),
          ({ request }) => request,
          (request, index) => html`<li data-state=${request.state}>
            <span class="position">${index + 1}</span>
            <div><p class="name"><bdi>${request.person.name}</bdi></p>${request.kind === 'point_of_order' ? kindChip(request) : affiliation(request.person)}</div>
          </li>`,
        )}
      </ol>
      ${waiting > kNext ? html`<p class="rest"><bdi dir="ltr">+ ${waiting - kNext}</bdi></p>` : nothing}
    </section>`;
  }
}

await startPage('dark');
define('stage-page', StagePage);
