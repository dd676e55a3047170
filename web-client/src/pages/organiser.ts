// The organiser's page: makes links into rooms, shows them as address and QR code, prints them for people in the room, and
// revokes them.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { known, locale, t } from '../core/i18n.ts';
import { dateText, findLinks, standingOf, type Link, type LinkStanding } from '../core/links.ts';
import { startPage } from '../parts/app.ts';
import { dialogHead, helpDialog, pageHead, showDialog } from '../parts/head.ts';
import '../parts/hold_button.ts';
import { icon, type IconName } from '../parts/icons.ts';
import { define, Part } from '../parts/part.ts';
import { qrCode } from '../parts/qr.ts';
import { bdi, categoryName, type Content } from '../parts/words.ts';
import { linkForm } from './organiser_form.ts';
import { OrganiserModel, type Poster, type RoomLinks, type Shown } from './organiser_model.ts';

const kFewLinks = 8; // fewer are found by looking
const signs: Readonly<Record<Exclude<LinkStanding, 'valid'>, IconName>> = { revoked: 'lock', removed: 'leave', expired: 'clock' };

class OrganiserPage extends Part {
  readonly #model = new OrganiserModel();
  #dialog_for: Shown | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = `${t('organiser.title')} · ${t('app.name')}`;
    addEventListener('afterprint', () => (this.#model.posters.value = []));
    void this.#model.keepLoading();
  }

  // A link that was just made, or asked for, is shown at once.
  override updated(): void {
    const shown = this.#model.shown.value;
    if (shown && !this.#dialog_for) showDialog('link');
    if (shown?.copied === false && this.#dialog_for?.copied !== false) this.querySelector<HTMLInputElement>('#link input')?.select();
    this.#dialog_for = shown;
  }

  async #print(posters: Poster[]): Promise<void> {
    this.#model.posters.value = posters;
    await this.updateComplete;
    print();
  }

  override render(): TemplateResult {
    const model = this.#model;
    const rooms = model.rooms.value;
    const trouble = model.trouble.value;
    return html`<div class="organiser console">
      ${pageHead({ title: t('organiser.title') })}
      <main>
        ${trouble ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${t(`organiser.${trouble}`)}</span></p>` : nothing}
        ${rooms === null ? (trouble ? nothing : html`<p class="none" role="status">${t('app.loading')}</p>`) : html`${linkForm(model, rooms)} ${this.#lists(rooms)}`}
      </main>
      <p class="unseen" role="status">${model.said.value}</p>
      ${this.#linkDialog()} ${helpDialog([])}
    </div>
    ${posterSheet(model.posters.value)}`;
  }

  #lists(rooms: readonly RoomLinks[]): TemplateResult {
    const model = this.#model;
    const many = rooms.some(({ links }) => links.length > kFewLinks);
    return html`<div class="tools">
        <p class="hint" id="hold-hint" data-slipped=${model.slipped.value} role="status">${t('organiser.hold')}</p>
        ${many || model.wanted.value
          ? html`<label class="field find"
              ><span>${t('organiser.find')}</span
              ><input type="text" autocomplete="off" data-action="find" .value=${model.wanted.value} @input=${(event: Event) => (model.wanted.value = (event.target as HTMLInputElement).value)}
            /></label>`
          : nothing}
      </div>
      ${rooms.map((one) => this.#room(one))}`;
  }

  #room(one: RoomLinks): TemplateResult {
    const model = this.#model;
    const { room, links } = one;
    const found = findLinks(links, model.wanted.value);
    const posters = model.postersOf(one);
    return html`<section class="links" aria-labelledby="links-${room.id}">
      <header>
        <h2 id="links-${room.id}">${bdi(room.title)} <span class="count">${links.length}</span></h2>
        ${posters.length
          ? html`<button type="button" class="button" data-action="sheet" @click=${() => void this.#print(posters)}>
              ${icon('print')}<span>${t('organiser.sheet', { count: posters.length })}</span>
            </button>`
          : nothing}
      </header>
      ${found.length
        ? html`<ul>
            ${repeat(found, ({ id }) => id, (link) => this.#row(room.id, link))}
          </ul>`
        : html`<p class="none">${t(links.length ? 'organiser.nobody' : 'organiser.none')}</p>`}
    </section>`;
  }

  #row(room: string, link: Link): TemplateResult {
    const { name, role, title, organisation, category, country, rank, url, expires, made_at } = link;
    const standing = standingOf(link, Date.now());
    const date = (ms: number): string => dateText(ms, locale.value);
    const facts = [title, organisation, categoryName(category), country].filter((fact) => fact);
    return html`<li class="link" data-standing=${standing}>
      <div class="who">
        <p class="name">${name ? bdi(name) : t('organiser.unnamed')}</p>
        ${facts.length ? html`<p class="hint">${facts.map((fact, index) => html`${index ? ' · ' : nothing}<bdi>${fact}</bdi>`)}</p>` : nothing}
      </div>
      <p class="marks">
        <span class="chip">${known('role', role) ?? role}</span>
        ${rank ? html`<span class="chip">${t('organiser.rank', { rank })}</span>` : nothing}
        ${link.in_room ? html`<span class="chip">${icon('desk')}${t('where.room')}</span>` : nothing}
        ${link.everywhere ? html`<span class="chip">${t('organiser.everywhere')}</span>` : nothing}
        ${link.own ? html`<span class="chip">${t('organiser.own')}</span>` : nothing}
      </p>
      <div class="times">
        ${standing === 'valid'
          ? html`<p>${expires === null ? t('organiser.endless') : t('organiser.valid', { date: date(expires) })}</p>`
          : html`<p><span class="state off">${icon(signs[standing])}${t(`organiser.${standing}`)}</span></p>`}
        <p class="hint">${made_at === null ? t('organiser.elsewhere') : t('organiser.made_at', { date: date(made_at) })}</p>
      </div>
      <div class="acts">${standing === 'valid' ? this.#acts(room, link, url) : nothing}</div>
    </li>`;
  }

  #acts(room: string, link: Link, path: string | null): Content {
    const model = this.#model;
    const { name, id, own } = link;
    const url = model.whole(path ?? '');
    return html`${path === null
      ? nothing
      : html`<button type="button" class="button" data-action="copy" aria-label=${t('organiser.copy.this', { name })} @click=${() => void model.copy(name, url)}>
            ${icon('copy')}<span>${t('organiser.copy')}</span>
          </button>
          <button type="button" class="button" data-action="qr" aria-label=${t('organiser.qr.this', { name })} @click=${() => (model.shown.value = { name, url, copied: null })}>
            ${icon('code')}<span>${t('organiser.qr')}</span>
          </button>`}
    ${own
      ? nothing
      : html`<hold-button
          hint="hold-hint"
          look="end"
          sign="close"
          .press=${`revoke ${id}`}
          .label=${t('organiser.revoke')}
          .name=${t('organiser.revoke.this', { name })}
          .presses=${model.presses}
          .run=${() => model.revoke(room, link)}
          .slip=${() => (model.slipped.value = true)}
        ></hold-button>`}`;
  }

  #linkDialog(): TemplateResult {
    const shown = this.#model.shown.value;
    return html`<dialog id="link" class="sheet" aria-labelledby="link-title" @close=${() => (this.#model.shown.value = null)}>
      ${shown
        ? html`${dialogHead('link', t('organiser.link'))}
            <div class="body">
              <p class="name">${bdi(shown.name)}</p>
              ${qrCode(shown.url, t('organiser.qr.this', { name: shown.name }))}
              <p class="hint">${t('organiser.qr.text')}</p>
              <label class="field"><span>${t('organiser.url')}</span><input type="text" readonly dir="ltr" .value=${shown.url} /></label>
              ${copiedLine(shown.copied)}
              <footer>
                <button type="button" class="button" data-action="print" @click=${() => void this.#print(this.#posterOf(shown.url))}>${icon('print')}<span>${t('organiser.print')}</span></button>
                <button type="button" class="button primary" data-action="copy-shown" @click=${() => void this.#model.copy(shown.name, shown.url)}>
                  ${icon('copy')}<span>${t('organiser.copy')}</span>
                </button>
              </footer>
            </div>`
        : nothing}
    </dialog>`;
  }

  #posterOf(url: string): Poster[] {
    return (this.#model.rooms.value ?? []).flatMap(({ room, links }) =>
      links.filter((link) => link.url !== null && this.#model.whole(link.url) === url).map((link) => ({ room: room.title, link, url })),
    );
  }
}

// On paper only.
function posterSheet(posters: readonly Poster[]): TemplateResult {
  return html`<div class="posters" aria-hidden="true">
    ${posters.map(
      ({ room, link, url }) => html`<article class="poster">
        <h2>${bdi(room)}</h2>
        ${qrCode(url, link.name)}
        <p class="name">${bdi(link.name)}</p>
        ${[link.title, link.organisation, link.country].filter((fact) => fact).map((fact) => html`<p>${bdi(fact)}</p>`)}
        <p class="hint">${t('organiser.poster')}</p>
      </article>`,
    )}
  </div>`;
}

function copiedLine(copied: boolean | null): Content {
  if (copied === null) return nothing;
  if (copied) return html`<p class="notice good">${icon('check')}<span>${t('organiser.copied')}</span></p>`;
  return html`<p class="notice warn" role="alert">${icon('alert')}<span>${t('organiser.copy.failed')}</span></p>`;
}

await startPage();
define('organiser-page', OrganiserPage);
