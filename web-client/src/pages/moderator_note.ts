// The private note of a request: beside the row, and the form to write it.
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import type { FloorRequest } from '../core/protocol.ts';
import { closeDialog, dialogHead, showDialog } from '../parts/head.ts';
import { icon } from '../parts/icons.ts';
import { define, Part } from '../parts/part.ts';
import { errorText, type Content } from '../parts/words.ts';
import type { ModeratorModel } from './moderator_model.ts';

// As the server's: read at a glance.
const kMaxNote = 280;

export function noteLine(model: ModeratorModel, { request }: FloorRequest): Content {
  const note = model.session.notes.value.get(request);
  if (!note) return nothing;
  return html`<p class="note">${icon('note')}<span class="unseen">${t('moderator.note')}:</span><bdi>${note.text}</bdi>${note.by ? html` <span class="by-whom">(<bdi>${note.by}</bdi>)</span>` : nothing}</p>`;
}

export class NoteForm extends Part {
  declare model: ModeratorModel;
  readonly #about = signal<FloorRequest | null>(null);

  show(request: FloorRequest): void {
    this.model.presses.dismiss();
    this.#about.value = request;
    void this.updateComplete.then(() => {
      showDialog('note');
      this.querySelector('textarea')?.focus();
    });
  }

  async #save(text: string): Promise<void> {
    const id = this.#about.value?.request ?? '';
    if (await this.model.presses.run('note-save', () => this.model.actions.note(id, text))) closeDialog('note');
  }

  #send = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = new FormData(event.target as HTMLFormElement).get('text');
    void this.#save(typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : '');
  };

  override render(): TemplateResult {
    const about = this.#about.value;
    return html`<dialog id="note" class="sheet" aria-labelledby="note-title" @close=${() => (this.#about.value = null)}>
      ${dialogHead('note', about ? t('moderator.note.title', { name: about.person.name }) : t('moderator.note'))} ${about ? this.#form(about) : nothing}
    </dialog>`;
  }

  #form({ request }: FloorRequest): TemplateResult {
    const { presses, note } = this.model;
    const text = note(request);
    const refusal = presses.refusal.value;
    return html`<form class="body" @submit=${this.#send}>
      <label class="field"><span>${t('moderator.note')}</span><textarea class="input" name="text" rows="3" maxlength=${kMaxNote} aria-describedby="note-hint" .value=${text}></textarea></label>
      <p class="hint" id="note-hint">${t('moderator.note.hint')}</p>
      ${refusal?.press === 'note-save' ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${errorText(refusal.error)}</span></p>` : nothing}
      <footer>
        ${text ? html`<button type="button" class="button" data-action="note-remove" @click=${() => void this.#save('')}>${icon('close')}<span>${t('moderator.note.remove')}</span></button>` : nothing}
        <button type="button" class="button" @click=${() => closeDialog('note')}>${t('app.cancel')}</button>
        <button type="submit" class="button primary" data-action="note-save">${icon('check')}<span>${t('moderator.note.save')}</span></button>
      </footer>
    </form>`;
  }
}

define('note-form', NoteForm);
