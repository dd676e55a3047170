// Who is in charge of the meeting, one of chair and moderators, and the way to take over: seen by all of them.
import { html, type TemplateResult } from 'lit';

import type { Actions, Presses } from '../core/actions.ts';
import { t } from '../core/i18n.ts';
import type { MeetingState } from '../core/protocol.ts';
import { pressButton } from './press.ts';
import { withName } from './words.ts';

export interface ChargeView {
  state: MeetingState;
  actions: Actions;
  presses: Presses;
}

export function charge({ state, actions, presses }: ChargeView): TemplateResult {
  const name = state.in_charge;
  const mine = Boolean(name) && name === state.you.name;
  return html`<div class="charge">
    <p role="status">${mine ? t('moderator.charge.you') : name ? withName('moderator.charge', name) : t('moderator.charge.nobody')}</p>
    ${mine ? '' : pressButton(presses, { press: 'take-over', label: t('moderator.charge.take'), icon: 'people', run: () => actions.takeOver() })}
  </div>`;
}
