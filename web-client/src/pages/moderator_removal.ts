// Sending somebody away for good, in the menu of their row: held for a moment, because nothing takes it back.
import { html, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import type { FloorRequest } from '../core/protocol.ts';
import '../parts/hold_button.ts';
import type { ModeratorModel } from './moderator_model.ts';

export function removal(model: ModeratorModel, { request: id, person }: FloorRequest): TemplateResult {
  const { participant, name } = person;
  const menu = `more-${id}`;
  const run = async (): Promise<unknown> => {
    try {
      return await model.actions.remove(participant);
    } finally {
      document.getElementById(menu)?.hidePopover();
      model.slipped_on.value = null;
    }
  };
  return html`<div class="removal">
    <hold-button
      hint="remove-hint-${id}"
      look="end"
      sign="leave"
      .press=${`remove ${id}`}
      .label=${t('moderator.remove')}
      .name=${t('moderator.remove.this', { name })}
      .presses=${model.presses}
      .run=${run}
      .slip=${() => (model.slipped_on.value = id)}
    ></hold-button>
    <p class="hint" id="remove-hint-${id}" data-slipped=${model.slipped_on.value === id} role="status">${t('moderator.remove.hint')}</p>
  </div>`;
}
