// Whether a speaker's sound is fit for interpretation: a word beside the name, the reasons and numbers where there is room,
// and sentences that say what to do to the person themselves.
import { html, nothing, type TemplateResult } from 'lit';

import { locale, t } from '../core/i18n.ts';
import { dateText } from '../core/links.ts';
import type { FloorRequest, KnownCheck, Network, Readiness } from '../core/protocol.ts';
import { measuresOf, problemsOf } from '../core/readiness.ts';
import { icon } from './icons.ts';
import type { Content } from './words.ts';

const kDots: Readonly<Record<Network, string>> = { good: '●●●', fair: '●●○', poor: '●○○' };

// Three dots and the word, so that neither colour nor shape has to be told apart.
export function networkLight(word: Network): TemplateResult {
  return html`<span class="light" data-look=${word === 'good' ? 'good' : word === 'fair' ? 'wait' : 'bad'}><span class="dots" aria-hidden="true">${kDots[word]}</span>${t(`network.${word}`)}</span>`;
}

// What arrives from somebody: microphone, camera, network.
export function readyLights({ readiness, person }: FloorRequest): Content {
  if (!readiness || (person.where ?? 'remote') !== 'remote') return nothing;
  const { microphone = false, camera = false, network } = readiness;
  return html`<span class="lights">
    <span class="light" data-light="microphone" data-look=${microphone ? 'good' : 'bad'}>${icon(microphone ? 'mic' : 'mic_off')}${t(microphone ? 'ready.light.microphone' : 'ready.light.no_microphone')}</span>
    <span class="light" data-light="camera" data-look=${camera ? 'good' : 'wait'}>${icon(camera ? 'camera' : 'camera_off')}${t(camera ? 'ready.light.camera' : 'ready.light.no_camera')}</span>
    ${network ? networkLight(network) : nothing}
  </span>`;
}

function shortWord(readiness: Readiness): TemplateResult {
  const [worst, ...others] = problemsOf(readiness);
  if (readiness.fit || !worst) return html`${t(readiness.fit ? 'ready.fit' : 'ready.unfit')}`;
  return html`${t(`ready.${worst}`)}${others.length ? html` <bdi dir="ltr">${`+${others.length}`}</bdi>` : nothing}`;
}

export function readinessChip({ readiness }: FloorRequest): Content {
  if (!readiness) return nothing;
  if (readiness.fit === null) return html`<span class="state fitness waiting">${icon('clock')}${t('ready.unheard')}</span>`;
  return html`<span class="state fitness ${readiness.fit ? 'good' : 'order'}" data-fit=${readiness.fit}>${icon(readiness.fit ? 'check' : 'alert')}${shortWord(readiness)}</span>`;
}

// What their last device check came to, with its day and hour; once they are measured on air or in the green room, that counts.
export function checkBadge({ readiness }: FloorRequest, check: KnownCheck | undefined): Content {
  if (readiness || check?.readiness.fit == null) return nothing;
  const { fit } = check.readiness;
  return html`<span class="state fitness checked ${fit ? 'good' : 'order'}" data-fit=${fit} title=${t('ready.checked')}
    >${icon(fit ? 'check' : 'alert')}<span class="unseen">${t('ready.checked')}:</span>${shortWord(check.readiness)}
    <time datetime=${new Date(check.at).toISOString()}>${dateText(check.at, locale.value)}</time></span
  >`;
}

export function readinessDetails(readiness: Readiness): TemplateResult {
  return html`<div class="fitness-details">
    ${readiness.fit ? nothing : problemsOf(readiness).map((problem) => html`<p class="problem">${icon('alert')}${t(`ready.${problem}`)}</p>`)}
    <p class="measures">${measuresOf(readiness).map(({ key, values }) => html`<span>${t(key, values)}</span> `)}</p>
  </div>`;
}

// To the person: what is wrong and what to do, or that it is good. On air only what is wrong.
export function ownReadiness({ readiness, state }: FloorRequest): Content {
  if (!readiness) return nothing;
  if (readiness.fit === null)
    return state === 'standby' ? html`<p class="publish fitness" role="status" data-state="connecting">${icon('clock')}<span>${t('ready.own.unheard')}</span></p>` : nothing;
  if (readiness.fit)
    return state === 'standby' ? html`<p class="publish fitness" role="status" data-state="connected">${icon('check')}<span>${t('ready.own.fit')}</span></p>` : nothing;
  const problems = problemsOf(readiness);
  return html`<div class="notice warn fitness" role="status">
    ${icon('alert')}
    <div>${problems.length ? problems.map((problem) => html`<p>${t(`ready.own.${problem}`)}</p>`) : html`<p>${t('ready.own.unfit')}</p>`}</div>
  </div>`;
}
