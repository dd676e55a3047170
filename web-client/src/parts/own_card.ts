// The card of a person's own request: the place, the call, the green room, live, the end.
import { html, nothing, type TemplateResult } from 'lit';

import { clockText, waitMinutes } from '../core/format.ts';
import { known, t, type MessageKey } from '../core/i18n.ts';
import type { OwnPhase, OwnRequest } from '../core/own_request.ts';
import type { FloorRequest } from '../core/protocol.ts';
import type { Devices } from '../core/media/devices.ts';
import type { MediaState } from '../core/media/transport.ts';
import './clock.ts';
import { icon } from './icons.ts';
import { ownReadiness, readyLights } from './readiness.ts';
import './self_view.ts';
import { deviceSwitches } from './self_view.ts';
import { reasonText, withName, type Content } from './words.ts';
import { readBy } from './written.ts';

export interface OwnView {
  own: OwnRequest;
  devices: Devices;
  publishing: MediaState;
  refusal: string | null;
  // In the room: no picture, no devices of this page.
  here: boolean;
  now: () => number;
  withdraw: () => Content;
  check: () => void;
  // Asks for a point of order beside the request that waits.
  order: () => void;
}

const titles: Partial<Record<OwnPhase, MessageKey>> = {
  pending: 'own.pending',
  standby: 'own.standby',
  granted: 'own.granted',
  live: 'own.live',
  paused: 'own.paused',
  held: 'own.held',
  read: 'own.read',
};

function title(own: OwnRequest, here: boolean): string {
  const phase = own.phase.value;
  if (phase === 'ended') return endedText(own);
  if (phase === 'queued') return t('own.queued', { position: own.current.value?.position ?? '–' });
  if (here && phase === 'standby') return t('own.here.standby');
  const key = titles[phase];
  return key ? t(key) : '';
}

const marks: Partial<Record<OwnPhase, () => TemplateResult>> = {
  standby: () => html`<span class="state next">${icon('play')}${t('state.next')}</span>`,
  live: () => html`<span class="state live">${t('state.live')}</span>`,
  paused: () => icon('pause'),
  held: () => icon('refresh'),
  ended: () => icon('check'),
};

export function endedText(own: OwnRequest): string {
  const ended = own.ended.value;
  if (!ended) return '';
  if (ended.outcome === 'released' && ended.reason !== 'no_media') return t('own.ended', { time: clockText(ended.spoken_ms) });
  return known('own.ended', ended.outcome) ?? t('own.ended.closed');
}

// These words of the server say what the title says already.
const kSaid: readonly string[] = ['finished', 'withdrawn', 'denied', 'revoked', 'time_over'];

function endedReason(reason: string | null): Content {
  if (!reason || kSaid.includes(reason)) return nothing;
  return html`<p class="hint"><bdi>${known('outcome', reason) ?? reason}</bdi></p>`;
}

// Somebody else reads it out, so that nothing has to be opened or kept ready.
function handedIn(view: OwnView): TemplateResult {
  return html`<p class="hint">${t('own.written')}</p>
    <div class="line"><button type="button" class="button quiet" data-action="order" @click=${view.order}>${icon('flag')}<span>${t('kind.point_of_order')}</span></button></div>`;
}

function waiting(request: FloorRequest, view: OwnView): TemplateResult {
  const minutes = waitMinutes(request.estimate_s);
  const near = request.position === 1;
  return html`${request.state === 'pending' || (!near && minutes === null)
    ? nothing
    : html`<p class="hint">${near ? t('own.soon') : t('own.estimate', { minutes: minutes ?? 1 })}</p>`}
  ${request.reason ? html`<p class="hint">${reasonText(request)}</p>` : nothing} ${ownReadiness(request)} ${view.here || view.devices.stream.value || request.kind === 'written' ? nothing : unopened(view.devices)}
  ${request.kind === 'written' ? handedIn(view) : lines(request, view)}`;
}

function lines(request: FloorRequest, view: OwnView): TemplateResult {
  return html`<div class="line">
    ${request.kind === 'point_of_order' ? nothing : html`<button type="button" class="button quiet" data-action="order" @click=${view.order}>${icon('flag')}<span>${t('kind.point_of_order')}</span></button>`}
    ${view.here ? nothing : html`<button type="button" class="button quiet" data-action="check" @click=${view.check}>${icon('mic')}<span>${t('check.open')}</span></button>`}
  </div>`;
}

// Without them the call would find nobody.
function unopened(devices: Devices): TemplateResult {
  if (devices.asking.value) return html`<p class="publish" data-state="connecting">${icon('refresh')}${t('own.publish.connecting')}</p>`;
  const problem = devices.problem.value;
  return html`<div class="notice warn">
    ${icon('camera_off')}
    <p>${t(problem ? `device.${problem}` : 'device.lost')}</p>
    <button type="button" class="button" @click=${() => void devices.open()}>${t('device.open')}</button>
  </div>`;
}

export function publishLine({ publishing, refusal, devices }: Pick<OwnView, 'publishing' | 'refusal' | 'devices'>): TemplateResult {
  if (!devices.stream.value) return unopened(devices);
  if (publishing === 'refused') return html`<p class="publish" data-state="refused">${icon('alert')}${t('own.publish.refused', { reason: known('media.refused', refusal) ?? known('error', refusal) ?? refusal ?? '' })}</p>`;
  const state = publishing === 'idle' ? 'connecting' : publishing;
  return html`<p class="publish" data-state=${state}>${icon(state === 'connected' ? 'check' : 'refresh')}${t(`own.publish.${state}`)}</p>`;
}

// They speak at a microphone of the room: there is nothing to show of them.
function inRoom(phase: OwnPhase, view: OwnView): TemplateResult {
  const called = phase === 'standby';
  return html`<p class="hint">${t('own.here.text')}</p>
    ${called && view.own.ready.value ? html`<p class="publish" data-state="connected">${icon('check')}${t('own.ready.done')}</p>` : nothing}
    ${called ? html`<div class="line">${view.withdraw()}</div>` : nothing}`;
}

function green(phase: OwnPhase, request: FloorRequest, view: OwnView): TemplateResult {
  const called = phase === 'standby';
  return html`<self-view .devices=${view.devices}></self-view>
    <p class="unheard">${called ? html`${icon('mic_off')}${t('own.unheard')}` : t('own.granted.text')}</p>
    ${publishLine(view)} ${readyLights(request)} ${ownReadiness(request)}
    ${called && view.own.ready.value ? html`<p class="publish" data-state="connected">${icon('check')}${t('own.ready.done')}</p>` : nothing}
    <div class="line">${deviceSwitches(view.devices)}${called ? view.withdraw() : nothing}</div>`;
}

function speaking(phase: OwnPhase, request: FloorRequest, view: OwnView): TemplateResult {
  return html`<self-view .devices=${view.devices}></self-view>
    ${phase === 'live' ? html`<p class="hint">${t(request.muted ? 'own.muted' : 'own.live.text')}</p>` : nothing}
    ${view.publishing === 'connected' ? nothing : publishLine(view)} ${ownReadiness(request)}
    <div class="line">${deviceSwitches(view.devices)}</div>`;
}

function body(phase: OwnPhase, request: FloorRequest | null, view: OwnView): Content {
  const { own } = view;
  if (phase === 'ended')
    return html`${endedReason(own.ended.value?.reason ?? null)}
      <button type="button" class="button" @click=${() => own.dismiss()}>${t('app.close')}</button>`;
  if (!request) return nothing;
  if (phase === 'pending' || phase === 'queued') return waiting(request, view);
  if (phase === 'read') return html`<p class="hint">${readBy(request)}</p>`;
  if (view.here) return inRoom(phase, view);
  return phase === 'standby' || phase === 'granted' ? green(phase, request, view) : speaking(phase, request, view);
}

const timed: readonly OwnPhase[] = ['live', 'paused', 'held', 'read'];

// Said once with the call: who is read to hears no seconds pass.
function toAnswer(request: FloorRequest | null): Content {
  if (request?.answer_by == null || request.changed_at === undefined) return nothing;
  return html`<span class="unseen">${t('own.answer.said', { seconds: Math.round((request.answer_by - request.changed_at) / 1_000) })}</span>`;
}

function deadline(request: FloorRequest | null, now: () => number): TemplateResult {
  const held = request?.kept_until != null;
  return html`<count-down class="deadline" .until=${request?.kept_until ?? request?.answer_by} .words=${held ? 'own.kept' : 'own.answer'} .now=${now}></count-down>
    <closing-note said .request=${request} .now=${now}></closing-note>`;
}

// The title stays the same element through all phases, so that each change of it is read out.
export function ownCard(view: OwnView): TemplateResult {
  const { own } = view;
  const request = own.current.value;
  const phase = own.phase.value;
  const none = phase === 'none';
  return html`<section class="own-card ${none ? 'unseen' : ''}" data-phase=${phase} aria-label=${none ? nothing : t('own.title')}>
    <div class="own-head">
      ${phase === 'queued' ? html`<span class="number" aria-hidden="true">${request?.position ?? '–'}</span>` : nothing}
      ${phase === 'pending' ? html`<span class="number">${icon('clock')}</span>` : nothing}
      <p class="call" role="status" aria-live="assertive">${marks[phase]?.() ?? nothing} <strong>${title(own, view.here)}</strong>${toAnswer(request)}</p>
      <time-call .request=${request} .now=${view.now}></time-call>
      ${timed.includes(phase) ? html`<speech-clock ring .request=${request} .now=${view.now}></speech-clock>` : nothing}
    </div>
    ${deadline(request, view.now)}
    ${request?.asked_by ? html`<p class="hint">${withName('own.for', request.person.name)}</p>` : nothing} ${body(phase, request, view)}
  </section>`;
}
