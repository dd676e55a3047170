// Small pieces that many pages show: states, people, kinds, each with shape and word.
import { html, nothing, type TemplateResult } from 'lit';

import { initials, languageName } from '../core/format.ts';
import { known, locale, pieces, t, type MessageKey } from '../core/i18n.ts';
import type { FloorRequest, Person, RoomStatus, Where } from '../core/protocol.ts';
import type { RpcError, RpcStatus } from '../core/rpc.ts';
import type { MediaState } from '../core/media/transport.ts';
import { icon, type IconName } from './icons.ts';

export type Content = TemplateResult | typeof nothing;

export function bdi(text: string): TemplateResult {
  return html`<bdi>${text}</bdi>`;
}

// A message whose {name} is somebody's name.
export function withName(key: MessageKey, name: string): unknown[] {
  return pieces(key, { name: bdi(name) });
}

export function stateChip(request: FloorRequest): TemplateResult {
  switch (request.state) {
    case 'on_air':
      return html`<span class="state live">${t('state.live')}</span>`;
    case 'granted':
      return html`<span class="state next">${icon('play')}${t('state.granted')}</span>`;
    case 'paused':
      return html`<span class="state off">${icon('pause')}${t('state.paused')}</span>`;
    case 'held':
      return html`<span class="state reconnecting">${icon('refresh')}${t('state.held')}</span>`;
    case 'standby':
      return html`<span class="state next">${icon('play')}${t('state.next')}</span>`;
    case 'pending':
      return html`<span class="state waiting">${icon('clock')}${t('state.pending')}</span>`;
    default:
      return html`<span class="state waiting">${t('state.waiting', { position: request.position ?? '' })}</span>`;
  }
}

// Of somebody who waits far away and whose page is gone: whoever gives the floor has to know.
export function awayChip({ kind, state, person, connected }: FloorRequest): Content {
  const waits = state === 'pending' || state === 'queued' || state === 'standby';
  if (!waits || kind === 'written' || connected !== false || (person.where ?? 'remote') !== 'remote') return nothing;
  return html`<span class="state reconnecting">${icon('refresh')}${t('state.away')}</span>`;
}

export function kindChip({ kind }: FloorRequest): TemplateResult {
  if (kind === 'point_of_order') return html`<span class="state order">${icon('flag')}${t('state.order')}</span>`;
  return html`<span class="chip">${known('kind', kind) ?? kind}</span>`;
}

// Where a statement needs no word: what is not of the ordinary.
export function specialChip(request: FloorRequest): Content {
  return request.kind === 'point_of_order' || request.kind === 'chair' ? kindChip(request) : nothing;
}

export function categoryName(category: string | null | undefined): string {
  return category ? (known('category', category) ?? category) : '';
}

const whereIcons: Readonly<Record<Where, IconName>> = { remote: 'globe', room: 'desk', phone: 'phone' };

export function whereMark(where: Where | undefined): Content {
  if (!where) return nothing;
  const word = known('where', where) ?? where;
  return html`<span class="chip">${icon(whereIcons[where])}${word}</span>`;
}

// Title, organisation and category in one line.
export function affiliation({ title, organisation, category }: Person): Content {
  const parts = [title, organisation, categoryName(category)].filter((part) => part);
  if (!parts.length) return nothing;
  return html`<span class="affiliation">${parts.map((part, index) => html`${index ? ' · ' : nothing}<bdi>${part}</bdi>`)}</span>`;
}

// Who asked, of somebody who did not ask themselves.
export function askedBy({ asked_by }: FloorRequest): Content {
  return asked_by ? html`<span class="affiliation asked-by">${withName('list.asked_by', asked_by)}</span>` : nothing;
}

export function badge(name: string): TemplateResult {
  return html`<span class="badge" aria-hidden="true">${initials(name) || icon('people')}</span>`;
}

export function channelName(language: string): string {
  return language === 'floor' ? t('listen.floor') : languageName(language);
}

export function spokenLanguage(language: string | null | undefined): Content {
  if (!language || language === 'floor') return nothing;
  return html`<span class="chip" lang=${language}><bdi>${languageName(language)}</bdi></span>`;
}

export type Connection = 'connecting' | 'connected' | 'reconnecting' | 'ended';

export function connectionOf(signaling: RpcStatus, media: MediaState | null): Connection {
  if (signaling === 'ended') return 'ended';
  if (signaling === 'waiting' || media === 'reconnecting') return 'reconnecting';
  if (signaling === 'connecting' || media === 'connecting') return 'connecting';
  return 'connected';
}

export function connectionChip(state: Connection): TemplateResult {
  const looks = { connecting: 'reconnecting', connected: 'good', reconnecting: 'reconnecting', ended: 'fault' } as const;
  const icons = { connecting: 'refresh', connected: 'check', reconnecting: 'refresh', ended: 'alert' } as const;
  return html`<span class="state connection ${looks[state]}" role="status">${icon(icons[state])}<span>${t(`connection.${state}`)}</span></span>`;
}

// One sentence that says what to do.
export function errorText(error: RpcError): string {
  const by_code: Readonly<Record<number, string>> = { [-32001]: 'not_allowed', [-32002]: 'list_closed', [-32003]: 'not_found', [-32004]: 'conflict', [-32005]: 'too_many' };
  return known('error', error.word) ?? known('error', by_code[error.code]) ?? t('error.generic', { message: error.message });
}

// Why a link does not open the meeting: what to do differs.
export function refusalText(error: RpcError): string {
  return known('refused', error.word) ?? t('connection.refused.text');
}

// Why somebody has their place in the list.
export function reasonText({ reason }: FloorRequest): string {
  return reason ? (known('reason', reason) ?? reason) : '';
}

// Why a source or a return is in its state; the server's own sentence where this page has no words for it.
export function detailText({ detail, detail_code }: { detail?: string; detail_code?: string }): string {
  return known('detail', detail_code) ?? detail ?? '';
}

// An alarm's sentence in the page's language where it is known; it stands beside the room's name.
export function alarmText({ code, text }: RoomStatus['alarms'][number]): string {
  return known('alarm', code) ?? text;
}

export function timeOfDay(ms: number): string {
  const format = new Intl.DateTimeFormat(locale.value === 'ar' ? 'ar-u-nu-latn' : locale.value, {
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  });
  return format.format(ms);
}
