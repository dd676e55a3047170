// The moderator's acts beyond the list itself: undo, the meeting and its audience, approval, balance, several at once.
import { chooseLanguage, eachLook, enter, expect, expectGood, me, moderator, people, technician, test } from './fixture.mjs';

const named = (page, name) => page.getByRole('button', { name, exact: true });
const called = (mock, method) => mock.meeting.calls.filter((call) => call.method === method);
const now = (page) => page.getByRole('region', { name: 'Now', exact: true });
const meeting = (page) => page.getByRole('region', { name: 'Meeting', exact: true });
const path = '/room/room-a/moderator';
const kHeld = { delay: 1_000 };

test('the last act is undone by button and by key, for five seconds', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.undo_ms = 60_000;
  const page = await open(path, moderator);
  await expect(named(page, 'Undo')).toBeHidden();
  await named(page, 'Grant next').click();
  await expect(page.getByRole('status').filter({ hasText: 'Floor given' })).toContainText('Olga Petrova');
  await expectGood(page);
  await named(page, 'Undo').click();
  await expect(now(page)).toContainText('Amina Diallo');
  await expect(named(page, 'Undo')).toBeHidden();
  await named(page, 'Close list').click();
  await expect(page.getByText('List closed')).toBeVisible();
  await page.keyboard.press('z');
  await expect(page.getByText('The list is open')).toBeVisible();
  await named(page, 'Close list').click();
  await expect(page.getByText('List closed')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('The list is open')).toBeVisible();
  expect(called(mock, 'floor.undo')).toHaveLength(3);
  mock.meeting.undo_ms = 5_000;
  await named(page, 'Close list').click();
  await expect(named(page, 'Undo')).toBeVisible();
  await expect(named(page, 'Undo')).toBeHidden();
  await expect(page.getByText('The list is closed')).toBeVisible();
});

test('what another moderator did is undone, too, and says who did it', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.undo_ms = 60_000;
  const first = await open(path, moderator);
  const second = await open(path, { sub: 'mod-2', name: 'Marie', role: 'moderator' });
  await named(second, 'Grant next').click();
  await expect(first.getByRole('status').filter({ hasText: 'Floor given' })).toContainText('(Marie)');
  await expect(second.getByRole('status').filter({ hasText: 'Floor given' })).not.toContainText('(');
  await named(first, 'Undo').click();
  await expect(now(second)).toContainText('Amina Diallo');
});

test('no button moves when the bar of the undo comes', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.undo_ms = 60_000;
  const page = await open(path, moderator);
  const place = () => named(page, 'Grant next').boundingBox();
  const row = () => named(page, 'Grant Juan Pérez').boundingBox();
  const before = [await place(), await row()];
  await named(page, 'Close list').click();
  await expect(named(page, 'Undo')).toBeVisible();
  expect([await place(), await row()]).toEqual(before);
});

test('what everybody notices has to be held', async ({ open, mock }) => {
  const page = await open(path, moderator);
  await expect(meeting(page)).toContainText('Everybody: the room');
  await named(page, 'Suspend').click();
  await expect(page.locator('[data-slipped=true]')).toBeVisible();
  expect(called(mock, 'meeting.suspend')).toHaveLength(0);
  await named(page, 'Suspend').click(kHeld);
  await expect(meeting(page)).toContainText('Nobody outside: the meeting is suspended.');
  await expect(page.locator('[data-slipped=true]')).toBeHidden();
  expect(called(mock, 'meeting.suspend')).toHaveLength(1);
  await expectGood(page);
});

test('with Ctrl, or with a key that is held, it is done by keyboard', async ({ open, mock }) => {
  const page = await open(path, moderator);
  await named(page, 'Suspend').click({ modifiers: ['Control'] });
  await expect(named(page, 'Go on')).toBeVisible();
  await named(page, 'Go on').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  await expect(page.locator('[data-slipped=true]')).toBeVisible();
  expect(called(mock, 'meeting.resume')).toHaveLength(0);
  await page.keyboard.down('Enter');
  await expect(named(page, 'Suspend')).toBeVisible();
  await page.keyboard.up('Enter');
  await named(page, 'Close the meeting').focus();
  await page.keyboard.press('Control+Enter');
  await expect(meeting(page)).toContainText('Nobody: the meeting is not running.');
});

test('a meeting goes from rehearsal to live; nobody outside notices a rehearsal', async ({ open, mock }) => {
  mock.meeting.setMeeting({ state: 'scheduled' });
  const page = await open(path, moderator);
  await named(page, 'Rehearse').click();
  await expect(meeting(page)).toContainText('Nobody outside: rehearsal.');
  expect(called(mock, 'meeting.open')[0].params).toEqual({ rehearsal: true });
  await named(page, 'Open the meeting').click(kHeld);
  await expect(meeting(page)).toContainText('Everybody: the room');
  expect(called(mock, 'meeting.open')[1].params).toEqual({});
});

test('the audience is chosen by a press that lasts, and who is left out is told', async ({ open, mock }) => {
  const page = await open(path, moderator);
  const guest = await open('/room/room-a', { ...me, role: 'observer' });
  const member = await open('/room/room-a', me);
  await enter(guest);
  await expect(named(page, 'Everybody')).toHaveAttribute('aria-pressed', 'true');
  await named(page, 'Invited only').click();
  expect(called(mock, 'meeting.audience')).toHaveLength(0);
  await named(page, 'Invited only').click(kHeld);
  await expect(meeting(page)).toContainText('Only the room and those entitled to this closed meeting.');
  await expect(named(page, 'Invited only')).toHaveAttribute('aria-pressed', 'true');
  await expect(guest.getByRole('heading', { name: 'Only invited people may watch' })).toBeVisible();
  await expectGood(guest);
  await expect(named(member, 'Just watch')).toBeVisible();
  await named(page, 'Everybody').click(kHeld);
  await expect(meeting(page)).toContainText('Everybody: the room');
  await named(guest, 'Try again').click();
  await expect(guest.getByRole('heading', { name: "Speakers' list" })).toBeVisible();
});

test('it is seen by all who is in charge', async ({ open }) => {
  const first = await open(path, moderator);
  const second = await open(path, { sub: 'mod-2', name: 'Marie', role: 'moderator' });
  await expect(meeting(first)).toContainText('Nobody is in charge yet');
  await named(second, 'Take over').click();
  await expect(meeting(second)).toContainText('You are in charge');
  await expect(named(second, 'Take over')).toBeHidden();
  await expect(meeting(first)).toContainText('Marie is in charge');
  await named(first, 'Take over').click();
  await expect(meeting(second)).toContainText('Moderator is in charge');
});

test('requests to be approved stand apart, and are approved or denied there', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.add('Nia', { state: 'pending', topic: 'Spectrum' });
  mock.meeting.add('Tom', { state: 'pending' });
  const page = await open(path, moderator);
  const pending = page.getByRole('region', { name: /^To approve/ });
  await expect(pending).toContainText('Nia');
  await expect(named(page, 'Grant Nia')).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Waiting 2' })).toBeVisible();
  await expectGood(page);
  await named(page, 'Approve: Nia').click();
  await expect(named(page, 'Grant Nia')).toBeVisible();
  await named(page, 'Deny: Tom').click();
  await expect(pending).toBeHidden();
  await expect(page.getByText('Tom')).toBeHidden();
});

test('a row to be approved stays under the pointer', async ({ open, mock }) => {
  const nia = mock.meeting.add('Nia', { state: 'pending' });
  mock.meeting.add('Tom', { state: 'pending' });
  mock.meeting.add('Eve', { state: 'pending' });
  const page = await open(path, moderator);
  const names = () => page.locator('.pending-box .name').allTextContents();
  await page.locator('.pending-box .row').nth(1).hover();
  mock.meeting.queue = [mock.meeting.queue[1], mock.meeting.queue[2], nia];
  mock.meeting.changed('queue');
  await expect.poll(names).toEqual(['Eve', 'Tom', 'Nia']);
  await page.mouse.move(5, 5);
  await expect.poll(names).toEqual(['Tom', 'Eve', 'Nia']);
});

test('two moderators on one row get one outcome and one word, at the row', async ({ open, mock }) => {
  const { juan } = people(mock.meeting);
  const page = await open(path, moderator);
  mock.meeting.refuse_next = { code: -32004, word: 'granted_already' };
  await named(page, 'Grant Juan Pérez').click();
  const row = page.locator('.queue .row', { hasText: 'Juan Pérez' });
  await expect(row.getByRole('alert')).toContainText('Somebody else has given them the floor already.');
  await expect(page.locator('.notices')).toHaveCount(0);
  await expectGood(page);
  // They are on the floor by now: the word goes with them.
  mock.meeting.onAir(juan);
  await expect(now(page).getByRole('alert')).toContainText('Somebody else has given them the floor already.');
  await now(page).getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('alert')).toBeHidden();
});

test('an order made by hand has a badge and a way back', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.setMeeting({ order: 'balance' });
  const page = await open(path, moderator);
  await named(page, 'More for Juan Pérez').click();
  await named(page, 'Move to the top').click();
  await expect(page.locator('.manual .state')).toHaveText('Manual order');
  await named(page, 'Back to: Balanced').click();
  await expect(page.locator('.manual')).toBeHidden();
  expect(called(mock, 'list.order')[0].params).toEqual({ order: 'balance' });
});

test('the balance counts time and speeches of each category, also those before this page', async ({ open, mock }) => {
  mock.meeting.onAir(mock.meeting.add('Earlier', { category: 'academia', elapsed_ms: 600_000 }));
  mock.meeting.end(mock.meeting.floor[0], 'released');
  people(mock.meeting);
  const page = await open(path, moderator);
  const balance = page.getByRole('region', { name: 'Balance' });
  await expect(balance.locator('li').first()).toContainText('Academia');
  await expect(balance.locator('li').first()).toContainText('10:0');
  await expect(balance).toContainText('Government');
  mock.meeting.end(mock.meeting.floor[0], 'released');
  mock.meeting.onAir(mock.meeting.add('Amina Diallo', { participant: 'p-100', category: 'government' }));
  await expect(balance).toContainText('2 ×');
  await expect(balance).toContainText('rehearsals do not count');
});

test('a row says how often and how long its person has spoken', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.add('Li Wei', { spoken_ms: 160_000, spoken_count: 1 });
  const page = await open(path, moderator);
  await expect(page.locator('.queue .row', { hasText: 'Li Wei' })).toContainText('1 × 2:40');
});

test('the agenda is gone through by button and by key, and undone', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.undo_ms = 60_000;
  const page = await open(path, moderator);
  const agenda = page.getByRole('region', { name: 'Agenda' });
  await expect(agenda).toContainText('There is no agenda.');
  await named(page, 'Edit the agenda').click();
  await page.getByRole('textbox', { name: /Items, one a line/ }).fill('1 Opening\n4a Connectivity\nOther business');
  await expectGood(page);
  await named(page, 'Save the agenda').click();
  await expect(agenda.getByRole('listitem')).toHaveText([/1.*Opening/, /4a.*Connectivity/, /3.*Other business/]);
  await expect(page.getByRole('textbox', { name: /Items, one a line/ })).toBeHidden();  // a form has the keys to itself
  await page.keyboard.press(']');
  await expect(agenda.locator('[aria-current=step]')).toContainText('Opening');
  // As people read it: a press right after a change does not count as another one.
  const read = () => page.waitForTimeout(600);
  await read();
  await named(page, 'Next item').dblclick();
  await expect(agenda.locator('[aria-current=step]')).toContainText('Connectivity');
  await expect(agenda.getByRole('listitem').first()).toContainText('done');
  await expectGood(page);
  await read();
  // The other moderator has gone on, and this page does not know it yet.
  mock.meeting.refuse_next = { code: -32004, word: 'item_moved' };
  await named(page, 'Next item').click();
  await expect(page.getByRole('alert')).toContainText('Another item has become current meanwhile.');
  await named(page.getByRole('alert'), 'Close').click();
  expect(called(mock, 'agenda.select').map(({ params }) => params)).toEqual([{ item: '1', from: null }, { item: '4a', from: '1' }, { item: '3', from: '4a' }]);
  await page.keyboard.press('[');
  await expect(agenda.locator('[aria-current=step]')).toContainText('Opening');
  await page.keyboard.press('z');
  await expect(agenda.locator('[aria-current=step]')).toContainText('Connectivity');
  await expect(page.locator('.queue .row').first()).not.toContainText('Item');
  mock.meeting.add('Late', { item: '1' });
  await expect(page.locator('.queue .row', { hasText: 'Late' })).toContainText('Item 1');
  const listener = await open('/room/room-a', me);
  await enter(listener);
  await expect(listener.getByRole('heading', { level: 1 })).toContainText('Item 4a: Connectivity');
  const stage = await open('/room/room-a/stage', { sub: 's', role: 'observer' });
  await expect(stage.getByRole('heading', { level: 1 })).toContainText('Item 4a: Connectivity');
});

test('help is asked for and given on a line of its own', async ({ open, mock }) => {
  const asking = await open('/room/room-a', me);
  await enter(asking);
  const desk = await open(path, moderator);
  const tech = await open('/technician', technician);
  await named(asking, 'Help and shortcuts').click();
  await asking.getByRole('textbox', { name: 'What is the matter?' }).fill('I hear nothing');
  await named(asking, 'Send').click();
  await expect(asking.getByText('Sent. The answer appears here.')).toBeVisible();
  await expectGood(asking);
  await asking.keyboard.press('Escape');
  await expect(desk.getByRole('status').filter({ hasText: 'Li Wei asks for help: I hear nothing' })).toBeAttached();
  // The mock's two rooms are one meeting.
  await expect(named(tech, '2 calls for help')).toBeVisible();
  await desk.keyboard.press('h');
  await expect(desk.getByRole('dialog', { name: 'Calls for help' })).toContainText('I hear nothing');
  await expectGood(desk);
  await desk.getByRole('textbox', { name: 'Answer Li Wei' }).fill('Turn the volume up');
  await named(desk, 'Answer').click();
  await expect(asking.getByRole('status').filter({ hasText: 'Turn the volume up' })).toBeVisible();
  await expectGood(asking);
  await named(asking, 'Close').click();
  await expect(asking.locator('.help-answer')).toBeHidden();
  await named(desk, 'Done: Li Wei').click();
  await expect(desk.getByText('Nobody asks for help.')).toBeVisible();
  await named(asking, 'Help and shortcuts').click();
  await expect(asking.getByText('This call has been closed.')).toBeVisible();
  expect(called(mock, 'help.answer')).toHaveLength(1);
});

test('an open call for help is there again after a reload', async ({ open }) => {
  const asking = await open('/room/room-a', me);
  await enter(asking);
  await named(asking, 'Help and shortcuts').click();
  await asking.getByRole('textbox', { name: 'What is the matter?' }).fill('I hear nothing');
  await named(asking, 'Send').click();
  await expect(asking.getByText('Sent. The answer appears here.')).toBeVisible();
  await asking.reload();
  await named(asking, 'Help and shortcuts').click();
  await expect(asking.locator('.help-lines')).toContainText('I hear nothing');
});

test('it is said beside each name whether the sound is fit for interpretation', async ({ open, mock }) => {
  const { olga, juan } = people(mock.meeting);
  const page = await open(path, moderator);
  await expect(named(page, 'Grant next')).toBeEnabled();
  mock.meeting.set(olga, { state: 'standby', media: 'decoding' });
  mock.meeting.heard(juan, { fit: true, problems: [], band_hz: [100, 16_000] });
  mock.meeting.heard(olga, { fit: false, problems: ['noisy', 'telephone_band'], band_hz: [300, 3_400], level_db: -23, noise_db: -38 });
  await expect(page.locator('.queue .row', { hasText: 'Juan Pérez' })).toContainText('Fit for interpretation');
  await expect(page.locator('.queue .row', { hasText: 'Olga Petrova' })).toContainText('Telephone sound +1');
  const green = page.getByRole('region', { name: /Green room/ });
  await expect(green).toContainText('Background noise');
  await expect(green).toContainText('300 Hz–3.4 kHz');
  await expect(green).toContainText('noise -38 dB');
  await expectGood(page);
  mock.meeting.onAir(olga);
  await expect(now(page)).toContainText('Telephone sound +1');
});

// What is drawn, from the left, of the first text beneath `element` that matches.
const drawn = (element, pattern) =>
  element.evaluate((root, source) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const found = new RegExp(source, 'u').exec(walker.currentNode.data);
      if (!found) continue;
      const left = (at) => {
        const range = document.createRange();
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + 1);
        return range.getBoundingClientRect().left;
      };
      const signs = [...found[0]].map((sign, index) => ({ sign, left: left(found.index + index) }));
      return signs.sort((one, other) => one.left - other.left).map(({ sign }) => sign).join('');
    }
    return null;
  }, pattern.source);

test('a sign stands before its number in Arabic, too', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  const page = await open(path, moderator);
  await chooseLanguage(page, 'ar');
  mock.meeting.set(olga, { state: 'standby', media: 'decoding' });
  mock.meeting.heard(olga, { fit: false, problems: ['noisy', 'loss', 'jitter'], level_db: -31, noise_db: -38, loss_percent: 4.5 });
  const measures = page.locator('.measures span');
  await expect(measures).toHaveCount(3);
  expect(await drawn(measures.nth(0), /[-−]31/)).toMatch(/^[-−]31$/);
  expect(await drawn(measures.nth(1), /[-−]38/)).toMatch(/^[-−]38$/);
  expect(await measures.first().textContent()).toMatch(/\u2066.?[-−]31\u2069/);
  expect(await drawn(page.locator('.fitness').first(), /\+2/)).toBe('+2');
  expect(await drawn(page.locator('[data-action=extend]').first(), /\+1/)).toBe('+1');
  mock.meeting.floor[0].elapsed_ms = 3_600_000;
  mock.meeting.onAir(mock.meeting.floor[0]);
  const clock = page.locator('.speaker speech-clock[data-phase=over] .digits');
  await expect(clock).toBeVisible();
  expect(await drawn(clock, /\+[0-9:]+/)).toMatch(/^\+[0-9:]+$/);
});

test('what a device check came to stands beside the name with its day and hour, until something is measured', async ({ open, mock }) => {
  const { olga, juan } = people(mock.meeting);
  const page = await open(path, moderator);
  await expect(named(page, 'Grant next')).toBeEnabled();
  const at = Date.UTC(2026, 8, 30, 10, 5);
  mock.meeting.known(olga, { fit: true, problems: [] }, at);
  mock.meeting.known(juan, { fit: false, problems: ['noisy', 'loss'] }, at);
  const badge = (name) => page.locator('.queue .row', { hasText: name }).locator('.checked');
  await expect(badge('Olga Petrova')).toContainText('Fit for interpretation');
  await expect(badge('Olga Petrova').locator('time')).toHaveAttribute('datetime', '2026-09-30T10:05:00.000Z');
  await expect(badge('Olga Petrova').locator('time')).toContainText(/30.*2026/);
  await expect(badge('Juan Pérez')).toContainText('Background noise +1');
  await eachLook(page, [['light', { width: 1280, height: 800 }, 'en'], ['dark', { width: 360, height: 740 }, 'ar']], () => expectGood(page));
  await expect(badge('Olga Petrova').locator('time')).toContainText(/2026/);
  await page.reload();
  await expect(badge('Olga Petrova')).toBeVisible();
  mock.meeting.set(olga, { state: 'standby', media: 'decoding' });
  mock.meeting.heard(olga, { fit: false, problems: ['telephone_band'] });
  await expect(badge('Olga Petrova')).toHaveCount(0);
  const participants = await open('/room/room-a', me, '?lang=en');
  await enter(participants);
  await expect(participants.getByText('Juan Pérez')).toBeVisible();
  await expect(participants.locator('.checked')).toHaveCount(0);
});

test('single keys stay off after a reload; Ctrl+Z still undoes', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.undo_ms = 60_000;
  const page = await open(path, moderator);
  await named(page, 'Help and shortcuts').click();
  await page.getByRole('checkbox', { name: 'Use single-key shortcuts' }).uncheck();
  await page.reload();
  await named(page, 'Close list').click();
  await expect(named(page, 'Undo')).toBeVisible();
  await page.keyboard.press('z');
  await page.keyboard.press('n');
  await page.keyboard.press('Control+z');
  await expect(page.getByText('The list is open')).toBeVisible();
  expect(called(mock, 'floor.undo')).toHaveLength(1);
  expect(called(mock, 'floor.grant')).toHaveLength(0);
  await named(page, 'Help and shortcuts').click();
  await expect(page.getByRole('checkbox', { name: 'Use single-key shortcuts' })).not.toBeChecked();
});

test('a meeting with all there is looks right, small and large, light and dark, in either direction', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  mock.meeting.set(olga, { state: 'standby', media: 'decoding' });
  mock.meeting.heard(olga, { fit: false, problems: ['loss'], loss_percent: 5 });
  mock.meeting.add('Nia', { state: 'pending', topic: 'Spectrum' });
  mock.meeting.setMeeting({ order: 'manual', audience: 'registered' });
  mock.meeting.undo_ms = 600_000;
  const page = await open(path, moderator);
  await page.locator('[data-action=list]').click();
  await page.locator('undo-bar[data-open=true] button').waitFor();
  const looks = [['dark', { width: 1280, height: 800 }, 'ar'], ['light', { width: 360, height: 800 }, 'ru'], ['light', { width: 1920, height: 800 }, 'es']];
  await eachLook(page, looks, () => expectGood(page));
});

test('somebody is removed by a press that lasts, and is told so', async ({ open, mock }) => {
  people(mock.meeting);
  const theirs = await open('/room/room-a', me);
  await enter(theirs);
  mock.meeting.add('Li Wei', { ...me, participant: 'p-li' });
  const page = await open(path, moderator);
  await named(page, 'More for Li Wei').click();
  await expectGood(page);
  await named(page, 'Remove Li Wei from the meeting').click();
  await expect(page.getByRole('status').filter({ hasText: 'Hold it for a moment' }).and(page.locator('[data-slipped=true]'))).toBeVisible();
  expect(called(mock, 'people.remove')).toHaveLength(0);
  await named(page, 'Remove Li Wei from the meeting').click(kHeld);
  await expect(page.getByText('Li Wei')).toHaveCount(0);
  expect(called(mock, 'people.remove')[0].params).toEqual({ participant: 'p-li' });
  await expect(theirs.getByRole('heading', { name: 'You were removed from this meeting' })).toBeVisible();
  await expect(theirs.getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await expectGood(theirs);
  await theirs.reload();
  await expect(theirs.getByRole('heading', { name: 'You were removed from this meeting' })).toBeVisible();
});

test('a refused removal stands at the row', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(path, moderator);
  await named(page, 'More for Amina Diallo').click();
  mock.meeting.refuse_next = { code: -32001, word: 'not_removable' };
  await named(page, 'Remove Amina Diallo from the meeting').click(kHeld);
  await expect(now(page).getByRole('alert')).toContainText('Only an admin');
  await expect(page.locator('.more-menu:popover-open')).toHaveCount(0);
});

test('on a phone the head has two lines in every language, and everything of it is there', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.add('Nia', { kind: 'point_of_order' });
  mock.meeting.alarms = [{ code: 'return_silent', text: 'The sound of the return page has not been started' }];
  const page = await open('/room/room-a/moderator', moderator);
  const head = page.locator('header.bar');
  await expect(head.locator('.state.fault')).toBeVisible();
  mock.meeting.tellHelp({ help: 'h-1', state: 'open', role: 'participant', person: { participant: 'p-li', name: 'Li Wei' }, lines: [{ by: 'Li Wei', staff: false, at: 1, text: 'No sound' }] });
  await expect(head.locator('.helps.waits')).toBeVisible();
  await page.setViewportSize({ width: 360, height: 740 });
  for (const lang of ['en', 'fr', 'es', 'ar', 'zh', 'ru']) {
    await chooseLanguage(page, lang);
    const tops = await head.locator('h1, day-clock, .state.list, .state.order, .state.fault, .helps, a.button, select, [data-action=help]').evaluateAll((parts) => parts.filter((part) => part.checkVisibility()).map((part) => Math.round((part.getBoundingClientRect().top + part.getBoundingClientRect().bottom) / 2)));
    expect(tops).toHaveLength(9);
    expect(new Set(tops.map((top) => Math.round(top / 20))).size, `lines in ${lang}: ${tops}`).toBeLessThanOrEqual(2);
    await expectGood(page);
  }
  await chooseLanguage(page, 'en');
  await expect(head.getByRole('button', { name: '1 call for help', exact: true })).toBeVisible();
  await expect(head.locator('.state.order')).toContainText('Point of order 1');
  await expect(head.locator('.state.fault')).toContainText('1 alarm');
  await expect(head.locator('.state.fault')).toHaveAttribute('title', 'The return page is open, but its sound has not been started.');
  await expect(head.getByRole('link', { name: 'Public display' })).toBeVisible();
});

test('the moderator sees which type of meeting it is', async ({ open, mock }) => {
  mock.meeting.setMeeting({ type: 'high_level' });
  const page = await open('/room/room-a/moderator', moderator);
  const box = page.getByRole('region', { name: 'Meeting' });
  await expect(box).toContainText('Type of meeting: High-level policy session');
  await expectGood(page);
  mock.meeting.setMeeting({ type: null });
  await expect(box).not.toContainText('Type of meeting');
});
