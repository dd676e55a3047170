// How the time is shared between the stakeholder categories.
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';

import type { Balance, Share } from '../core/balance.ts';
import { clockText } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import { beat } from './clock.ts';
import { define, Part } from './part.ts';
import { categoryName } from './words.ts';

export class BalanceList extends Part {
  static override properties: PropertyDeclarations = { balance: { attribute: false }, now: { attribute: false } };
  declare balance: Balance;
  declare now: () => number;

  override render(): TemplateResult {
    const shares = beat.value >= 0 ? this.balance.shares(this.now()) : [];
    if (!shares.length) return html`<p class="none">${t('moderator.balance.none')}</p>`;
    const all = shares.reduce((sum, { spoken_ms }) => sum + spoken_ms, 0);
    return html`<ul class="shares">${shares.map((share) => row(share, all))}</ul>`;
  }
}

function row({ category, count, spoken_ms }: Share, all: number): TemplateResult {
  const percent = all ? Math.round((100 * spoken_ms) / all) : 0;
  const name = categoryName(category) || t('moderator.add.none');
  return html`<li>
    <p class="line"><span class="share-name">${name}</span><span class="share-numbers">${count} × · ${clockText(spoken_ms)} · ${percent} %</span></p>
    <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6" /><rect class="used" width=${percent} height="6" /></svg>
  </li>`;
}

define('balance-list', BalanceList);
