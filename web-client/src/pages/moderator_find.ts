// Finding somebody in a long list: it shows whom the words fit; Enter chooses the first of them, Esc shows all again.
import { html, nothing, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import { icon } from '../parts/icons.ts';
import type { ModeratorModel } from './moderator_model.ts';

const kField = 'find';

export function openFind(): void {
  document.querySelector<HTMLInputElement>(`#${kField}`)?.select();
}

function jump(model: ModeratorModel): void {
  const id = model.take_found();
  if (!id) return;
  // Once the list is whole again.
  requestAnimationFrame(() => {
    const row = document.querySelector<HTMLElement>(`[data-request="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: 'center' });
    row?.querySelector<HTMLElement>('.pick')?.focus();
  });
}

function pressed(model: ModeratorModel, event: KeyboardEvent): void {
  const field = event.currentTarget as HTMLInputElement;
  if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
  event.preventDefault();
  if (event.key === 'Enter') return jump(model);
  model.wanted.value = '';
  field.blur();
}

export function findField(model: ModeratorModel): TemplateResult {
  const { wanted, shown, rows } = model;
  const looks = wanted.value.trim() !== '';
  return html`<span class="find">
    ${icon('find')}
    <input
      id=${kField}
      type="search"
      autocomplete="off"
      aria-label=${t('moderator.find')}
      placeholder=${t('moderator.find')}
      aria-keyshortcuts="/"
      .value=${wanted.value}
      @input=${(event: Event) => (wanted.value = (event.target as HTMLInputElement).value)}
      @keydown=${(event: KeyboardEvent) => pressed(model, event)}
    /><kbd aria-hidden="true">/</kbd>
    <span class="found" role="status">${looks ? t('moderator.find.count', { shown: shown.value.length, all: rows.value.length }) : nothing}</span>
  </span>`;
}
