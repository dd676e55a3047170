// The private line to those who run the meeting: one's own call, and the desk where all of them arrive.
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { Actions, Presses } from '../core/actions.ts';
import { openHelps, ownHelp, waits } from '../core/helps.ts';
import { known, pieces, t } from '../core/i18n.ts';
import type { Help } from '../core/protocol.ts';
import type { Session } from '../core/session.ts';
import { timers } from './app.ts';
import { dialogHead, showDialog } from './head.ts';
import { icon } from './icons.ts';
import { define, Part } from './part.ts';
import { affiliation, bdi, errorText, timeOfDay, whereMark, type Content } from './words.ts';

const kText = 280; // characters; the server takes no more

function lines({ lines: all }: Help): TemplateResult {
  return html`<ol class="help-lines">
    ${all.map(({ by, staff, at, text }) => html`<li data-staff=${staff}><p class="small"><bdi>${by || t('join.guest')}</bdi> · <time>${timeOfDay(at)}</time></p><p><bdi>${text}</bdi></p></li>`)}
  </ol>`;
}

abstract class HelpPart extends Part {
  readonly presses = new Presses(timers);

  protected form(press: string, label: string, send_label: string, send: (text: string) => Promise<unknown>): TemplateResult {
    const refusal = this.presses.refusal.value;
    const busy = this.presses.states.value.get(press) === 'pending';
    const submit = async (event: SubmitEvent): Promise<void> => {
      event.preventDefault();
      const input = (event.target as HTMLFormElement).elements.namedItem('text') as HTMLInputElement;
      const text = input.value.trim();
      if (text && (await this.presses.run(press, () => send(text)))) input.value = '';
    };
    return html`<form class="help-form" @submit=${(event: SubmitEvent) => void submit(event)}>
        <label class="field"><span>${label}</span><input type="text" name="text" required maxlength=${kText} autocomplete="off" /></label>
        <button type="submit" class="button" data-action=${press.split(' ')[0] ?? ''} aria-busy=${busy ? 'true' : nothing}>${send_label}</button>
      </form>
      ${refusal?.press === press ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${errorText(refusal.error)}</span></p>` : nothing}`;
  }
}

// In the help of every page whose person may need some.
export class HelpAsk extends HelpPart {
  static override properties: PropertyDeclarations = { session: { attribute: false } };
  declare session: Session;

  override render(): TemplateResult {
    const actions = new Actions((method, params) => this.session.call(method, params));
    const help = ownHelp(this.session.helps.value, this.session.joined.value?.participant);
    return html`<section class="help-ask" aria-labelledby="help-ask-title">
      <h3 id="help-ask-title">${t('help.ask')}</h3>
      <p class="hint">${t('help.ask.hint')}</p>
      ${help ? html`<div class="help" data-state=${help.state}>${lines(help)}</div>` : nothing}
      <p class="hint" role="status">${help ? t(help.state === 'closed' ? 'help.closed' : waits(help) ? 'help.waits' : 'help.answered') : nothing}</p>
      ${this.form('help-ask', t('help.text'), t('help.send'), (text) => actions.askHelp(text))}
    </section>`;
  }
}

// An answer, wherever its reader is on the page.
export function helpAnswer(session: Session, seen: string | null, dismiss: (seen: string) => void): Content {
  const help = ownHelp(session.helps.value, session.joined.value?.participant);
  const last = help?.lines.at(-1);
  const id = help && last ? `${help.help} ${last.at}` : '';
  if (!last?.staff || seen === id) return nothing;
  return html`<div class="notice good help-answer">
    ${icon('help')}
    <p role="status"><strong><bdi>${last.by}</bdi></strong>: <bdi>${last.text}</bdi></p>
    <button type="button" class="button quiet square" aria-label=${t('app.close')} @click=${() => dismiss(id)}>${icon('close')}</button>
  </div>`;
}

export interface HelpRoom {
  session: Session;
  title: string; // empty: the page has one room only
}

interface Call {
  help: Help;
  room: HelpRoom;
}

function callsOf(rooms: readonly HelpRoom[]): Call[] {
  return rooms.flatMap((room) => openHelps(room.session.helps.value).map((help) => ({ help, room })));
}

// The badge in a head; what is new is read out.
export function helpsButton(rooms: readonly HelpRoom[]): TemplateResult {
  const calls = callsOf(rooms);
  const waiting = calls.filter(({ help }) => waits(help));
  const newest = waiting.at(-1)?.help;
  const said = newest?.lines.at(-1)?.text ?? '';
  return html`<button type="button" class="button quiet helps ${waiting.length ? 'waits' : ''}" data-action="helps" data-count=${calls.length} @click=${() => showDialog('helps')}>
      ${icon('hand')}<span>${t('help.desk.count', { count: calls.length })}</span>
    </button>
    <p class="unseen" role="status">${newest ? pieces('help.said', { name: bdi(newest.person.name || t('join.guest')), text: bdi(said) }) : nothing}</p>`;
}

export class HelpDesk extends HelpPart {
  static override properties: PropertyDeclarations = { rooms: { attribute: false } };
  declare rooms: readonly HelpRoom[];

  override render(): TemplateResult {
    const calls = callsOf(this.rooms);
    return html`<dialog id="helps" class="sheet" aria-labelledby="helps-title">
      ${dialogHead('helps', t('help.desk'))}
      <div class="body">
        ${calls.length
          ? html`<ul class="helps-list">
              ${repeat(calls, ({ help, room }) => `${room.title} ${help.help}`, (call) => this.#call(call))}
            </ul>`
          : html`<p class="none" role="status">${t('help.none')}</p>`}
      </div>
    </dialog>`;
  }

  #call({ help, room }: Call): TemplateResult {
    const actions = new Actions((method, params) => room.session.call(method, params));
    const name = help.person.name || t('join.guest');
    const close = `help-close ${room.title} ${help.help}`;
    return html`<li class="help" data-state=${help.state} data-waits=${waits(help)}>
      <p class="line">
        <strong class="name"><bdi>${name}</bdi></strong>${help.role === 'participant' ? nothing : html`<span class="chip">${known('role', help.role) ?? help.role}</span>`}${whereMark(help.person.where)}
        ${room.title ? html`<span class="chip">${bdi(room.title)}</span>` : nothing}
      </p>
      ${affiliation(help.person)} ${lines(help)}
      ${this.form(`help-answer ${room.title} ${help.help}`, t('help.answer', { name }), t('help.answer.send'), (text) => actions.answerHelp(help.help, text))}
      <button type="button" class="button" data-action="help-close" aria-label=${t('help.done.name', { name })} @click=${() => void this.presses.run(close, () => actions.closeHelp(help.help))}>
        ${icon('check')}<span>${t('help.done')}</span>
      </button>
    </li>`;
  }
}

define('help-ask', HelpAsk);
define('help-desk', HelpDesk);
