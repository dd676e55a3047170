// The speakers' list as everybody sees it: now, next, waiting.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { hiddenBefore } from '../core/floor.ts';
import { waitMinutes } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import type { FloorRequest, MeetingState } from '../core/protocol.ts';
import type { Session } from '../core/session.ts';
import { icon } from './icons.ts';
import { affiliation, askedBy, badge, kindChip, specialChip, spokenLanguage, stateChip, whereMark, type Content } from './words.ts';
import './clock.ts';
import { deliveredTexts, readBy, writtenText } from './written.ts';

export interface ListView {
  state: MeetingState;
  session: Session;
  now: () => number;
}

function you(request: FloorRequest, { state }: ListView): Content {
  return request.person.participant === state.you.participant && !request.asked_by ? html`<span class="chip you">${t('list.you')}</span>` : nothing;
}

export function nowCard(request: FloorRequest, view: ListView): TemplateResult {
  return html`<li class="now-card" data-state=${request.state}>
    ${badge(request.person.name)}
    <div class="who">
      <p class="line">${stateChip(request)}${request.muted ? html`<span class="state off">${icon('mic_off')}${t('state.muted')}</span>` : nothing}</p>
      <p class="name"><bdi>${request.person.name}</bdi> ${you(request, view)}</p>
      ${affiliation(request.person)} ${askedBy(request)} ${readBy(request)} ${writtenText(view.session, request, view.state)}
      <p class="line">${specialChip(request)}${spokenLanguage(request.language)}${whereMark(request.person.where)}</p>
      <closing-note .request=${request} .now=${view.now}></closing-note>
    </div>
    <speech-clock .request=${request} .now=${view.now}></speech-clock>
  </li>`;
}

function row(request: FloorRequest, index: number, view: ListView): TemplateResult {
  const minutes = waitMinutes(request.estimate_s);
  const next = request.state === 'standby';
  return html`<li class="row ${request.person.participant === view.state.you.participant ? 'own' : ''}" data-state=${request.state}>
    <span class="position">${request.position ?? index + 1}</span>
    <div class="who">
      <p class="name"><bdi>${request.person.name}</bdi> ${you(request, view)}</p>
      ${affiliation(request.person)} ${askedBy(request)}
      ${request.kind === 'statement' ? nothing : html`<p class="line">${kindChip(request)}</p>`} ${writtenText(view.session, request, view.state)}
    </div>
    <span class="end">
      ${next || request.state === 'pending' ? stateChip(request) : minutes === null ? nothing : html`<span class="minutes">${t('list.minutes', { minutes })}</span>`}
    </span>
  </li>`;
}

// Of a long list, everybody sees the front and who has a place behind it that place; between them, how many more wait.
function rows(view: ListView): TemplateResult {
  const { queue, waiting } = view.state;
  const hidden = hiddenBefore(queue, waiting);
  const more = (index: number): Content => (hidden[index] ? html`<li class="more">${t('list.more', { count: hidden[index] })}</li>` : nothing);
  return html`${repeat(queue, (request) => request.request, (request, index) => html`${more(index)}${row(request, index, view)}`)}${more(queue.length)}`;
}

export function speakersList(view: ListView): TemplateResult {
  const { floor, waiting, meeting } = view.state;
  return html`<section class="speakers" tabindex="0" aria-labelledby="speakers-title">
    <div class="panel-head">
      <h2 id="speakers-title">${t('list.title')}</h2>
      <span class="chip">${icon(meeting.list === 'open' ? 'unlock' : 'lock')}${t(meeting.list === 'open' ? 'list.open' : 'list.closed')}</span>
    </div>
    <h3>${t('list.now')}</h3>
    ${floor.length
      ? html`<ul class="now">
          ${repeat(floor, (request) => request.request, (request) => nowCard(request, view))}
        </ul>`
      : html`<p class="none">${t('list.nobody')}</p>`}
    <h3>${t('list.waiting')} <span class="count">${waiting}</span></h3>
    ${waiting
      ? html`<ol class="waiting">
          ${rows(view)}
        </ol>`
      : html`<p class="none">${t('list.empty')}</p>`}
    ${deliveredTexts(view.session, view.state.delivered)}
  </section>`;
}
