// What few people have and nobody must say: title, country and protocol rank, folded away in the forms that ask for a person.
import { html, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import { kMaxRank } from '../core/rank.ts';

// A browser cannot show what is wrong with a field that is folded away.
function unfold({ target }: Event): void {
  const folded = (target as HTMLElement).closest('details');
  if (folded) folded.open = true;
}

export function personFields(): TemplateResult {
  return html`<details class="more-fields person-fields">
    <summary>${t('person.more')}</summary>
    <div class="within">
      <label class="field"><span>${t('person.title')}</span><input type="text" name="title" maxlength="100" autocomplete="off" /></label>
      <label class="field"><span>${t('person.country')}</span><input type="text" name="country" maxlength="60" autocomplete="off" /></label>
      <label class="field"
        ><span>${t('person.rank')}</span
        ><input type="number" name="rank" min="1" max=${kMaxRank} step="1" inputmode="numeric" autocomplete="off" aria-describedby="rank-hint" @invalid=${unfold}
      /></label>
      <p class="hint" id="rank-hint">${t('person.rank.hint')}</p>
    </div>
  </details>`;
}
