// The meeting as a whole, on the moderator's page: its state, who hears it, who is in charge. What everybody outside
// notices has to be held for a moment.
import { html, nothing, type TemplateResult } from 'lit';

import { known, t } from '../core/i18n.ts';
import { hearKey, isPublic, meetingActs, type MeetingAct } from '../core/meeting_state.ts';
import type { Audience, MeetingState } from '../core/protocol.ts';
import { charge } from '../parts/charge.ts';
import '../parts/hold_button.ts';
import { icon, type IconName } from '../parts/icons.ts';
import { pressButton } from '../parts/press.ts';
import type { ModeratorModel } from './moderator_model.ts';

const signs: Readonly<Record<MeetingAct, IconName>> = { rehearse: 'eye', open: 'play', suspend: 'pause', resume: 'play', close: 'stop' };
const audiences: readonly Audience[] = ['public', 'registered', 'closed'];

function hold(model: ModeratorModel, press: string, label: string, fields: { sign?: IconName; chosen?: boolean; run: () => Promise<unknown> }): TemplateResult {
  return html`<hold-button
    hint="hold-hint"
    .press=${press}
    .label=${label}
    .sign=${fields.sign ?? ''}
    .chosen=${fields.chosen}
    .presses=${model.presses}
    .run=${fields.run}
    .slip=${() => (model.slipped.value = true)}
  ></hold-button>`;
}

function act(model: ModeratorModel, name: MeetingAct): TemplateResult {
  const { actions } = model;
  const runs = { rehearse: actions.rehearse, open: actions.openMeeting, suspend: actions.suspendMeeting, resume: actions.resumeMeeting, close: actions.closeMeeting };
  const run = (): Promise<unknown> => {
    model.slipped.value = false;
    return runs[name]();
  };
  const press = `meeting-${name}`;
  const label = t(`moderator.meeting.${name}`);
  return isPublic(name) ? hold(model, press, label, { sign: signs[name], run }) : pressButton(model.presses, { press, label, icon: signs[name], run });
}

function audience(model: ModeratorModel, state: MeetingState): TemplateResult {
  return html`<div role="group" class="audience" aria-label=${t('moderator.audience')}>
    ${audiences.map((value) => {
      const chosen = state.meeting.audience === value;
      const run = (): Promise<unknown> => {
        model.slipped.value = false;
        return chosen ? Promise.resolve() : model.actions.audience(value);
      };
      return hold(model, `audience-${value}`, t(`moderator.audience.${value}`), { chosen, run });
    })}
  </div>`;
}

export function meetingBox(model: ModeratorModel, state: MeetingState): TemplateResult {
  const { connected } = state.return;
  const { type } = state.meeting;
  const live = state.meeting.state === 'live';
  return html`<section class="box hear" aria-labelledby="meeting-title">
    <h2 id="meeting-title">${t('moderator.meeting')}</h2>
    <p class="line"><span class="state ${live ? 'good' : 'off'}" data-meeting=${state.meeting.state}>${t(`meeting.${state.meeting.state}`)}</span></p>
    ${type ? html`<p class="line">${t('moderator.type')}: <strong class="meeting-type">${known('type', type) ?? type}</strong></p>` : nothing}
    <h3 id="hear-title">${t('moderator.hear.title')}</h3>
    <p role="status">${icon('people')}<span>${t(hearKey(state))}</span></p>
    <p class="return" data-connected=${connected}>${icon(connected ? 'check' : 'alert')}<span>${t(connected ? 'moderator.return.yes' : 'moderator.return.no')}</span></p>
    <div class="acts">${meetingActs(state.meeting).map((name) => act(model, name))}</div>
    ${audience(model, state)}
    <p class="hint" id="hold-hint" data-slipped=${model.slipped.value} role="status">${t('moderator.hold')}</p>
    ${charge({ state, actions: model.actions, presses: model.presses })}
  </section>`;
}
