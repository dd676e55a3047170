// The card of a person's own request: the place, the call, the green room, live, the end.
import { html, nothing, type TemplateResult } from 'lit';

import { clockText, waitMinutes } from '../core/format.ts';
import { known, t } from '../core/i18n.ts';
import type { OwnPhase, OwnRequest } from '../core/own_request.ts';
import type { FloorRequest } from '../core/protocol.ts';
import type { Devices } from '../core/media/devices.ts';
import type { MediaState } from '../core/media/transport.ts';
import './clock.ts';
import { icon } from './icons.ts';
import './self_view.ts';
import { deviceSwitches } from './self_view.ts';
import type { Content } from './words.ts';

export interface OwnView {
  own: OwnRequest;
  devices: Devices;
  publishing: MediaState;
  refusal: string | null;
  now: () => number;
  withdraw: () => Content;
}

const titles: Partial<Record<OwnPhase, 'own.standby' | 'own.granted' | 'own.live' | 'own.paused' | 'own.held'>> = {
  standby: 'own.standby',
  granted: 'own.granted',
  live: 'own.live',
  paused: 'own.paused',
  held: 'own.held',
};

// What assistive technology is told when the phase changes.
export function announcement(own: OwnRequest): string {
  const request = own.current.value;
  const phase = own.phase.value;
  if (phase === 'queued' && request?.position) return t('own.queued', { position: request.position });
  if (phase === 'pending') return t('own.pending');
  if (phase === 'ended') return endedText(own);
  const title = titles[phase];
  return title ? t(title) : '';
}

export function endedText(own: OwnRequest): string {
  const ended = own.ended.value;
  if (!ended) return '';
  if (ended.outcome === 'released') return t('own.ended', { time: clockText(ended.spoken_ms) });
  return known('own.ended', ended.outcome) ?? t('own.ended.closed');
}

function waiting(request: FloorRequest, view: OwnView): TemplateResult {
  const minutes = waitMinutes(request.estimate_s);
  const pending = request.state === 'pending';
  return html`<div class="place">
      ${pending ? html`<span class="number">${icon('clock')}</span>` : html`<span class="number">${request.position ?? '–'}</span>`}
      <div>
        <p class="name">${pending ? t('own.pending') : t('own.queued', { position: request.position ?? '–' })}</p>
        ${pending || (request.position !== 1 && minutes === null)
          ? nothing
          : html`<p class="hint">${request.position === 1 ? t('own.soon') : t('own.estimate', { minutes: minutes ?? 1 })}</p>`}
        ${request.reason ? html`<p class="hint"><bdi>${request.reason}</bdi></p>` : nothing}
      </div>
    </div>
    ${view.devices.stream.value ? nothing : reopen(view.devices)}`;
}

// After a reload the stream is gone; without it the call would find nobody.
function reopen(devices: Devices): TemplateResult {
  const problem = devices.problem.value;
  return html`<div class="notice warn">
    ${icon('camera_off')}
    <p>${t(problem ? `device.${problem}` : 'device.lost')}</p>
    <button type="button" class="button" @click=${() => void devices.open()}>${t('device.open')}</button>
  </div>`;
}

function publishLine({ publishing, refusal, devices }: OwnView): TemplateResult {
  if (!devices.stream.value) return reopen(devices);
  if (publishing === 'refused') return html`<p class="publish" data-state="refused">${icon('alert')}${t('own.publish.refused', { reason: known('error', refusal) ?? refusal ?? '' })}</p>`;
  const state = publishing === 'idle' ? 'connecting' : publishing;
  return html`<p class="publish" data-state=${state}>${icon(state === 'connected' ? 'check' : 'refresh')}${t(`own.publish.${state}`)}</p>`;
}

function green(phase: OwnPhase, view: OwnView): TemplateResult {
  const called = phase === 'standby';
  return html`<p class="call">${called ? html`<span class="state next">${icon('play')}${t('state.next')}</span>` : nothing}<strong>${t(called ? 'own.standby' : 'own.granted')}</strong></p>
    <self-view .devices=${view.devices}></self-view>
    <p class="unheard">${called ? html`${icon('mic_off')}${t('own.unheard')}` : t('own.granted.text')}</p>
    ${publishLine(view)}
    ${called && view.own.ready.value ? html`<p class="publish" data-state="connected">${icon('check')}${t('own.ready.done')}</p>` : nothing}
    <div class="line">${deviceSwitches(view.devices)}${called ? view.withdraw() : nothing}</div>`;
}

function live(request: FloorRequest, view: OwnView): TemplateResult {
  return html`<div class="live-line">
      <p class="call"><span class="state live">${t('state.live')}</span><strong>${t('own.live')}</strong></p>
      <speech-clock ring .request=${request} .now=${view.now}></speech-clock>
    </div>
    <self-view .devices=${view.devices}></self-view>
    <p class="hint">${request.muted ? t('own.muted') : t('own.live.text')}</p>
    ${view.publishing === 'connected' ? nothing : publishLine(view)}
    <div class="line">${deviceSwitches(view.devices)}</div>`;
}

function stopped(phase: 'paused' | 'held', request: FloorRequest, view: OwnView): TemplateResult {
  return html`<div class="live-line">
      <p class="call">${icon(phase === 'paused' ? 'pause' : 'refresh')}<strong>${t(phase === 'paused' ? 'own.paused' : 'own.held')}</strong></p>
      <speech-clock ring .request=${request} .now=${view.now}></speech-clock>
    </div>
    <self-view .devices=${view.devices}></self-view>
    <div class="line">${deviceSwitches(view.devices)}</div>`;
}

export function ownCard(view: OwnView): Content {
  const { own } = view;
  const request = own.current.value;
  const phase = own.phase.value;
  if (phase === 'none') return nothing;
  if (phase === 'ended')
    return html`<section class="own-card" data-phase="ended" aria-label=${t('own.title')}>
      <p class="call">${icon('check')}<strong>${endedText(own)}</strong></p>
      ${own.ended.value?.reason ? html`<p class="hint"><bdi>${own.ended.value.reason}</bdi></p>` : nothing}
      <button type="button" class="button" @click=${() => own.dismiss()}>${t('app.close')}</button>
    </section>`;
  if (!request) return nothing;
  return html`<section class="own-card" data-phase=${phase} aria-label=${t('own.title')}>
    ${phase === 'pending' || phase === 'queued'
      ? waiting(request, view)
      : phase === 'live'
        ? live(request, view)
        : phase === 'paused' || phase === 'held'
          ? stopped(phase, request, view)
          : green(phase, view)}
  </section>`;
}
