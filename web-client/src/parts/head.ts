// The head of a page, and the help behind its question mark.
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { locale, t, type MessageKey } from '../core/i18n.ts';
import { deviceShelf } from '../core/memory.ts';
import { findShortcut, isSingleKey, keyIsTaken, keyName, type Shortcut } from '../core/shortcuts.ts';
import { languageName } from '../core/format.ts';
import { chooseLocale, chooseTheme, locales, themeNow, type Theme } from './app.ts';
import { icon, logo } from './icons.ts';
import type { Content } from './words.ts';

const kKeysOff = 'plenary.keys_off';

const single_keys = signal(deviceShelf.get(kKeysOff) === null);
const theme = signal<Theme>('auto');

export function localeChoice(): TemplateResult {
  return html`<select
    aria-label=${t('app.language')}
    data-action="locale"
    @change=${(event: Event) => chooseLocale((event.target as HTMLSelectElement).value)}
  >
    ${locales().map((code) => html`<option value=${code} lang=${code} ?selected=${code === locale.value}>${languageName(code)}</option>`)}
  </select>`;
}

export interface HeadOptions {
  title: Content | string;
  middle?: Content;
  end?: Content;
  help?: boolean;
}

export function pageHead({ title, middle = nothing, end = nothing, help = true }: HeadOptions): TemplateResult {
  return html`<header class="bar">
    ${logo()}
    <h1>${title}</h1>
    ${middle}<span class="grow"></span>${end}${localeChoice()}
    ${help
      ? html`<button type="button" class="button quiet square" data-action="help" aria-label=${t('app.help')} title=${t('app.help')} @click=${openHelp}>
          ${icon('help')}
        </button>`
      : nothing}
  </header>`;
}

export function openHelp(): void {
  theme.value = themeNow(document.documentElement.dataset.theme === 'dark' ? 'dark' : 'auto');
  showDialog('help');
}

export function showDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

export function closeDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement) dialog.close();
}

export function dialogHead(id: string, title: string): TemplateResult {
  return html`<header>
    <h2 id="${id}-title">${title}</h2>
    <button type="button" class="button quiet square" aria-label=${t('app.close')} @click=${() => closeDialog(id)}>${icon('close')}</button>
  </header>`;
}

const arrows: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', Home: '⇱', Delete: 'Del' };

export function keyLabel(key: string): string {
  return key
    .split('+')
    .map((part) => arrows[part] ?? part)
    .join(' + ');
}

// `more` comes first: what somebody looks for who needs help.
export function helpDialog(shortcuts: readonly Shortcut[], more: Content = nothing): TemplateResult {
  const shown = new Map<string, string[]>();
  for (const { key, label } of shortcuts) shown.set(label, [...(shown.get(label) ?? []), keyLabel(key)]);
  return html`<dialog id="help" class="sheet" aria-labelledby="help-title">
    ${dialogHead('help', t('app.help'))}
    <div class="body">
      ${more}
      <label class="field"
        ><span>${t('app.appearance')}</span>
        <select @change=${(event: Event) => chooseTheme((event.target as HTMLSelectElement).value as Theme)}>
          ${(['auto', 'light', 'dark'] as const).map(
            (value) => html`<option value=${value} ?selected=${theme.value === value}>${t(`app.appearance.${value}`)}</option>`,
          )}
        </select></label
      >
      ${shortcuts.length
        ? html`<h3>${t('app.shortcuts')}</h3>
            <label class="choice"
              ><input type="checkbox" .checked=${single_keys.value} @change=${(event: Event) => setSingleKeys((event.target as HTMLInputElement).checked)} />
              <span>${t('app.shortcuts.use')}</span><span class="tick">${icon('check')}</span></label
            >
            <dl class="keys">
              ${[...shown].map(
                ([label, keys]) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
                  <dd>${t(label as MessageKey)}</dd>`,
              )}
            </dl>`
        : nothing}
    </div>
  </dialog>`;
}

function setSingleKeys(on: boolean): void {
  single_keys.value = on;
  if (on) deviceShelf.remove(kKeysOff);
  else deviceShelf.set(kKeysOff, '1');
}

export function listenForKeys(shortcuts: () => readonly Shortcut[]): () => void {
  const pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat || document.querySelector('dialog[open]')) return;
    const target = event.target as HTMLElement | null;
    const name = keyName(event);
    if (isSingleKey(name) && !single_keys.value) return;
    if (target && keyIsTaken(name, target.tagName, target.getAttribute('type') ?? undefined, target.isContentEditable)) return;
    const found = findShortcut(shortcuts(), event);
    if (!found) return;
    event.preventDefault();
    found.run();
  };
  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
}
