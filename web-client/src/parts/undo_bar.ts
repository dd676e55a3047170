// The last act, for as long as it can be taken back. It stands at the foot of a page and grows upwards, so that no button
// moves when it comes or goes.
import { html, nothing, svg, type PropertyDeclarations, type TemplateResult } from 'lit';

import type { Actions, Presses } from '../core/actions.ts';
import { known, t } from '../core/i18n.ts';
import type { MeetingState } from '../core/protocol.ts';
import { mayUndo, UndoSubject, undoSeconds } from '../core/undo.ts';
import { beat } from './clock.ts';
import { define, Part } from './part.ts';
import { pressButton } from './press.ts';
import { bdi, type Content } from './words.ts';

const kRing = 2 * Math.PI * 16;
// How long the server offers it; only the ring is drawn by it.
const kUndo_s = 5;

// "floor.grant" → "Floor given". An act that this page has no word for is the last act.
export function actText(act: string): string {
  return known('undo', act) ?? t('undo.other');
}

abstract class UndoPart extends Part {
  static override properties: PropertyDeclarations = { state: { attribute: false }, now: { attribute: false } };
  declare state: MeetingState | null;
  declare now: () => number;
  declare actions: Actions;
  declare presses: Presses;
  readonly #subject = new UndoSubject();
  #name: string | undefined;

  constructor() {
    super();
    this.state = null;
    this.now = Date.now;
  }

  override willUpdate(): void {
    this.#name = this.state ? this.#subject.see(this.state)?.person.name : undefined;
  }

  protected seconds(): number {
    return beat.value >= 0 ? undoSeconds(this.state?.undo, this.now()) : 0;
  }

  protected button(look: string, seconds: number, key = 'Z'): TemplateResult {
    return pressButton(this.presses, { press: 'undo', label: t('undo.button'), icon: 'undo', key, look, disabled: seconds === 0 || !this.#may(), run: () => this.actions.undo() });
  }

  #may(): boolean {
    return this.state !== null && mayUndo(this.state.undo, this.state.you.role);
  }

  protected words(): Content {
    const state = this.state;
    if (!state?.undo) return nothing;
    const { act, by } = state.undo;
    return html`<strong>${actText(act)}</strong>${this.#name ? html` · ${bdi(this.#name)}` : nothing}${by && by !== state.you.name ? html` <span class="by">(${bdi(by)})</span>` : nothing}`;
  }
}

export class UndoBar extends UndoPart {
  // The live region is there before its words are, so that they are read out; the seconds are not.
  override render(): TemplateResult {
    const seconds = this.seconds();
    const open = seconds > 0 || this.presses.states.value.has('undo');
    this.dataset.open = String(open);
    return html`<p role="status">${seconds ? this.words() : nothing}</p>
      ${seconds ? ring(seconds) : nothing} ${open ? this.button('', seconds) : nothing}`;
  }
}

// For pages where it has a place of its own, always there.
export class UndoButton extends UndoPart {
  override render(): TemplateResult {
    const seconds = this.seconds();
    return html`${this.button('large', seconds)}
      <p class="undo-words" role="status">${seconds ? html`<span>${this.words()}</span> ${ring(seconds)}` : nothing}</p>`;
  }
}

function ring(seconds: number): TemplateResult {
  return html`<span class="seconds" aria-hidden="true"
    ><svg viewBox="0 0 40 40">
      <circle class="track" cx="20" cy="20" r="16" />
      ${svg`<circle class="used" cx="20" cy="20" r="16" stroke-dasharray=${kRing} stroke-dashoffset=${kRing * (1 - Math.min(1, seconds / kUndo_s))} />`}</svg
    >${seconds}</span
  >`;
}

define('undo-bar', UndoBar);
define('undo-button', UndoButton);
