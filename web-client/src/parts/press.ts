// A button whose press shows pending → done, with the shortcut on it where there is one.
import { html, nothing, type TemplateResult } from 'lit';

import type { Presses } from '../core/actions.ts';
import { icon, type IconName } from './icons.ts';

export interface PressOptions {
  press: string; // the name of the press; also the data-action that tests and styles use
  label: string;
  // Where several buttons have the same word, what tells them apart for those who do not see where it stands.
  name?: string;
  icon?: IconName;
  key?: string;
  look?: string;
  disabled?: boolean;
  hide_label?: boolean;
  run: () => Promise<unknown>;
}

export function pressButton(presses: Presses, options: PressOptions): TemplateResult {
  const state = presses.states.value.get(options.press);
  return html`<button
    type="button"
    class="button ${options.look ?? ''}"
    data-action=${options.press.split(' ')[0] ?? ''}
    data-press=${state ?? nothing}
    aria-busy=${state === 'pending' ? 'true' : nothing}
    aria-label=${options.name ?? (options.hide_label ? options.label : nothing)}
    title=${options.hide_label ? options.label : nothing}
    ?disabled=${options.disabled ?? false}
    @click=${() => void presses.run(options.press, options.run)}
  >
    ${options.icon ? icon(state === 'done' ? 'check' : options.icon) : nothing}${options.hide_label ? nothing : html`<span>${options.label}</span>`}
    ${options.key ? html`<kbd aria-hidden="true">${options.key}</kbd>` : nothing}
  </button>`;
}
