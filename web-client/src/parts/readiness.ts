// Whether a speaker's sound is fit for interpretation: a word beside the name, the reasons and numbers where there is room,
// and sentences that say what to do to the person themselves.
import { html, nothing, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import type { FloorRequest, Readiness } from '../core/protocol.ts';
import { measuresOf, problemsOf } from '../core/readiness.ts';
import { icon } from './icons.ts';
import type { Content } from './words.ts';

function shortWord(readiness: Readiness): string {
  if (readiness.fit) return t('ready.fit');
  const [worst, ...others] = problemsOf(readiness);
  if (!worst) return t('ready.unfit');
  return `${t(`ready.${worst}`)}${others.length ? ` +${others.length}` : ''}`;
}

export function readinessChip({ readiness }: FloorRequest): Content {
  if (!readiness) return nothing;
  return html`<span class="state fitness ${readiness.fit ? 'good' : 'order'}" data-fit=${readiness.fit}>${icon(readiness.fit ? 'check' : 'alert')}${shortWord(readiness)}</span>`;
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
  if (readiness.fit)
    return state === 'standby' ? html`<p class="publish fitness" role="status" data-state="connected">${icon('check')}<span>${t('ready.own.fit')}</span></p>` : nothing;
  const problems = problemsOf(readiness);
  return html`<div class="notice warn fitness" role="status">
    ${icon('alert')}
    <div>${problems.length ? problems.map((problem) => html`<p>${t(`ready.own.${problem}`)}</p>`) : html`<p>${t('ready.own.unfit')}</p>`}</div>
  </div>`;
}
