// The moderator's right side: the meeting and who hears it, the green room, who has spoken, the room's picture.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { known, t } from '../core/i18n.ts';
import type { FloorRequest, MeetingState } from '../core/protocol.ts';
import { icon } from '../parts/icons.ts';
import '../parts/meters.ts';
import '../parts/balance_list.ts';
import '../parts/preview.ts';
import { readinessChip, readinessDetails, readyLights } from '../parts/readiness.ts';
import '../parts/still.ts';
import { affiliation, askedBy, alarmText, stateChip, withName, type Content } from '../parts/words.ts';
import { meetingBox } from './moderator_meeting.ts';
import type { ModeratorModel } from './moderator_model.ts';

function guest(model: ModeratorModel, request: FloorRequest): TemplateResult {
  const { person } = request;
  const status = model.session.room_status.value?.speakers.find((speaker) => speaker.request === request.request);
  const media = request.media ?? status?.state;
  const ready = media === 'decoding' || media === 'on_air';
  const level = status?.level_db ?? -90;
  return html`<li class="guest" data-ready=${ready}>
    ${person.where === 'remote'
      ? html`<div class="frame">
          <preview-picture
            .url=${`/whep/${encodeURIComponent(model.room)}/preview/${encodeURIComponent(request.request)}`}
            .label=${t('moderator.green.picture', { name: person.name })}
            .token=${() => model.session.media_token.value}
          ></preview-picture>
        </div>`
      : nothing}
    <p class="line">${stateChip(request)}<span class="name"><bdi>${person.name}</bdi></span>${readinessChip(request)}</p>
    ${affiliation(person)} ${askedBy(request)} ${readyLights(request)} ${request.readiness ? readinessDetails(request.readiness) : nothing}
    ${person.where === 'remote'
      ? html`<p class="ready">${icon(ready ? 'check' : 'refresh')}${t(ready ? 'moderator.green.decoding' : 'moderator.green.waiting')}</p>
          ${request.ready ? html`<p class="ready said">${icon('check')}${t('moderator.green.said')}</p>` : nothing}
          <level-meter .level=${level} .label=${t('technician.level', { name: person.name })}></level-meter>`
      : nothing}
  </li>`;
}

function green(model: ModeratorModel): TemplateResult {
  const guests = model.green.value;
  return html`<section class="box" aria-labelledby="green-title">
    <h2 id="green-title">${t('moderator.green')} <span class="count">${guests.length}</span></h2>
    ${guests.length
      ? html`<ul class="guests">
          ${repeat(guests, ({ request }) => request, (request) => guest(model, request))}
        </ul>`
      : html`<p class="none">${t('moderator.green.empty')}</p>`}
  </section>`;
}

function room(model: ModeratorModel): Content {
  const status = model.session.room_status.value;
  if (!status) return nothing;
  const source = status.sources.find(({ kind }) => kind === 'room' || kind === undefined) ?? status.sources[0];
  return html`<section class="box" aria-labelledby="room-title">
    <h2 id="room-title">${t('moderator.room')}</h2>
    ${source
      ? html`<div class="frame">
            <still-picture
              .url=${`/api/v1/rooms/${encodeURIComponent(model.room)}/pictures/source/${encodeURIComponent(source.id)}`}
              .token=${model.token}
              .label=${t('moderator.room.picture', { name: source.id })}
            ></still-picture>
          </div>
          <level-meter .level=${source.level_db ?? -90} .label=${t('technician.level', { name: source.id })}></level-meter>
          <p class="line"><span class="chip">${known('source', source.state)}</span><span class="chip">${t('moderator.viewers', { count: status.viewers })}</span></p>`
      : nothing}
    ${status.alarms.map((alarm) => html`<p class="alarm">${icon('alert')}<span>${alarmText(alarm)}</span></p>`)}
  </section>`;
}

function balance(model: ModeratorModel, state: MeetingState): TemplateResult {
  const advised = state.queue.find(({ request }) => request === state.advice);
  return html`<section class="box" aria-labelledby="balance-title">
    <h2 id="balance-title">${t('moderator.balance')}</h2>
    <balance-list .state=${state} .now=${model.now}></balance-list>
    ${advised ? html`<p class="advice">${icon('people')}<span>${withName('moderator.balance.advice', advised.person.name)}</span></p>` : nothing}
    <p class="hint">${t('moderator.balance.hint')}</p>
  </section>`;
}

export function moderatorSide(model: ModeratorModel, state: MeetingState): TemplateResult {
  const { last } = state;
  return html`<aside class="side" tabindex="0" aria-label=${t('moderator.side')}>
    ${meetingBox(model, state)} ${green(model)} ${balance(model, state)} ${room(model)}
    ${last
      ? html`<section class="box" aria-labelledby="last-title">
          <h2 id="last-title">${t('list.last')}</h2>
          <p class="name"><bdi>${last.person.name}</bdi></p>
          ${affiliation(last.person)}
        </section>`
      : nothing}
  </aside>`;
}
