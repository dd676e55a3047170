// "Move to…" of a row: to a place by its number, or before one of the others. The places are those of when it was opened, so
// that none moves under the finger.
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import type { FloorRequest } from '../core/protocol.ts';
import { closeDialog, dialogHead, showDialog } from '../parts/head.ts';
import { icon } from '../parts/icons.ts';
import { define, Part } from '../parts/part.ts';
import { withName } from '../parts/words.ts';
import type { ModeratorModel } from './moderator_model.ts';

interface Moving {
  request: FloorRequest;
  others: FloorRequest[];
}

export class MoveSpeaker extends Part {
  declare model: ModeratorModel;
  readonly #moving = signal<Moving | null>(null);

  show(request: FloorRequest): void {
    const others = this.model.session.store.queue.value.filter((other) => other.request !== request.request);
    this.#moving.value = { request, others };
    void this.updateComplete.then(() => {
      showDialog('move');
      this.querySelector<HTMLInputElement>('input')?.select();
    });
  }

  #run(act: (id: string) => Promise<unknown>): void {
    const id = this.#moving.value?.request.request ?? '';
    closeDialog('move');
    void this.model.presses.run(`move ${id}`, () => act(id));
  }

  #send = (event: SubmitEvent): void => {
    event.preventDefault();
    const position = Number(new FormData(event.target as HTMLFormElement).get('position'));
    this.#run((id) => this.model.place(id, position));
  };

  override render(): TemplateResult {
    const moving = this.#moving.value;
    return html`<dialog id="move" class="sheet" aria-labelledby="move-title" @close=${() => (this.#moving.value = null)}>
      ${dialogHead('move', moving ? t('moderator.move.title', { name: moving.request.person.name }) : t('moderator.move'))}
      ${moving ? this.#form(moving) : nothing}
    </dialog>`;
  }

  #form({ request, others }: Moving): TemplateResult {
    return html`<div class="body">
      <form class="place" @submit=${this.#send}>
        <label class="field"
          ><span>${t('moderator.move.position')}</span
          ><input type="number" name="position" inputmode="numeric" required min="1" max=${others.length + 1} .value=${String(request.position ?? 1)}
        /></label>
        <button type="submit" class="button primary" data-action="move-send">${icon('check')}<span>${t('moderator.move.send')}</span></button>
      </form>
      ${others.length
        ? html`<h3 id="move-places">${t('moderator.move.places')}</h3>
            <ol class="places" aria-labelledby="move-places">
              ${others.map(
                (other, index) =>
                  html`<li>
                    <button type="button" class="button quiet" data-action="move-before" @click=${() => this.#run((id) => this.model.moveBefore(id, other.request))}>
                      <span class="position" aria-hidden="true">${other.position ?? index + 1}</span><span>${withName('moderator.move.before', other.person.name)}</span>
                    </button>
                  </li>`,
              )}
              <li>
                <button type="button" class="button quiet" data-action="move-end" @click=${() => this.#run((id) => this.model.moveBefore(id, null))}>
                  <span class="position" aria-hidden="true">${icon('down')}</span><span>${t('moderator.move.end')}</span>
                </button>
              </li>
            </ol>`
        : nothing}
    </div>`;
  }
}

define('move-speaker', MoveSpeaker);
