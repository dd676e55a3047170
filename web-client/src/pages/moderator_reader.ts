// Who reads a written text out: everybody sees it beside its author's name.
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import type { FloorRequest } from '../core/protocol.ts';
import { closeDialog, dialogHead, showDialog } from '../parts/head.ts';
import { icon } from '../parts/icons.ts';
import { define, Part } from '../parts/part.ts';
import { errorText } from '../parts/words.ts';
import type { ModeratorModel } from './moderator_model.ts';

// As the server's.
const kMaxName = 100;

export class ReaderForm extends Part {
  declare model: ModeratorModel;
  readonly #about = signal<FloorRequest | null>(null);

  show(request: FloorRequest): void {
    this.model.presses.dismiss();
    this.#about.value = request;
    void this.updateComplete.then(() => {
      showDialog('reader');
      this.querySelector<HTMLInputElement>('input[name="reader"]')?.select();
    });
  }

  #send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const id = this.#about.value?.request ?? '';
    const reader = new FormData(event.target as HTMLFormElement).get('reader');
    const name = typeof reader === 'string' ? reader.trim() : '';
    if (await this.model.presses.run('reader-save', () => this.model.actions.reader(id, name))) closeDialog('reader');
  };

  override render(): TemplateResult {
    const about = this.#about.value;
    return html`<dialog id="reader" class="sheet" aria-labelledby="reader-title" @close=${() => (this.#about.value = null)}>
      ${dialogHead('reader', about ? t('moderator.reader.title', { name: about.person.name }) : t('moderator.reader'))} ${about ? this.#form(about) : nothing}
    </dialog>`;
  }

  #form({ reader }: FloorRequest): TemplateResult {
    const refusal = this.model.presses.refusal.value;
    return html`<form class="body" @submit=${this.#send}>
      <label class="field"
        ><span>${t('moderator.reader')}</span
        ><input type="text" name="reader" maxlength=${kMaxName} autocomplete="off" dir="auto" aria-describedby="reader-hint" .value=${reader ?? ''}
      /></label>
      <p class="hint" id="reader-hint">${t('moderator.reader.hint')}</p>
      ${refusal?.press === 'reader-save' ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${errorText(refusal.error)}</span></p>` : nothing}
      <footer>
        <button type="button" class="button" @click=${() => closeDialog('reader')}>${t('app.cancel')}</button>
        <button type="submit" class="button primary" data-action="reader-save">${icon('check')}<span>${t('moderator.reader.save')}</span></button>
      </footer>
    </form>`;
  }
}

define('reader-form', ReaderForm);
