// The moderator's form that adds somebody by name, with an account or without.
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import type { Actions, Presses } from '../core/actions.ts';
import { t } from '../core/i18n.ts';
import { rankFrom } from '../core/rank.ts';
import type { RequestKind, Where } from '../core/protocol.ts';
import { closeDialog, dialogHead, showDialog } from './head.ts';
import { icon } from './icons.ts';
import { define, Part } from './part.ts';
import { personFields } from './person_fields.ts';
import { kText, textField } from './text_field.ts';
import { errorText } from './words.ts';

const categories = ['government', 'private_sector', 'civil_society', 'academia', 'international_organization'] as const;
const kinds: readonly RequestKind[] = ['statement', 'question', 'point_of_order', 'written'];
// Nobody connects by themselves when added by name: in the room is what is meant nearly always.
const places: readonly Where[] = ['room', 'phone', 'remote'];

export class AddSpeaker extends Part {
  declare actions: Actions;
  declare presses: Presses;
  readonly #open = signal(false);
  readonly #kind = signal<RequestKind>('statement');
  readonly #text = signal('');

  show(kind: RequestKind): void {
    this.#kind.value = kind;
    this.presses.dismiss();
    this.#open.value = true;
    void this.updateComplete.then(() => {
      showDialog('add');
      this.querySelector<HTMLInputElement>('input[name="name"]')?.focus();
    });
  }

  async #send(form: HTMLFormElement): Promise<void> {
    const field = (name: string): string => {
      const value = new FormData(form).get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const title = field('title');
    const country = field('country');
    const rank = rankFrom(field('rank'));
    const added = await this.presses.run('add', () =>
      this.actions.add({
        name: field('name'),
        organisation: field('organisation'),
        category: field('category'),
        where: field('where') as Where,
        kind: this.#kind.value,
        ...(this.#kind.value === 'written' && { text: this.#text.value }),
        ...(title && { title }),
        ...(country && { country }),
        ...(rank && { rank }),
      }),
    );
    if (!added) return;
    this.#text.value = '';
    closeDialog('add');
  }

  override render(): TemplateResult {
    return html`<dialog id="add" class="sheet" aria-labelledby="add-title" @close=${() => (this.#open.value = false)}>
      ${dialogHead('add', t('moderator.add'))} ${this.#open.value ? this.#form() : nothing}
    </dialog>`;
  }

  #form(): TemplateResult {
    const refusal = this.presses.refusal.value;
    return html`<form
      class="body"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void this.#send(event.target as HTMLFormElement);
      }}
    >
      <label class="field"><span>${t('moderator.add.name')}</span><input type="text" name="name" required maxlength="100" autocomplete="off" /></label>
      <label class="field"><span>${t('moderator.add.organisation')}</span><input type="text" name="organisation" maxlength="100" autocomplete="off" /></label>
      <div class="pair">
        <label class="field"
          ><span>${t('moderator.add.category')}</span
          ><select name="category">
            <option value="">${t('moderator.add.none')}</option>
            ${categories.map((category) => html`<option value=${category}>${t(`category.${category}`)}</option>`)}
          </select></label
        >
        <label class="field"
          ><span>${t('moderator.add.where')}</span
          ><select name="where">
            ${places.map((where) => html`<option value=${where}>${t(`where.${where}`)}</option>`)}
          </select></label
        >
      </div>
      <label class="field"
        ><span>${t('request.kind')}</span
        ><select name="kind" @change=${({ target }: Event) => (this.#kind.value = (target as HTMLSelectElement).value as RequestKind)}>
          ${kinds.map((kind) => html`<option value=${kind} ?selected=${kind === this.#kind.value}>${t(`kind.${kind as 'statement'}`)}</option>`)}
        </select></label
      >
      ${this.#kind.value === 'written' ? textField({ label: t('moderator.add.text'), text: this.#text.value, max: kText, required: false, change: (text) => (this.#text.value = text) }) : nothing}
      ${personFields()}
      ${refusal?.press === 'add' ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${errorText(refusal.error)}</span></p>` : nothing}
      <footer>
        <button type="button" class="button" @click=${() => closeDialog('add')}>${t('app.cancel')}</button>
        <button type="submit" class="button primary" data-action="add-send">${icon('plus')}<span>${t('moderator.add.send')}</span></button>
      </footer>
    </form>`;
  }
}

define('add-speaker', AddSpeaker);
