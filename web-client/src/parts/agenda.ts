// The agenda: the current item in a page's head, and the moderator's list of all items with the item's clock.
import { signal } from '@preact/signals-core';
import { html, nothing, svg, type PropertyDeclarations, type TemplateResult } from 'lit';

import { agendaText, currentItem, neighbour, parseAgenda } from '../core/agenda.ts';
import type { Actions, Presses } from '../core/actions.ts';
import { clockText } from '../core/format.ts';
import { pieces, t } from '../core/i18n.ts';
import type { AgendaItem, MeetingState } from '../core/protocol.ts';
import { beat } from './clock.ts';
import { closeDialog, dialogHead, showDialog } from './head.ts';
import { icon } from './icons.ts';
import { define, Part } from './part.ts';
import { pressButton } from './press.ts';
import { bdi, errorText, type Content } from './words.ts';

// "Item 4: Connectivity", or nothing.
export function itemWords(state: MeetingState | null): Content {
  const item = currentItem(state);
  return item ? html`<span class="item">${pieces('agenda.item', { item: item.item, title: bdi(item.title) })}</span>` : nothing;
}

const kMinute_ms = 60_000;

// How long the current item has lasted, of what was planned for it.
export class ItemClock extends Part {
  static override properties: PropertyDeclarations = { since: { attribute: false }, minutes: { attribute: false }, now: { attribute: false } };
  declare since: number;
  declare minutes: number | undefined;
  declare now: () => number;

  override render(): TemplateResult {
    const spent = beat.value >= 0 ? Math.max(0, this.now() - this.since) : 0;
    const planned = (this.minutes ?? 0) * kMinute_ms;
    const over = planned > 0 && spent > planned;
    this.dataset.over = String(over);
    return html`<span class="chip" title=${t('agenda.since')}
        >${icon(over ? 'alert' : 'clock')}<span class="unseen">${t('agenda.since')}</span><span class="digits">${clockText(spent)}</span>${planned
          ? html`<span aria-hidden="true"> / ${clockText(planned)}</span><span class="unseen">${t('agenda.planned', { minutes: this.minutes ?? 0 })}</span>`
          : nothing}${over ? html`<span class="unseen">${t('agenda.over')}</span>` : nothing}</span
      >
      ${planned ? html`<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6" />${svg`<rect class="used" width=${Math.min(100, (100 * spent) / planned)} height="6" />`}</svg>` : nothing}`;
  }
}

define('item-clock', ItemClock);

export interface AgendaView {
  state: MeetingState;
  actions: Actions;
  presses: Presses;
  now: () => number;
  edit: () => void;
  step: (by: -1 | 1) => Promise<unknown>;
}

function stepButton({ state, presses, step }: AgendaView, by: -1 | 1): TemplateResult {
  return pressButton(presses, {
    press: by === 1 ? 'item-next' : 'item-previous',
    label: t(by === 1 ? 'agenda.next' : 'agenda.previous'),
    icon: by === 1 ? 'down' : 'up',
    key: by === 1 ? ']' : '[',
    look: 'quiet',
    disabled: !state.agenda || neighbour(state.agenda, by) === undefined,
    run: () => step(by),
  });
}

function row({ actions, presses, state }: AgendaView, { item, title, minutes }: AgendaItem, index: number, current: number): TemplateResult {
  const past = index < current;
  const chosen = index === current;
  return html`<li data-past=${past} data-current=${chosen}>
    <button
      type="button"
      class="button quiet"
      data-action="item"
      aria-current=${chosen ? 'step' : nothing}
      @click=${() => void presses.run(`item ${item}`, () => (item === state.agenda?.current ? Promise.resolve() : actions.selectItem(item)))}
    >
      <span class="sign">${past ? icon('check') : chosen ? icon('play') : nothing}</span><span class="number">${item}</span><bdi>${title}</bdi
      >${minutes ? html`<span class="planned"><span aria-hidden="true">${minutes}′</span><span class="unseen">${t('agenda.planned', { minutes })}</span></span>` : nothing}${past ? html`<span class="unseen">${t('agenda.done')}</span>` : nothing}
    </button>
  </li>`;
}

export function agendaBox(view: AgendaView): TemplateResult {
  const { items, current, since } = view.state.agenda ?? { items: [], current: null, since: null };
  const place = items.findIndex(({ item }) => item === current);
  return html`<section class="box agenda" aria-labelledby="agenda-title" data-items=${items.length}>
    <div class="box-head">
      <h2 id="agenda-title">${t('agenda.title')}</h2>
      ${since != null ? html`<item-clock .since=${since} .minutes=${items[place]?.minutes} .now=${view.now}></item-clock>` : nothing}
    </div>
    ${items.length
      ? html`<ol class="items">
            ${items.map((item, index) => row(view, item, index, place))}
          </ol>
          <div class="acts">${stepButton(view, -1)}${stepButton(view, 1)}</div>`
      : html`<p class="none">${t('agenda.none')}</p>`}
    <button type="button" class="button quiet" data-action="agenda-edit" @click=${view.edit}>${icon('plus')}<span>${t('agenda.edit')}</span></button>
  </section>`;
}

// One item a line, in a text that can be pasted from anywhere.
export class AgendaForm extends Part {
  declare actions: Actions;
  declare presses: Presses;
  readonly #text = signal<string | null>(null);

  show(items: readonly AgendaItem[]): void {
    this.presses.dismiss();
    this.#text.value = agendaText(items);
    void this.updateComplete.then(() => {
      showDialog('agenda-form');
      this.querySelector('textarea')?.focus();
    });
  }

  async #send(): Promise<void> {
    const items = parseAgenda(this.#text.value ?? '');
    if (await this.presses.run('agenda-set', () => this.actions.setAgenda(items))) closeDialog('agenda-form');
  }

  override render(): TemplateResult {
    return html`<dialog id="agenda-form" class="sheet" aria-labelledby="agenda-form-title" @close=${() => (this.#text.value = null)}>
      ${dialogHead('agenda-form', t('agenda.title'))} ${this.#text.value === null ? nothing : this.#form(this.#text.value)}
    </dialog>`;
  }

  #form(text: string): TemplateResult {
    const refusal = this.presses.refusal.value;
    return html`<form
      class="body"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void this.#send();
      }}
    >
      <label class="field"
        ><span>${t('agenda.lines')}</span
        ><textarea class="input" name="items" rows="8" .value=${text} @input=${(event: Event) => (this.#text.value = (event.target as HTMLTextAreaElement).value)}></textarea>
        <small>${t('agenda.lines.hint')}</small></label
      >
      ${refusal?.press === 'agenda-set' ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${errorText(refusal.error)}</span></p>` : nothing}
      <footer>
        <button type="button" class="button" @click=${() => closeDialog('agenda-form')}>${t('app.cancel')}</button>
        <button type="submit" class="button primary" data-action="agenda-send">${icon('check')}<span>${t('agenda.send')}</span></button>
      </footer>
    </form>`;
  }
}

define('agenda-form', AgendaForm);
