// The participant's stage: the room and the remote speaker, or what there is instead of a picture.
import { html, nothing, type TemplateResult } from 'lit';

import { known, t } from '../core/i18n.ts';
import { megabytes } from '../core/media/usage.ts';
import { isOff } from '../core/meeting_state.ts';
import { hall, icon } from '../parts/icons.ts';
import '../parts/still.ts';
import { picture } from '../parts/video.ts';
import { affiliation, badge, bdi, spokenLanguage, stateChip, type Content } from '../parts/words.ts';
import type { ParticipantModel } from './participant_model.ts';

// While the meeting is not live there is nothing to see, but for somebody who is called or speaks in a rehearsal.
export function showsSlate({ session, own, following }: ParticipantModel): boolean {
  const meeting = session.store.state.value?.meeting;
  return meeting !== undefined && isOff(meeting) && !own.publishes.value && !following.here.value;
}

export function stage(model: ParticipantModel): TemplateResult {
  const { viewer, session, listening, following } = model;
  const state = session.store.state.value;
  if (following.here.value) return inRoom(model);
  const slate = showsSlate(model);
  const plain = slate || following.low.value;
  const speaker = plain ? null : session.store.remoteSpeaker.value;
  const [room_track, speaker_track] = viewer.video.value;
  const title = state?.meeting.title ?? '';
  return html`<section class="stage" aria-label=${t('stage.label')}>
    <div class="boxes" data-boxes=${speaker ? 2 : 1} data-low=${following.low.value && !slate}>
    <figure class="box">
      <div class="frame">
        ${plain ? nothing : picture({ track: room_track, label: t('stage.room', { room: title }) })}${slate ? slateOf(model) : following.low.value ? still(model) : media_note(model)}
      </div>
      ${following.low.value && !slate ? sound(model) : nothing}
      <figcaption>${icon('screen')}${bdi(title)}</figcaption>
    </figure>
    <figure class="box" ?hidden=${!speaker}>
      <div class="frame">${picture({ track: speaker ? speaker_track : undefined, label: t('stage.speaker', { name: speaker?.person.name ?? '' }), live: true })}${speaker ? html`<p class="over camera-off">${badge(speaker.person.name)}<span>${t('stage.camera.off')}</span></p>` : nothing}</div>
      ${speaker
        ? html`<figcaption>
            ${stateChip(speaker)}<span class="who"><strong><bdi>${speaker.person.name}</bdi></strong>${affiliation(speaker.person)}</span>${spokenLanguage(speaker.language)}
          </figcaption>`
        : nothing}
    </figure>
    </div>
    ${listening.blocked.value
      ? html`<div class="sound">
          <button type="button" class="button primary" data-action="sound" @click=${() => listening.unblock()}>${icon('volume')}<span>${t('stage.sound')}</span></button>
          <p>${t('stage.sound.hint')}</p>
        </div>`
      : nothing}
  </section>`;
}

// The server takes no more viewers: it has too much to do, or too little memory. It is asked again by itself.
const kFull = ['overloaded', 'no_memory'];

function media_note({ viewer, session }: ParticipantModel): Content {
  const media = viewer.transport.state.value;
  const refusal = viewer.transport.refusal.value;
  if (media === 'refused') return html`<p class="over" role="alert">${known('media.refused', refusal) ?? t('connection.media.refused')}</p>`;
  if (media !== 'connected' && kFull.includes(refusal ?? '')) return html`<p class="over">${t('connection.media.full')}</p>`;
  if (media === 'connecting') return html`<p class="over">${t('connection.media.connecting')}</p>`;
  if (session.pictures_left_out.value) return html`<p class="over low" role="status">${t('connection.media.busy')}</p>`;
  if (session.store.state.value?.room.picture === 'slate') return html`<p class="over low">${t('meeting.slate')}</p>`;
  return nothing;
}

function slateOf({ session }: ParticipantModel): Content {
  const meeting = session.store.state.value?.meeting;
  if (!meeting || meeting.state === 'live') return nothing;
  return html`<div class="slate" role="status" data-meeting=${meeting.state}>
    ${hall()}
    <p class="slate-title">${t(`meeting.${meeting.state}`)}</p>
    <p>${t(`slate.${meeting.state}`)}</p>
  </div>`;
}

// As often as the server has another one.
const kStillEvery_ms = 5_000;

function still(model: ParticipantModel): Content {
  const { session, room } = model;
  if (!session.media_token.value) return nothing;
  return html`<still-picture
    .url=${`/api/v1/rooms/${encodeURIComponent(room)}/pictures/room`}
    .token=${session.media_token.value}
    .every_ms=${kStillEvery_ms}
    .label=${t('stage.still', { room: session.store.state.value?.meeting.title ?? '' })}
    .count=${(bytes: number) => model.countStill(bytes)}
  ></still-picture>`;
}

function sound(model: ParticipantModel): TemplateResult {
  return html`<div class="sound-only">
    <p>${icon('low')}<strong>${t('low.title')}</strong></p>
    <p>${t('low.text')} <span class="used">${t('low.used', { megabytes: megabytes(model.used.value), kbps: model.rate.value })}</span></p>
    <button type="button" class="button" data-action="pictures" @click=${() => model.setLow(false)}>${icon('screen')}<span>${t('low.off')}</span></button>
  </div>`;
}

function inRoom(model: ParticipantModel): TemplateResult {
  const { listening, following } = model;
  return html`<section class="here-note" aria-label=${t('stage.label')}>
    <p>${icon('desk')}<span>${t('here.text')}</span></p>
    ${following.earphone.value
      ? html`<p class="earphone-hint">${icon('headphones')}<span>${t('here.earphone')}</span></p>
          ${listening.blocked.value ? html`<button type="button" class="button primary" data-action="sound" @click=${() => listening.unblock()}>${icon('volume')}<span>${t('stage.sound')}</span></button>` : nothing}`
      : nothing}
    ${model.where_fixed ? nothing : html`<button type="button" class="button quiet" data-action="far" @click=${() => void model.setHere(false)}>${t('here.off')}</button>`}
  </section>`;
}
