// The form that makes links: for one person, or for many who are pasted.
import { html, nothing, type TemplateResult } from 'lit';

import { known, t } from '../core/i18n.ts';
import { linkRoles, linkTimes, type LinkFault, type NewLink } from '../core/links.ts';
import { kMaxPasted, pastedPeople } from '../core/people.ts';
import { rankFrom } from '../core/rank.ts';
import { icon } from '../parts/icons.ts';
import { personFields } from '../parts/person_fields.ts';
import type { Content } from '../parts/words.ts';
import type { OrganiserModel, RoomLinks } from './organiser_model.ts';

const categories = ['government', 'private_sector', 'civil_society', 'academia', 'international_organization'] as const;

// The protocol's word, and the reader's.
function categoryWords(): ReadonlyMap<string, string> {
  return new Map(categories.flatMap((category) => [[category, category], [t(`category.${category}`).toLowerCase(), category]] as const));
}

function read(form: HTMLFormElement): { room: string; people: string; link: NewLink } {
  const data = new FormData(form);
  const field = (name: string): string => {
    const value = data.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    room: field('room'),
    people: field('people'),
    link: {
      role: field('role'),
      name: field('name'),
      organisation: field('organisation'),
      category: field('category'),
      title: field('title'),
      country: field('country'),
      rank: rankFrom(field('rank')) ?? 0,
      expires: field('expires'),
      ...(data.has('in_room') && { where: 'room' as const }),
    },
  };
}

async function submit(model: OrganiserModel, form: HTMLFormElement, many: boolean): Promise<void> {
  const { room, people, link } = read(form);
  const { role, expires, where } = link;
  if (many) {
    const box = form.querySelector('textarea');
    const rest = await model.makeMany(room, pastedPeople(people, categoryWords()), { role, expires, ...(where && { where }) });
    if (box) box.value = rest;
  } else if (await model.make(room, link)) {
    // The next one is for somebody else, often of the same role and room.
    for (const input of form.querySelectorAll<HTMLInputElement>('input:is([type=text], [type=number])')) input.value = '';
  }
}

function one(): TemplateResult {
  return html`<label class="field"><span>${t('moderator.add.name')}</span><input type="text" name="name" required maxlength="100" autocomplete="off" /></label>
    <label class="field"><span>${t('moderator.add.organisation')}</span><input type="text" name="organisation" maxlength="140" autocomplete="off" /></label>
    <label class="field"
      ><span>${t('moderator.add.category')}</span
      ><select name="category">
        <option value="">${t('moderator.add.none')}</option>
        ${categories.map((category) => html`<option value=${category}>${t(`category.${category}`)}</option>`)}
      </select></label
    >`;
}

function kind(rooms: readonly RoomLinks[]): TemplateResult {
  return html`<label class="field"
      ><span>${t('organiser.role')}</span
      ><select name="role">
        ${linkRoles.map((role) => html`<option value=${role}>${t(`role.${role}`)}</option>`)}
      </select></label
    >
    <label class="field"
      ><span>${t('organiser.room')}</span
      ><select name="room">
        ${rooms.map(({ room }) => html`<option value=${room.id}>${room.title}</option>`)}
      </select></label
    >
    <label class="field"
      ><span>${t('organiser.expires')}</span
      ><select name="expires">
        ${linkTimes.map((time) => html`<option value=${time} ?selected=${time === '1d'}>${t(`organiser.expires.${time}`)}</option>`)}
      </select></label
    >
    <div class="here">
      <label class="choice"
        ><input type="checkbox" name="in_room" aria-describedby="here-hint" /><span>${t('organiser.here')}</span><span class="tick">${icon('check')}</span></label
      >
      <p class="hint" id="here-hint">${t('organiser.here.hint')}</p>
    </div>`;
}

function many(model: OrganiserModel): TemplateResult {
  const progress = model.progress.value;
  const bad = model.bad_lines.value;
  return html`<details class="many more-fields">
    <summary>${icon('people')}<span>${t('organiser.many')}</span></summary>
    <div class="within">
      <label class="field"
        ><span>${t('organiser.many.people')}</span><textarea class="input" name="people" rows="6" dir="auto" spellcheck="false" aria-describedby="many-hint"></textarea></label
      >
      <p class="hint" id="many-hint">${t('organiser.many.hint', { count: kMaxPasted })}</p>
      ${bad.length
        ? html`<div class="notice warn" role="alert">
            ${icon('alert')}
            <p>${t('organiser.many.bad')}</p>
            <ul>
              ${bad.map((line) => html`<li><bdi>${line}</bdi></li>`)}
            </ul>
          </div>`
        : nothing}
      <div class="end">
        ${progress ? html`<p class="hint" role="status">${t('organiser.many.progress', progress)}</p>` : nothing}
        <button type="submit" class="button" data-action="make-many" formnovalidate ?disabled=${model.busy.value || progress !== null}>
          ${icon('plus')}<span>${t('organiser.many.send')}</span>
        </button>
      </div>
    </div>
  </details>`;
}

export function faultNotice(fault: LinkFault | null): Content {
  if (!fault) return nothing;
  const text = known('error', fault.code) ?? t('error.generic', { message: fault.message || fault.code });
  return html`<p class="notice fault" role="alert">${icon('alert')}<span>${text}</span></p>`;
}

export function linkForm(model: OrganiserModel, rooms: readonly RoomLinks[]): TemplateResult {
  return html`<form
    class="make"
    aria-labelledby="make-title"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      const by = event.submitter instanceof HTMLElement ? event.submitter.dataset.action : '';
      void submit(model, event.target as HTMLFormElement, by === 'make-many');
    }}
  >
    <h2 id="make-title">${t('organiser.make')}</h2>
    ${one()} ${kind(rooms)} ${personFields()} ${faultNotice(model.shown_fault.value)}
    <footer>
      <button type="submit" class="button primary" data-action="make" ?disabled=${model.busy.value}>${icon('plus')}<span>${t('organiser.send')}</span></button>
    </footer>
    ${many(model)}
  </form>`;
}
