// How the time is shared between the stakeholder categories.
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';

import { shares, type Share } from '../core/balance.ts';
import { clockText } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import type { MeetingState } from '../core/protocol.ts';
import { beat } from './clock.ts';
import { define, Part } from './part.ts';
import { categoryName } from './words.ts';

export class BalanceList extends Part {
  static override properties: PropertyDeclarations = { state: { attribute: false }, now: { attribute: false } };
  declare state: MeetingState;
  declare now: () => number;

  override render(): TemplateResult {
    const list = beat.value >= 0 ? shares(this.state, this.now()) : [];
    if (!list.length) return html`<p class="none">${t('moderator.balance.none')}</p>`;
    const all = list.reduce((sum, { spoken_ms }) => sum + spoken_ms, 0);
    return html`<ul class="shares">${list.map((share) => row(share, all))}</ul>`;
  }
}

function row({ category, spoken_count, spoken_ms }: Share, all: number): TemplateResult {
  const percent = all ? Math.round((100 * spoken_ms) / all) : 0;
  const name = categoryName(category) || t('moderator.add.none');
  return html`<li>
    <p class="line"><span class="share-name">${name}</span><span class="share-numbers">${spoken_count} × · ${clockText(spoken_ms)} · ${percent} %</span></p>
    <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6" /><rect class="used" width=${percent} height="6" /></svg>
  </li>`;
}

define('balance-list', BalanceList);
