// The page before the meeting: what is on, as whom one joins, and the two ways in.
import { html, nothing, type TemplateResult } from 'lit';

import type { Following } from '../core/following.ts';
import type { Checker } from '../core/media/checker.ts';
import type { Devices } from '../core/media/devices.ts';
import { known, t } from '../core/i18n.ts';
import { speakingRoles } from '../core/protocol.ts';
import type { RpcError } from '../core/rpc.ts';
import type { Session } from '../core/session.ts';
import type { TokenClaims } from '../core/token.ts';
import { hall, icon } from './icons.ts';
import { lastCheckLine } from './device_check.ts';
import { badge, bdi, categoryName, refusalText, withName, type Content } from './words.ts';

export interface JoinView {
  session: Session;
  room: string;
  claims: TokenClaims;
  devices: Devices;
  checker: Checker;
  following: Following;
  where_fixed: boolean;
  setHere: (on: boolean) => void;
  checking: boolean;
  watch: () => void;
  check: () => void;
  enter: () => void;
}

function identity({ session, claims }: JoinView): TemplateResult {
  const you = session.store.state.value?.you;
  const name = (you?.name ?? '') || claims.name;
  if (!name)
    return html`<div class="identity">
      <span class="badge" aria-hidden="true">${icon('eye')}</span>
      <div>
        <p class="name">${t('join.guest')}</p>
        <p class="hint">${t('join.guest.text')}</p>
      </div>
    </div>`;
  const organisation = you?.organisation ?? claims.organisation;
  const category = categoryName(you?.category ?? claims.category);
  return html`<div class="identity">
    ${badge(name)}
    <div>
      <p class="hint">${t('join.as')}</p>
      <p class="name">${bdi(name)}</p>
      <p class="hint">${organisation ? bdi(organisation) : nothing}${organisation && category ? ' · ' : nothing}${category}</p>
    </div>
  </div>`;
}

function whatIsOn({ session }: JoinView): TemplateResult {
  const state = session.store.state.value;
  if (!state) return html`<p class="on">${t(session.status.value === 'waiting' ? 'connection.reconnecting' : 'connection.connecting')}</p>`;
  const speaker = session.store.onAir.value[0];
  const mine = session.store.mine.value;
  return html`<p class="on">
      ${speaker
        ? html`<span class="state live">${t('state.live')}</span> <span>${withName('join.speaking', speaker.person.name)}</span>`
        : html`<span class="state ${state.meeting.state === 'live' ? 'good' : 'waiting'}">${t(`meeting.${state.meeting.state}`)}</span>
            <span>${t('join.nobody')}</span>`}
    </p>
    <p class="on small">${t('join.list', { count: state.waiting })}</p>
    ${mine
      ? html`<p class="notice good">
          ${icon('check')}<span>${mine.position ? t('join.kept', { position: mine.position }) : t('join.kept.floor')}</span>
        </p>`
      : nothing}`;
}

function ways(view: JoinView): TemplateResult {
  const { following } = view;
  const role = view.session.store.state.value?.you.role ?? view.claims.role ?? 'observer';
  const may_speak = (speakingRoles as readonly string[]).includes(role);
  if (following.here.value)
    return html`<div class="ways">
      <button type="button" class="button primary way" data-action="watch" aria-describedby="watch-hint" @click=${view.watch}>
        ${icon('desk')}<span>${t('check.enter')}</span>
      </button>
      <p class="hint" id="watch-hint">${t('join.here.hint')}</p>
    </div>`;
  return html`<div class="ways">
    <button type="button" class="button primary way" data-action="watch" aria-describedby="watch-hint" @click=${view.watch}>
      ${icon('play')}<span>${t('join.watch')}</span>
    </button>
    <p class="hint" id="watch-hint">${t('join.watch.hint')}</p>
    <button type="button" class="button way" data-action="speak" aria-describedby="speak-hint" ?disabled=${!may_speak} @click=${view.check}>
      ${icon('mic')}<span>${t('join.speak')}</span>
    </button>
    <p class="hint" id="speak-hint">${t(may_speak ? 'join.speak.hint' : 'join.speak.no')}</p>
    ${may_speak ? lastCheckLine() : nothing}
  </div>`;
}

function choice(name: string, label: string, on: boolean, choose: (on: boolean) => void): TemplateResult {
  return html`<label class="choice"
    ><input type="checkbox" data-choice=${name} .checked=${on} @change=${(event: Event) => choose((event.target as HTMLInputElement).checked)} /><span>${label}</span
    ><span class="tick">${icon('check')}</span></label
  >`;
}

// How one follows; remembered for the next time.
function choices({ following, where_fixed, setHere }: JoinView): TemplateResult {
  return html`<div class="how">
    ${where_fixed ? nothing : choice('here', t('join.here'), following.here.value, setHere)}
    ${following.here.value ? nothing : choice('low', t('low.choice'), following.low.value, (on) => following.setLow(on))}
  </div>`;
}

function check({ devices, checker, enter }: JoinView): TemplateResult {
  return html`<section class="check" aria-labelledby="check-title">
    <h2 id="check-title">${t('check.title')}</h2>
    <device-check .devices=${devices} .checker=${checker}></device-check>
    <button type="button" class="button primary way" data-action="enter" @click=${enter}>
      ${icon('play')}<span>${t(checker.result.value?.heard ? 'check.enter' : 'check.skip')}</span>
    </button>
  </section>`;
}

export function joinView(view: JoinView): TemplateResult {
  const title = view.session.store.state.value?.meeting.title ?? view.room;
  return html`<main class="join">
    <div class="art">${hall()}</div>
    <div class="card">
      <h1>${bdi(title)}</h1>
      ${view.checking ? check(view) : html`${whatIsOn(view)} ${identity(view)} ${ways(view)} ${choices(view)}`}
    </div>
  </main>`;
}

export function refusedView(text: string, title = t('connection.refused.title')): TemplateResult {
  return html`<main class="join">
    <div class="art">${hall()}</div>
    <div class="card">
      <h1>${title}</h1>
      <p role="alert">${text}</p>
    </div>
  </main>`;
}

// The server's own reason, where the page has words for it. What the meeting's audience is may change: then one can try again.
export function sessionRefusedView(error: RpcError): TemplateResult {
  const title = known('refused.title', error.word);
  if (!title) return refusedView(refusalText(error));
  return html`<main class="join">
    <div class="art">${hall()}</div>
    <div class="card">
      <h1>${title}</h1>
      <p role="alert">${refusalText(error)}</p>
      ${error.word.startsWith('audience_')
        ? html`<button type="button" class="button way" data-action="retry" @click=${() => location.reload()}>${icon('refresh')}<span>${t('app.retry')}</span></button>`
        : nothing}
    </div>
  </main>`;
}

export function leftView(back: () => void): TemplateResult {
  return html`<main class="join">
    <div class="art">${hall()}</div>
    <div class="card">
      <h1>${t('leave.left')}</h1>
      <button type="button" class="button primary way" @click=${back}>${icon('play')}<span>${t('leave.back')}</span></button>
    </div>
  </main>`;
}

export type { Content };
