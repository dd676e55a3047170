// What the moderator's page does beyond showing: selection, the row that is held still, and the acts on both.
import { computed, effect, signal } from '@preact/signals-core';

import { Actions, Presses } from '../core/actions.ts';
import { AgendaSteps } from '../core/agenda.ts';
import { t } from '../core/i18n.ts';
import { isFound } from '../core/find.ts';
import { holders } from '../core/floor.ts';
import { moveTarget, placeTarget, shownOrder, type Held } from '../core/order.ts';
import { moderatingRoles, type FloorRequest, type MeetingInfo } from '../core/protocol.ts';
import { roomOf, tokenOf } from '../core/token.ts';
import { openSession, timers } from '../parts/app.ts';

const kMinute_s = 60;

export class ModeratorModel {
  readonly room = roomOf(location.pathname);
  readonly token = tokenOf(location.hash);
  readonly session = openSession({ room: this.room, token: this.token, page: 'moderator', resumes: true });
  readonly actions = new Actions((method, params) => this.session.call(method, params));
  readonly presses = new Presses(timers);
  readonly now = (): number => this.session.server_now();

  readonly allowed = computed(() => {
    const role = this.session.store.state.value?.you.role;
    return role === undefined || moderatingRoles.includes(role);
  });

  // The row under the pointer or the focus stays where it is.
  readonly held = signal<Held | null>(null);
  readonly #chosen = signal<string | null>(null);
  // Whom the last grant meant, for "Grant all the same".
  readonly granting = signal<string | undefined>(undefined);

  readonly pending = computed(() => this.#steady(this.session.store.queue.value.filter(({ state }) => state === 'pending')));
  readonly rows = computed(() => this.#steady(this.session.store.queue.value.filter(({ state }) => state !== 'pending')));
  // What is looked for in the lists; they show only whom it fits.
  readonly wanted = signal('');
  readonly shown = computed(() => this.rows.value.filter((request) => this.#is_wanted(request)));
  readonly shown_pending = computed(() => this.pending.value.filter((request) => this.#is_wanted(request)));
  // The chosen row, else the first.
  readonly selected = computed(() => this.rows.value.find(({ request }) => request === this.#chosen.value) ?? this.rows.value[0] ?? null);
  readonly first_pending = computed(() => this.pending.value[0] ?? null);
  // Whom M, P, E, X mean: the first who has the floor.
  readonly speaker = computed(() => holders(this.session.store.floor.value)[0] ?? null);
  readonly green = computed(() => this.session.store.queue.value.filter(({ state }) => state === 'standby'));

  // A refusal of an act on somebody who is on the page stands beside them; every other one at the top.
  readonly refused = computed<string | null>(() => {
    const refusal = this.presses.refusal.value;
    const id = refusal?.press.split(' ')[1];
    if (!id || refusal.error.word === 'no_return') return null;
    const { queue, floor } = this.session.store;
    return [...queue.value, ...floor.value].some(({ request }) => request === id) ? id : null;
  });
  // Where the way back from an order made by hand leads.
  readonly order_before = signal<Exclude<MeetingInfo['order'], 'manual'>>('asked');
  // A button that has to be held was only pressed.
  readonly slipped = signal(false);
  // The same, of the button that removes somebody: whose row.
  readonly slipped_on = signal<string | null>(null);

  readonly #steps = new AgendaSteps(() => performance.now());

  constructor() {
    effect(() => {
      const agenda = this.session.store.state.value?.agenda;
      if (agenda) this.#steps.see(agenda.current ?? null);
    });
    effect(() => {
      const state = this.session.store.state.value;
      if (!state) return;
      if (state.meeting.order !== 'manual') this.order_before.value = state.meeting.order;
    });
    effect(() => {
      const state = this.session.store.state.value;
      document.title = state ? `${t('moderator.title')} · ${state.meeting.title}` : t('moderator.title');
    });
  }

  #steady(requests: FloorRequest[]): FloorRequest[] {
    const by_id = new Map(requests.map((request) => [request.request, request]));
    const ids = shownOrder([...by_id.keys()], this.held.value);
    return ids.flatMap((id) => by_id.get(id) ?? []);
  }

  #is_wanted({ person, asked_by, topic }: FloorRequest): boolean {
    return isFound(this.wanted.value, [person.name, person.organisation, asked_by, topic]);
  }

  // The first that was found is chosen, and the list is whole again.
  take_found(): string | null {
    const found = this.shown.value[0]?.request ?? null;
    if (found && this.wanted.value.trim()) this.#chosen.value = found;
    this.wanted.value = '';
    return found;
  }

  select(id: string): void {
    this.#chosen.value = id;
  }

  step(by: -1 | 1): void {
    const rows = this.shown.value;
    const index = rows.findIndex(({ request }) => request === this.selected.value?.request);
    const next = index < 0 ? rows[0] : rows[index + by];
    if (next) this.#chosen.value = next.request;
  }

  hold(id: string | null): void {
    const list = [this.rows.peek(), this.pending.peek()].find((rows) => rows.some(({ request }) => request === id)) ?? [];
    const index = list.findIndex(({ request }) => request === id);
    this.held.value = id !== null && index >= 0 ? { id, index } : null;
  }

  grant = (request: string | undefined, override = false): Promise<unknown> => {
    this.granting.value = request;
    return this.actions.grant(request, override);
  };

  move = (id: string, step: -1 | 1): Promise<unknown> => {
    const before = moveTarget(this.#approved().map(({ request }) => request), id, step);
    return this.#move(id, before);
  };

  top = (id: string): Promise<unknown> => this.#move(id, this.#approved()[0]?.request);

  // To a place as the rows are numbered, and so among those to be approved, too.
  place = (id: string, position: number): Promise<unknown> =>
    this.#move(id, placeTarget(this.session.store.queue.value.map(({ request }) => request), id, position));

  // Before another one's row; null: to the end.
  moveBefore = (id: string, before: string | null): Promise<unknown> => this.#move(id, before);

  note = (id: string): string => this.session.notes.value.get(id)?.text ?? '';

  #approved(): FloorRequest[] {
    return this.session.store.queue.value.filter(({ state }) => state !== 'pending');
  }

  #move(id: string, before: string | null | undefined): Promise<unknown> {
    this.held.value = null;
    this.#chosen.value = id;
    return before === undefined || before === id ? Promise.resolve() : this.actions.move(id, before);
  }

  extend = (request: string, minutes: number): Promise<unknown> => this.actions.extend(request, minutes * kMinute_s);

  pauseOrResume = ({ request, state }: FloorRequest): Promise<unknown> =>
    state === 'paused' ? this.actions.resume(request) : this.actions.pause(request);

  muteOrUnmute = ({ request, muted }: FloorRequest): Promise<unknown> => (muted ? this.actions.unmute(request) : this.actions.mute(request));

  revoke = ({ request }: FloorRequest): Promise<unknown> => this.actions.revoke(request);

  // The item after the present one, or before it.
  step_item = (by: -1 | 1): Promise<unknown> => {
    const agenda = this.session.store.state.value?.agenda;
    const step = agenda && this.#steps.plan(agenda, by);
    return step ? this.actions.stepItem(step) : Promise.resolve();
  };

  openOrCloseList = (): Promise<unknown> =>
    this.session.store.state.value?.meeting.list === 'closed' ? this.actions.openList() : this.actions.closeList();
}
