// The moderator's page: now, next, queue; one primary action at the same place always.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { holders } from '../core/floor.ts';
import { clockText } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import { floorStates, isChair, type FloorRequest, type MeetingState, type RequestKind } from '../core/protocol.ts';
import type { Shortcut } from '../core/shortcuts.ts';
import { startPage } from '../parts/app.ts';
import '../parts/add_speaker.ts';
import { agendaBox, type AgendaForm } from '../parts/agenda.ts';
import type { AddSpeaker } from '../parts/add_speaker.ts';
import '../parts/clock.ts';
import { helpDialog, listenForKeys, openHelp, pageHead, showDialog } from '../parts/head.ts';
import { helpsButton, type HelpRoom } from '../parts/help_line.ts';
import { icon, type IconName } from '../parts/icons.ts';
import { refusedView, sessionRefusedView } from '../parts/join.ts';
import { placeMenu } from '../parts/menu.ts';
import '../parts/undo_bar.ts';
import { define, Part } from '../parts/part.ts';
import { pressButton, type PressOptions } from '../parts/press.ts';
import { checkBadge, readinessChip, readyLights } from '../parts/readiness.ts';
import { affiliation, alarmText, askedBy, badge, bdi, connectionChip, connectionOf, errorText, kindChip, awayChip, reasonText, spokenLanguage, stateChip, whereMark, type Content } from '../parts/words.ts';
import { readBy, writtenText } from '../parts/written.ts';
import { findField, openFind } from './moderator_find.ts';
import { RowDrag } from './moderator_grip.ts';
import { ModeratorModel } from './moderator_model.ts';
import './moderator_move.ts';
import type { MoveSpeaker } from './moderator_move.ts';
import { noteLine, type NoteForm } from './moderator_note.ts';
import { removal } from './moderator_removal.ts';
import './moderator_revoke.ts';
import type { RevokeForm } from './moderator_revoke.ts';
import './moderator_reader.ts';
import type { ReaderForm } from './moderator_reader.ts';
import { moderatorSide } from './moderator_side.ts';

// Their refusals stand in their own dialogs.
const kForms: readonly string[] = ['add', 'agenda-set', 'note-save', 'reader-save', 'revoke-send'];

// A text is read out in the room: nobody is called for it.
const canPrepare = (request: FloorRequest | null): boolean => request?.state === 'queued' && request.kind !== 'written';

class ModeratorPage extends Part {
  readonly #model = new ModeratorModel();
  readonly #drag = new RowDrag(this.#model, () => this.querySelector('.queue-box .queue'));

  override connectedCallback(): void {
    super.connectedCallback();
    listenForKeys(() => this.#shortcuts());
  }

  // A row that is moved in the document loses the focus; whoever works by keyboard goes on from there.
  #focused: Element | null = null;

  protected override willUpdate(): void {
    const { activeElement } = document;
    this.#focused = activeElement && this.contains(activeElement) ? activeElement : null;
  }

  protected override updated(): void {
    const before = this.#focused;
    if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) before.focus({ preventScroll: true });
  }

  #press(options: PressOptions): TemplateResult {
    return pressButton(this.#model.presses, options);
  }

  override render(): TemplateResult {
    const { session, allowed, room } = this.#model;
    const state = session.store.state.value;
    const refused = session.refusal.value;
    if (refused || !allowed.value)
      return html`${pageHead({ title: t('moderator.title'), help: false })} ${refused ? sessionRefusedView(refused) : refusedView(t('connection.refused.role'))}`;
    if (!state) return html`${pageHead({ title: bdi(room), help: false })}<main class="loading"><p class="none" role="status">${t('app.loading')}</p></main>`;
    return html`<div class="moderator console">
      ${this.#head(state)} ${this.#notices()}
      <main class="desk" data-agenda=${Boolean(state.agenda?.items.length)}>
        ${agendaBox({ state, actions: this.#model.actions, presses: this.#model.presses, now: this.#model.now, edit: this.#edit_agenda, step: this.#model.step_item })}
        <div class="centre">${this.#now(state)} ${this.#pending()} ${this.#queue()}</div>
        ${moderatorSide(this.#model, state)}
      </main>
      ${this.#bar(state)} ${helpDialog(this.#shortcuts(), html`<help-ask .session=${this.#model.session}></help-ask>`)}
      <agenda-form .actions=${this.#model.actions} .presses=${this.#model.presses}></agenda-form>
      <help-desk .rooms=${this.#rooms()}></help-desk>
      <move-speaker .model=${this.#model}></move-speaker> <note-form .model=${this.#model}></note-form> <reader-form .model=${this.#model}></reader-form> <revoke-form .model=${this.#model}></revoke-form>
      <add-speaker .actions=${this.#model.actions} .presses=${this.#model.presses}></add-speaker>
    </div>`;
  }

  #head(state: MeetingState): TemplateResult {
    const { session, now, token } = this.#model;
    const orders = state.queue.filter(({ kind }) => kind === 'point_of_order').length;
    const alarms = session.room_status.value?.alarms ?? [];
    const open = state.meeting.list === 'open';
    const stage = `/room/${encodeURIComponent(state.meeting.room)}/stage${token ? `#token=${encodeURIComponent(token)}` : ''}`;
    return pageHead({
      title: html`${bdi(state.meeting.title)}<span class="role">${t('moderator.title')}</span>`,
      middle: html`<day-clock .now=${now}></day-clock>
        <span class="state list ${open ? 'good' : 'off'}">${icon(open ? 'unlock' : 'lock')}${t(open ? 'list.open' : 'list.closed')}</span>
        ${orders ? html`<span class="state order counted" data-count=${orders}>${icon('flag')}<span>${t('state.order')} ${orders}</span></span>` : nothing}
        ${alarms.length
          ? html`<span class="state fault counted" data-count=${alarms.length} title=${alarms.map(alarmText).join('\n')}>${icon('alert')}<span>${t('moderator.alarms', { count: alarms.length })}</span></span>`
          : nothing}`,
      end: html`${helpsButton(this.#rooms())}${connectionChip(connectionOf(session.status.value, null))}
        <a class="button quiet" href=${stage} target="_blank" rel="noreferrer">${icon('screen')}<span>${t('moderator.stage')}</span></a>`,
    });
  }

  #notices(): Content {
    const { session, presses, granting, refused } = this.#model;
    const refusal = kForms.includes(presses.refusal.value?.press ?? '') || refused.value ? null : presses.refusal.value;
    const offline = session.status.value !== 'open';
    const no_return = refusal?.error.word === 'no_return';
    if (!offline && !refusal) return nothing;
    return html`<div class="notices">
      ${offline ? html`<p class="notice warn" role="status">${icon('refresh')}<span>${t('moderator.reconnecting')}</span></p>` : nothing}
      ${refusal
        ? html`<div class="notice ${no_return ? 'warn' : 'fault'}" role="alert">
            ${icon('alert')}
            <p>${errorText(refusal.error)}</p>
            ${no_return
              ? this.#press({ press: 'override', label: t('moderator.grant.anyway'), icon: 'mic', run: () => this.#model.grant(granting.value, true) })
              : nothing}
            <button type="button" class="button quiet square" aria-label=${t('app.close')} @click=${() => presses.dismiss()}>${icon('close')}</button>
          </div>`
        : nothing}
    </div>`;
  }

  // Somebody else was first, or it cannot be: said where the press was.
  #refusal_at(id: string): Content {
    const { presses, refused } = this.#model;
    const refusal = presses.refusal.value;
    if (!refusal || refused.value !== id) return nothing;
    return html`<div class="notice warn at-row" role="alert">
      ${icon('alert')}
      <p>${errorText(refusal.error)}</p>
      <button type="button" class="button quiet square" aria-label=${t('app.close')} @click=${() => presses.dismiss()}>${icon('close')}</button>
    </div>`;
  }

  #now(state: MeetingState): TemplateResult {
    return html`<section class="box now-box" aria-labelledby="now-title">
      <h2 id="now-title">${t('list.now')}</h2>
      ${holders(state.floor).length ? nothing : html`<div class="idle"><p class="big">${t('moderator.idle')}</p><p class="none">${t('moderator.idle.next')}</p></div>`}
      ${state.floor.length
        ? html`<ul>
            ${repeat(state.floor, ({ request }) => request, (request) => this.#speaker(request, request.request === this.#model.speaker.value?.request))}
          </ul>`
        : nothing}
    </section>`;
  }

  #speaker(request: FloorRequest, first: boolean): TemplateResult {
    const { actions, now } = this.#model;
    const { person } = request;
    const id = request.request;
    const key = (name: string): { key?: string } => (first ? { key: name } : {});
    const named = (label: string): { name?: string } => (first ? {} : { name: `${label}: ${person.name}` });
    const paused = request.state === 'paused';
    return html`<li class="speaker" data-state=${request.state}>
      <div class="speaker-line">
        ${badge(person.name)}
        <div class="who">
          <p class="line">
            ${stateChip(request)}<count-down class="chip" .until=${request.kept_until} .words=${'list.kept'} .now=${now}></count-down>${request.muted ? html`<span class="state off">${icon('mic_off')}${t('state.muted')}</span>` : nothing}
            <closing-note said .request=${request} .now=${now}></closing-note>
          </p>
          <p class="name"><bdi>${person.name}</bdi></p>
          ${affiliation(person)} ${askedBy(request)} ${readBy(request)}
          <p class="line">${kindChip(request)}${spokenLanguage(request.language)}${whereMark(person.where)}${readinessChip(request)}${this.#checked(request)}</p>
          ${request.topic ? html`<p class="topic"><bdi>${request.topic}</bdi></p>` : nothing} ${this.#text(request)} ${noteLine(this.#model, request)}
        </div>
        <speech-clock ring .request=${request} .now=${now}></speech-clock>
      </div>
      <div class="acts">
        ${this.#press({ press: `mute ${id}`, label: t(request.muted ? 'moderator.unmute' : 'moderator.mute'), icon: request.muted ? 'mic' : 'mic_off', ...key('M'), ...named(t('moderator.mute')), run: () => this.#model.muteOrUnmute(request) })}
        ${isChair(request) ? nothing : this.#press({ press: `extend ${id}`, label: t('moderator.extend'), icon: 'clock', ...key('E'), ...named(t('moderator.extend')), run: () => this.#model.extend(id, 1) })}
        ${this.#press({ press: `pause ${id}`, label: t(paused ? 'moderator.resume' : 'moderator.pause'), icon: paused ? 'play' : 'pause', ...key('P'), ...named(t('moderator.pause')), run: () => this.#model.pauseOrResume(request) })}
        <div class="acts ending">
          ${this.#press({ press: `release ${id}`, label: t('moderator.release'), icon: 'check', ...named(t('moderator.release')), run: () => actions.release(id) })}
          ${this.#press({ press: `revoke ${id}`, label: t('moderator.revoke'), icon: 'stop', look: 'end', ...key('X'), ...named(t('moderator.revoke')), run: () => this.#model.revoke(request) })}
          ${request.kind === 'written' ? this.#reader_of(request) : nothing}${this.#more_of(request)}
        </div>
      </div>
      ${this.#refusal_at(id)}
    </li>`;
  }

  // Those who wait for the moderator's yes, apart from those who wait for the floor.
  #pending(): Content {
    const { pending, shown_pending } = this.#model;
    if (!pending.value.length) return nothing;
    return html`<section class="box pending-box" aria-labelledby="pending-title">
      <h2 id="pending-title">${t('moderator.pending')} <span class="count">${pending.value.length}</span></h2>
      <ul class="queue" @pointerleave=${() => this.#model.hold(null)}>
        ${repeat(shown_pending.value, ({ request }) => request, (request) => this.#pending_row(request))}
      </ul>
    </section>`;
  }

  #pending_row(request: FloorRequest): TemplateResult {
    const { actions, now } = this.#model;
    const { person, request: id } = request;
    return html`<li class="row" data-state=${request.state} @pointerenter=${() => this.#model.hold(id)} @focusin=${() => this.#model.hold(id)} @focusout=${() => this.#model.hold(null)}>
      ${badge(person.name)}
      <div class="who">
        <p class="line"><strong class="name"><bdi>${person.name}</bdi></strong>${kindChip(request)}${this.#checked(request)}</p>
        ${affiliation(person)} ${askedBy(request)}
        <p class="line small">
          ${spokenLanguage(request.language)}${whereMark(person.where)}
          <span class="chip">${icon('clock')}<since-clock .since=${request.asked_at} .now=${now}></since-clock></span>
        </p>
        ${request.topic ? html`<p class="topic"><bdi>${request.topic}</bdi></p>` : nothing} ${this.#text(request)} ${noteLine(this.#model, request)}
      </div>
      <div class="acts">
        ${this.#press({ press: `approve ${id}`, label: t('moderator.approve'), name: `${t('moderator.approve')}: ${person.name}`, icon: 'check', run: () => actions.approve(id) })}
        ${this.#press({ press: `deny ${id}`, label: t('moderator.deny'), name: `${t('moderator.deny')}: ${person.name}`, icon: 'close', run: () => actions.deny(id) })}
        ${this.#more_of(request)}
      </div>
      ${this.#refusal_at(id)}
    </li>`;
  }

  #queue(): TemplateResult {
    const { rows, shown, selected, session } = this.#model;
    const order = session.store.state.value?.meeting.order ?? 'asked';
    return html`<section class="box queue-box" aria-labelledby="queue-title">
      <div class="box-head">
        <h2 id="queue-title">${t('list.waiting')} <span class="count">${rows.value.length}</span></h2>
        ${order === 'manual' ? this.#manual() : nothing} ${rows.value.length ? findField(this.#model) : nothing}
        <label class="order"
          ><span>${t('moderator.order')}</span
          ><select data-action="order" @change=${(event: Event) => this.#order((event.target as HTMLSelectElement).value)}>
            ${(['asked', 'balance', 'protocol', 'manual'] as const).map(
              (value) => html`<option value=${value} ?selected=${value === order} ?disabled=${value === 'manual' && order !== 'manual'}>${t(`moderator.order.${value}`)}</option>`,
            )}
          </select></label
        >
      </div>
      ${rows.value.length
        ? html`<ol class="queue" @pointerleave=${() => this.#model.hold(null)}>
            ${repeat(shown.value, ({ request }) => request, (request, index) => this.#row(request, index, request === selected.value, index === shown.value.length - 1))}
          </ol>
          ${shown.value.length ? nothing : html`<p class="none">${t('moderator.find.none')}</p>`}`
        : html`<p class="none">${t('moderator.empty')}</p>`}
    </section>`;
  }

  #manual(): TemplateResult {
    const back = this.#model.order_before.value;
    const label = t('moderator.order.back', { order: t(`moderator.order.${back}`) });
    return html`<span class="manual"
      ><span class="state waiting">${icon('grip')}${t('moderator.order.manual')}</span>
      ${this.#press({ press: 'order-back', label, icon: 'undo', look: 'quiet', run: () => this.#model.actions.order(back) })}</span
    >`;
  }

  #order(order: string): void {
    void this.#model.presses.run('order', () => this.#model.actions.order(order));
  }

  #row(request: FloorRequest, index: number, selected: boolean, last: boolean): TemplateResult {
    const { person, request: id } = request;
    const model = this.#model;
    const { name } = person;
    return html`<li
      class="row"
      data-request=${id}
      data-state=${request.state}
      data-reply=${request.reason === 'reply'}
      data-selected=${selected}
      data-drag=${this.#drag.look(id, last) || nothing}
      @pointerdown=${() => model.select(id)}
      @pointerenter=${() => model.hold(id)}
      @focusin=${() => model.hold(id)}
      @focusout=${() => model.hold(null)}
    >
      <span class="position">${request.position ?? index + 1}</span>
      ${this.#drag.grip(id)} ${badge(name)}
      <div class="who">
        <p class="line">
          <button type="button" class="pick name" aria-pressed=${selected} @click=${() => model.select(id)}><bdi>${name}</bdi></button>
          ${request.state === 'standby' ? html`${stateChip(request)}<count-down class="chip" .until=${request.answer_by} .words=${'moderator.green.answer'} .now=${model.now}></count-down>` : nothing}${awayChip(request)}${kindChip(request)}${readinessChip(request)}${this.#checked(request)}${this.#advised(request)}
        </p>
        ${affiliation(person)} ${askedBy(request)} ${readBy(request)} ${readyLights(request)}
        <p class="line small">
          ${spokenLanguage(request.language)}${whereMark(person.where)}
          <span class="chip">${icon('clock')}<since-clock .since=${request.asked_at} .now=${model.now}></since-clock></span>
          ${this.#item(request)}${this.#spoken(request)} ${request.reason ? html`<span class="reason">${reasonText(request)}</span>` : nothing}
        </p>
        ${request.topic ? html`<p class="topic"><bdi>${request.topic}</bdi></p>` : nothing} ${this.#text(request)} ${noteLine(model, request)}
      </div>
      <div class="acts">
        ${this.#press({ press: `grant ${id}`, label: t('moderator.grant'), name: t('moderator.grant.this', { name }), icon: 'mic', ...(selected && { key: 'G' }), run: () => model.grant(id) })}
        ${request.kind === 'written' ? this.#reader_of(request) : nothing}${canPrepare(request) && person.where === 'remote'
          ? this.#press({ press: `prepare ${id}`, label: t('moderator.prepare'), name: t('moderator.prepare.this', { name }), icon: 'eye', ...(selected && { key: '↵' }), run: () => model.actions.prepare(id) })
          : nothing}
        ${this.#more(request)}
      </div>
      ${this.#refusal_at(id)}
    </li>`;
  }

  #text(request: FloorRequest): Content {
    return writtenText(this.#model.session, request, this.#model.session.store.state.value, true);
  }

  #reader_of(request: FloorRequest): TemplateResult {
    const label = t('moderator.reader.title', { name: request.person.name });
    return html`<button type="button" class="button" data-action="reader" aria-label=${label} @click=${() => this.querySelector<ReaderForm>('reader-form')?.show(request)}>${icon('people')}<span>${t('moderator.reader.open')}</span></button>`;
  }

  #checked(request: FloorRequest): Content {
    return checkBadge(request, this.#model.session.checks.value.get(request.person.participant));
  }

  // Under the order as asked: a word, and nobody is moved.
  #advised({ request }: FloorRequest): Content {
    return this.#model.session.store.state.value?.advice === request ? html`<span class="state good advised">${t('moderator.advised')}</span>` : nothing;
  }

  // Of another item than the one that is discussed now.
  #item({ item }: FloorRequest): Content {
    return item && item !== this.#model.session.store.state.value?.agenda?.current ? html`<span class="chip">${t('agenda.number', { item })}</span>` : nothing;
  }

  // Opens a form; the focus comes back to the dots.
  #opens(id: string, action: string, label: string, sign: IconName, open: () => void): TemplateResult {
    const run = (): void => {
      document.getElementById(`more-${id}`)?.hidePopover();
      open();
    };
    return html`<button type="button" class="button quiet" data-action=${action} @click=${run}>${icon(sign)}<span>${label}</span></button>`;
  }

  #note_of(request: FloorRequest): TemplateResult {
    return this.#opens(request.request, 'note', t('moderator.note.open'), 'note', () => this.querySelector<NoteForm>('note-form')?.show(request));
  }

  // Of those who have the floor, or wait for a yes: little else stands behind the dots.
  #more_of(request: FloorRequest): TemplateResult {
    const label = t('moderator.more', { name: request.person.name });
    const id = request.request;
    return html`<button type="button" class="button quiet square more" popovertarget="more-${id}" aria-label=${label} title=${label}>${icon('more')}</button>
      <div id="more-${id}" class="menu more-menu" popover @beforetoggle=${placeMenu}>
        ${floorStates.includes(request.state) ? this.#opens(id, 'revoke-why', t('moderator.revoke.open'), 'stop', () => this.querySelector<RevokeForm>('revoke-form')?.show(request)) : nothing}
        ${this.#note_of(request)} ${removal(this.#model, request)}
      </div>`;
  }

  #spoken(request: FloorRequest): Content {
    const { spoken_count = 0, spoken_ms = 0 } = request;
    return spoken_count ? html`<span class="chip" title=${t('moderator.spoken')}>${icon('mic')}<span class="unseen">${t('moderator.spoken')}</span>${spoken_count} × ${clockText(spoken_ms)}</span>` : nothing;
  }

  #more(request: FloorRequest): TemplateResult {
    const { request: id, person, state, ready } = request;
    const model = this.#model;
    const label = t('moderator.more', { name: person.name });
    return html`<button type="button" class="button quiet square more" popovertarget="more-${id}" aria-label=${label} title=${label}>${icon('more')}</button>
      <div id="more-${id}" class="menu more-menu" popover @beforetoggle=${placeMenu}>
        ${state === 'standby' && !ready ? this.#press({ press: `ready ${id}`, label: t('moderator.ready'), icon: 'check', look: 'quiet', run: () => model.actions.ready(id) }) : nothing}
        ${this.#press({ press: `up ${id}`, label: t('moderator.up'), icon: 'up', look: 'quiet', key: 'Alt ↑', run: () => model.move(id, -1) })}
        ${this.#press({ press: `down ${id}`, label: t('moderator.down'), icon: 'down', look: 'quiet', key: 'Alt ↓', run: () => model.move(id, 1) })}
        ${this.#press({ press: `top ${id}`, label: t('moderator.top'), icon: 'up', look: 'quiet', key: 'Alt ⇱', run: () => model.top(id) })}
        ${this.#opens(id, 'move', t('moderator.move'), 'grip', () => this.querySelector<MoveSpeaker>('move-speaker')?.show(request))}
        ${this.#press({ press: `pass ${id}`, label: t('moderator.pass'), icon: 'refresh', look: 'quiet', key: 'Del', run: () => model.actions.pass(id) })}
        ${this.#press({ press: `deny ${id}`, label: t('moderator.deny'), icon: 'close', look: 'quiet', key: '⇧ Del', run: () => model.actions.deny(id) })}
        ${this.#note_of(request)} ${removal(model, request)}
      </div>`;
  }

  #bar(state: MeetingState): TemplateResult {
    const model = this.#model;
    const selected = model.selected.value;
    const open = state.meeting.list === 'open';
    const id = selected?.request ?? '';
    return html`<footer class="act-bar">
      <undo-bar .state=${state} .now=${model.now} .actions=${model.actions} .presses=${model.presses}></undo-bar>
      ${this.#press({ press: 'next', label: t('moderator.grant_next'), icon: 'mic', key: 'N', look: 'primary large', disabled: !model.rows.value.length, run: () => model.grant(undefined) })}
      ${this.#press({ press: `prepare ${id}`, label: t('moderator.prepare'), icon: 'eye', key: '↵', disabled: !canPrepare(selected), run: () => this.#prepare(selected) })}
      ${this.#press({ press: `pass ${id}`, label: t('moderator.pass'), icon: 'refresh', key: 'Del', disabled: !selected, run: () => model.actions.pass(id) })}
      <span class="grow"></span>
      <button type="button" class="button" data-action="add" @click=${() => this.#add()}>${icon('plus')}<span>${t('moderator.add')}</span><kbd aria-hidden="true">A</kbd></button>
      <button type="button" class="button" data-action="add-order" @click=${() => this.#add('point_of_order')}>${icon('flag')}<span>${t('kind.point_of_order')}</span><kbd aria-hidden="true">O</kbd></button>
      ${this.#press({ press: 'list', label: t(open ? 'moderator.list.close' : 'moderator.list.open'), icon: open ? 'lock' : 'unlock', key: 'K', run: model.openOrCloseList })}
    </footer>`;
  }

  #prepare(request: FloorRequest | null): Promise<unknown> {
    return request && canPrepare(request) ? this.#model.actions.prepare(request.request) : Promise.resolve();
  }

  #rooms(): HelpRoom[] {
    return [{ session: this.#model.session, title: '' }];
  }

  #edit_agenda = (): void => this.querySelector<AgendaForm>('agenda-form')?.show(this.#model.session.store.state.value?.agenda?.items ?? []);

  #add(kind: RequestKind = 'statement'): void {
    this.querySelector<AddSpeaker>('add-speaker')?.show(kind);
  }

  #shortcuts(): Shortcut[] {
    const model = this.#model;
    const run = (press: string, act: () => Promise<unknown>) => () => void model.presses.run(press, act);
    const on = (who: 'speaker' | 'selected' | 'first_pending', press: string, act: (request: FloorRequest) => Promise<unknown>) => () => {
      const request = model[who].value;
      if (request) void model.presses.run(`${press} ${request.request}`, () => act(request));
    };
    const undo = run('undo', () => model.actions.undo());
    return [
      { key: '?', label: 'key.help', run: openHelp },
      { key: 'Z', label: 'key.undo', run: undo },
      { key: 'Ctrl+Z', label: 'key.undo', run: undo },
      { key: 'N', label: 'key.next', run: run('next', () => model.grant(undefined)) },
      { key: 'G', label: 'key.grant', run: on('selected', 'grant', ({ request }) => model.grant(request)) },
      { key: 'Enter', label: 'key.prepare', run: on('selected', 'prepare', (request) => this.#prepare(request)) },
      { key: 'M', label: 'key.mute', run: on('speaker', 'mute', model.muteOrUnmute) },
      { key: 'P', label: 'key.pause', run: on('speaker', 'pause', model.pauseOrResume) },
      { key: 'E', label: 'key.extend', run: on('speaker', 'extend', ({ request }) => model.extend(request, 1)) },
      { key: 'Shift+E', label: 'key.shorten', run: on('speaker', 'extend', ({ request }) => model.extend(request, -1)) },
      { key: 'X', label: 'key.revoke', run: on('speaker', 'revoke', model.revoke) },
      { key: 'Shift+X', label: 'key.release', run: on('speaker', 'release', ({ request }) => model.actions.release(request)) },
      { key: 'A', label: 'key.add', run: () => this.#add() },
      { key: 'O', label: 'key.order', run: () => this.#add('point_of_order') },
      { key: 'Shift+A', label: 'key.approve', run: on('first_pending', 'approve', ({ request }) => model.actions.approve(request)) },
      { key: 'K', label: 'key.list', run: run('list', model.openOrCloseList) },
      { key: '[', label: 'key.item', run: run('item-previous', () => model.step_item(-1)) },
      { key: ']', label: 'key.item', run: run('item-next', () => model.step_item(1)) },
      { key: '/', label: 'key.find', run: openFind },
      { key: 'H', label: 'key.helps', run: () => showDialog('helps') },
      { key: 'ArrowUp', label: 'key.select', run: () => model.step(-1) },
      { key: 'ArrowDown', label: 'key.select', run: () => model.step(1) },
      { key: 'Alt+ArrowUp', label: 'key.up', run: on('selected', 'up', ({ request }) => model.move(request, -1)) },
      { key: 'Alt+ArrowDown', label: 'key.down', run: on('selected', 'down', ({ request }) => model.move(request, 1)) },
      { key: 'Alt+Home', label: 'key.top', run: on('selected', 'top', ({ request }) => model.top(request)) },
      { key: 'Shift+Delete', label: 'key.deny', run: on('selected', 'deny', ({ request }) => model.actions.deny(request)) },
      { key: 'Delete', label: 'key.pass', run: on('selected', 'pass', ({ request }) => model.actions.pass(request)) },
    ];
  }
}

await startPage();
define('moderator-page', ModeratorPage);
