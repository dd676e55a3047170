// A button for what everybody outside notices: it is held for a moment (pointer, Enter or Space), or pressed with Ctrl.
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';

import type { Presses } from '../core/actions.ts';
import { Hold } from '../core/hold.ts';
import { timers } from './app.ts';
import { icon, type IconName } from './icons.ts';
import { define, Part } from './part.ts';

type Modified = Pick<KeyboardEvent, 'ctrlKey' | 'metaKey' | 'shiftKey'>;

function isModified({ ctrlKey, metaKey, shiftKey }: Modified): boolean {
  return ctrlKey || metaKey || shiftKey;
}

export class HoldButton extends Part {
  static override properties: PropertyDeclarations = {
    press: {}, label: {}, name: {}, sign: {}, look: {}, hint: {}, chosen: { attribute: false }, run: { attribute: false }, slip: { attribute: false },
  };
  declare press: string;
  declare label: string;
  declare name: string; // where several have the same word: what tells them apart
  declare sign: IconName | '';
  declare look: string;
  declare hint: string; // the id of the line that says that it has to be held
  declare chosen: boolean | undefined; // one of several: whether it is so already
  declare presses: Presses;
  declare run: () => Promise<unknown>;
  declare slip: () => void; // it was pressed for too short a time

  readonly #hold = new Hold(timers, () => this.#act());
  // The click that ends a pointer's hold means nothing any more.
  #held = false;

  constructor() {
    super();
    this.press = this.label = this.name = this.sign = this.look = this.hint = '';
    this.chosen = undefined;
    this.run = () => Promise.resolve();
    this.slip = () => undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#hold.release();
  }

  #act(): void {
    this.#held = true;
    void this.presses.run(this.press, this.run);
  }

  #down = (event: PointerEvent): void => {
    this.#held = false;
    if (event.button === 0 && !isModified(event)) this.#hold.press();
  };

  #away = (): void => void this.#hold.release();

  #click = (event: MouseEvent): void => {
    if (isModified(event)) this.#act();
    else if (this.#hold.release() || !this.#held) this.slip();
    this.#held = false;
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (event.type === 'keyup') {
      if (this.#hold.release()) this.slip();
    } else if (!event.repeat) {
      if (isModified(event)) this.#act();
      else this.#hold.press();
    }
  };

  override render(): TemplateResult {
    const state = this.presses.states.value.get(this.press);
    return html`<button
      type="button"
      class="button hold ${this.look}"
      data-action=${this.press.split(' ')[0] ?? ''}
      data-press=${state ?? nothing}
      data-holding=${this.#hold.holding.value || nothing}
      aria-label=${this.name || nothing}
      aria-busy=${state === 'pending' ? 'true' : nothing}
      aria-pressed=${this.chosen === undefined ? nothing : String(this.chosen)}
      aria-describedby=${this.hint || nothing}
      @pointerdown=${this.#down}
      @pointerleave=${this.#away}
      @pointercancel=${this.#away}
      @click=${this.#click}
      @keydown=${this.#key}
      @keyup=${this.#key}
      @blur=${this.#away}
      @contextmenu=${(event: Event) => event.preventDefault()}
    >
      ${this.sign ? icon(state === 'done' ? 'check' : this.sign) : nothing}<span>${this.label}</span>
    </button>`;
  }
}

define('hold-button', HoldButton);
