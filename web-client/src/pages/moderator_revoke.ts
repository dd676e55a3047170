// Ending somebody's speech and saying why. Without a reason it is one press (X); this is for who wants to give one.
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import type { FloorRequest } from '../core/protocol.ts';
import { kRevokeReasons, type RevokeReason } from '../core/reasons.ts';
import { closeDialog, dialogHead, showDialog } from '../parts/head.ts';
import { icon } from '../parts/icons.ts';
import { define, Part } from '../parts/part.ts';
import { errorText } from '../parts/words.ts';
import type { ModeratorModel } from './moderator_model.ts';

// As the server's: a sentence or two.
const kMaxReason = 280;

export class RevokeForm extends Part {
  declare model: ModeratorModel;
  readonly #about = signal<FloorRequest | null>(null);
  readonly #choice = signal<RevokeReason | 'own'>('over_time');

  show(request: FloorRequest): void {
    this.model.presses.dismiss();
    this.#choice.value = 'over_time';
    this.#about.value = request;
    void this.updateComplete.then(() => {
      showDialog('revoke');
      this.querySelector<HTMLInputElement>('input:checked')?.focus();
    });
  }

  #send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const text = new FormData(event.target as HTMLFormElement).get('text');
    const reason = this.#choice.value === 'own' ? (typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : '') : this.#choice.value;
    const id = this.#about.value?.request ?? '';
    if (await this.model.presses.run('revoke-send', () => this.model.actions.revoke(id, reason))) closeDialog('revoke');
  };

  override render(): TemplateResult {
    const about = this.#about.value;
    return html`<dialog id="revoke" class="sheet" aria-labelledby="revoke-title" @close=${() => (this.#about.value = null)}>
      ${dialogHead('revoke', about ? t('moderator.revoke.title', { name: about.person.name }) : t('moderator.revoke'))} ${about ? this.#form() : nothing}
    </dialog>`;
  }

  #form(): TemplateResult {
    const refusal = this.model.presses.refusal.value;
    const own = this.#choice.value === 'own';
    return html`<form class="body" @submit=${this.#send}>
      <fieldset class="reasons" aria-describedby="revoke-hint">
        <legend class="legend">${t('moderator.revoke.why')}</legend>
        ${kRevokeReasons.map((reason) => this.#option(reason, t(`moderator.revoke.${reason}`)))} ${this.#option('own', t('moderator.revoke.own'))}
      </fieldset>
      ${own
        ? html`<label class="field"><span>${t('moderator.revoke.text')}</span><textarea class="input" name="text" rows="2" required maxlength=${kMaxReason} aria-describedby="revoke-hint"></textarea></label>`
        : nothing}
      <p class="hint" id="revoke-hint">${t(own ? 'moderator.revoke.own.hint' : 'moderator.revoke.hint')}</p>
      ${refusal?.press === 'revoke-send' ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${errorText(refusal.error)}</span></p>` : nothing}
      <footer>
        <button type="button" class="button" @click=${() => closeDialog('revoke')}>${t('app.cancel')}</button>
        <button type="submit" class="button end" data-action="revoke-send">${icon('stop')}<span>${t('moderator.revoke')}</span></button>
      </footer>
    </form>`;
  }

  #option(value: RevokeReason | 'own', label: string): TemplateResult {
    return html`<label class="choice"
      ><input type="radio" name="reason" value=${value} .checked=${this.#choice.value === value} @change=${() => (this.#choice.value = value)} /><span>${label}</span
      ><span class="tick">${icon('check')}</span></label
    >`;
  }
}

define('revoke-form', RevokeForm);
