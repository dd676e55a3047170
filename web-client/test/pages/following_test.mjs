// How a participant follows: what the meeting's state means, low data, in the room, and what is heard of their own sound.
import { eachLook, enter, expect, expectGood, me, moderator, people, test } from './fixture.mjs';

const named = (page, name) => page.getByRole('button', { name, exact: true });
const own = (page) => page.getByRole('region', { name: 'Your request' });
const posts = (mock) => mock.meeting.media.filter(({ method }) => method === 'POST').map(({ path }) => path);
// Slots of the newest connection, by kind.
const slots = (page) => page.evaluate(() => window.fakePeers.at(-1).slots);

test('a meeting that is not live shows words instead of a picture', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a', me);
  await enter(page);
  const stage = page.getByRole('region', { name: 'Picture' });
  for (const [state, title, text] of [
    ['scheduled', 'The meeting has not started', 'It begins here by itself.'],
    ['rehearsal', 'Rehearsal', 'Picture and sound begin with the meeting.'],
    ['suspended', 'Suspended', 'Picture and sound come back by themselves'],
    ['closed', 'The meeting is closed', 'Thank you for taking part.'],
  ]) {
    await expect(page.getByLabel("Room A: the room's picture")).toBeVisible();
    mock.meeting.setMeeting({ state });
    await expect(stage).toContainText(title);
    await expect(stage).toContainText(text);
    await expect(page.getByLabel("Room A: the room's picture")).toBeHidden();
    await expect(page.getByLabel("Amina Diallo: the speaker's picture")).toBeHidden();
    await expect(named(page, 'Request the floor')).toHaveCount(state === 'closed' ? 0 : 1);
    await expectGood(page);
    mock.meeting.setMeeting({ state: 'live' });
  }
  await expect(page.getByLabel("Room A: the room's picture")).toBeVisible();
});

test('who is called in a rehearsal sees the room', async ({ open, mock }) => {
  mock.meeting.setMeeting({ state: 'rehearsal' });
  const request = mock.meeting.add('Li Wei', { participant: 'p-li' });
  const page = await open('/room/room-a', me);
  await enter(page);
  await expect(page.locator('.slate')).toBeVisible();
  mock.meeting.set(request, { state: 'standby' });
  await expect(page.getByLabel("Room A: the room's picture")).toBeVisible();
  await expect(page.locator('.notices')).toContainText('Rehearsal');
});

test('a server that leaves pictures out says so on the picture, until they are back', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  const line = page.getByText('The server is busy: sound only for now');
  await expect(page.getByLabel("Room A: the room's picture")).toBeVisible();
  await expect(line).toHaveCount(0);
  mock.meeting.leavePicturesOut('p-li', true);
  await expect(line).toBeVisible();
  await expectGood(page);
  mock.meeting.leavePicturesOut('p-li', false);
  await expect(line).toHaveCount(0);
  mock.meeting.leavePicturesOut('p-li', true);
  await expect(line).toBeVisible();
  mock.meeting.cut();
  await expect(line, 'whoever joins anew is told anew').toHaveCount(0);
});

test('a browser without any of the formats is told so, to watch and to speak', async ({ open, mock }) => {
  mock.meeting.no_codec = true;
  mock.meeting.set(mock.meeting.add('Li Wei', { participant: 'p-li' }), { state: 'standby' });
  const page = await open('/room/room-a', me);
  await enter(page);
  await expect(page.getByRole('region', { name: 'Picture' })).toContainText('This browser has none of the formats');
  await expect(own(page)).toContainText('were refused: This browser has none of the formats');
  await expect(page.getByText('406')).toHaveCount(0);
  await expectGood(page);
});

test('low data is sound and stills, shows what it has used, and is remembered', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a', me);
  await page.getByRole('checkbox', { name: 'Low data: sound and stills' }).check();
  await enter(page);
  await expect(page.getByText('You hear the meeting, with a still picture')).toBeVisible();
  await expect(page.getByText(/2 MB so far · [\d,]+ kb\/s/)).toBeVisible();
  expect(await slots(page)).toEqual({ audio: 2, video: 0 });
  await expectGood(page);
  await page.reload();
  await expect(page.getByText('You hear the meeting, with a still picture')).toBeVisible();
  await expect(page.getByText('2 MB so far'), 'the connection that is replaced next has been made').toBeVisible();
  await named(page, 'Show the pictures').click();
  await expect(page.getByLabel("Room A: the room's picture")).toBeVisible();
  await expect.poll(() => slots(page)).toEqual({ audio: 2, video: 2 });
  await page.keyboard.press('b');
  await expect(page.getByText('You hear the meeting, with a still picture')).toBeVisible();
  await expect(page.getByText('8 MB so far')).toBeVisible();
});

test('the still of low data is asked for with the page’s token and every 5 s, and only in low data', async ({ open, mock }) => {
  const { meeting } = mock;
  const page = await open('/room/room-a', me);
  await enter(page);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  expect(meeting.stills).toEqual([]);
  await page.keyboard.press('b');
  const still = page.getByRole('img', { name: 'Room A: a still of the room, a new one every 5 seconds' });
  await expect(page.locator('still-picture')).toBeAttached();
  await page.clock.runFor(100);
  await expect(still).toBeVisible();
  // Drawn, not empty.
  expect(await still.evaluate((canvas) => canvas.getContext('2d').getImageData(0, 0, 8, 8).data.some((value) => value > 0))).toBe(true);
  await page.clock.runFor(4_800);
  expect(meeting.stills).toHaveLength(1);
  await page.clock.runFor(300);
  await expect.poll(() => meeting.stills.length).toBe(2);
  expect(meeting.stills.at(-1)).toEqual({ authorization: expect.stringMatching(/^Bearer media-p-li-/), seen: true });
  await expect(still).toBeVisible();
  // While the meeting is suspended there is nothing to see, and nothing is asked for.
  meeting.setMeeting({ state: 'suspended' });
  await expect(still).toBeHidden();
  await page.clock.runFor(12_000);
  expect(meeting.stills).toHaveLength(2);
  meeting.setMeeting({ state: 'live' });
  await expect(page.locator('still-picture'), 'the page was told').toBeAttached();
  await page.clock.runFor(100);
  await expect(still).toBeVisible();
  await page.keyboard.press('b');
  await expect(still).toBeHidden();
});

test('who saves data asks and speaks without a camera', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await page.getByRole('checkbox', { name: 'Low data: sound and stills' }).check();
  await enter(page);
  await named(page, 'Request the floor').click();
  await page.getByRole('button', { name: 'Ask for the floor' }).click();
  await expect(own(page)).toContainText('You are number 1 in the list');
  mock.meeting.set(mock.meeting.queue[0], { state: 'standby' });
  await expect(own(page)).toContainText('Picture and sound ready');
  expect(await slots(page)).toEqual({ audio: 1, video: 0 });
  await expect(named(page, 'Turn my camera off')).toBeHidden();
});

test('in the room there is neither picture nor sound nor a device, and it is remembered', async ({ context, open, mock }) => {
  await context.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => {
      window.deviceAsked = true;
      return Promise.reject(new DOMException('no', 'NotAllowedError'));
    };
  });
  people(mock.meeting);
  const page = await open('/room/room-a', me);
  await page.getByRole('checkbox', { name: 'I am in the room' }).check();
  await expectGood(page);
  await expect(named(page, 'I want to speak')).toBeHidden();
  await named(page, 'Enter the meeting').click();
  await expect(page.getByText('You are in the room')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Listen to/ })).toBeHidden();
  await named(page, 'Request the floor').click();
  await expect(page.getByText('You will speak at a microphone in the room.')).toBeVisible();
  await expectGood(page);
  await page.getByRole('button', { name: 'Ask for the floor' }).click();
  await expect(own(page)).toContainText('You are number 3 in the list');
  await page.reload();
  await expect(own(page)).toContainText('You are number 3 in the list');
  const request = mock.meeting.queue.at(-1);
  mock.meeting.set(request, { state: 'standby' });
  await expect(own(page)).toContainText('You are next: go to a microphone');
  await named(page, "I'm ready").click();
  await expect(own(page)).toContainText('You said that you are ready');
  mock.meeting.onAir(request);
  await expect(own(page)).toContainText('You speak at a microphone in the room.');
  await expectGood(page);
  await named(page, 'End my speech').click();
  await expect(own(page)).toContainText('thank you');
  expect(posts(mock)).toEqual([]);
  expect(await page.evaluate(() => window.deviceAsked)).toBeUndefined();
  expect(request.person.where).toBe('room');
  await named(page, 'I am somewhere else').click();
  await expect(page.getByLabel("Room A: the room's picture")).toBeVisible();
  expect(posts(mock)).toEqual(['/whep/room-a']);
  expect(mock.meeting.calls.filter(({ method }) => method === 'person.where').map(({ params }) => params.where)).toEqual(['room', 'remote']);
});

test('who is in the room hears an interpretation by earphone, and nothing else', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a', me, '', 'where=room');
  await named(page, 'Enter the meeting').click();
  await expect(page.getByText('Use earphones')).toHaveCount(1); // in the menu, which is closed
  expect(posts(mock)).toEqual([]);
  await named(page, 'By earphone: Nothing').click();
  await expect(page.getByText('Use earphones: the microphones of the room must not hear it.')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Floor (original)' })).toHaveCount(0);
  await expectGood(page);
  await page.getByRole('radio', { name: 'Français' }).check();
  await expect.poll(() => posts(mock)).toEqual(['/whep/room-a']);
  expect(mock.meeting.asked.at(-1)).toBe('/whep/room-a?language=fr');
  expect(await slots(page)).toEqual({ audio: 1, video: 0 });
  await page.keyboard.press('Escape');
  await expect(named(page, 'By earphone: Français')).toBeVisible();
  await expect(page.locator('.here-note')).toContainText('Use earphones');
  await expect(page.locator('video')).toHaveCount(0);
  await expectGood(page);
  // Another one without another session.
  await page.keyboard.press('3');
  await expect.poll(() => mock.meeting.calls.findLast(({ method }) => method === 'channel.select')?.params.language).toBe('es');
  expect(posts(mock)).toHaveLength(1);
  // The floor in place of a silent booth is heard in the room already.
  mock.meeting.room = { picture: 'live', silent_channels: ['es'] };
  mock.meeting.changed('room');
  await expect(page.getByText('The interpreter is silent. You hear the floor in the room.')).toBeVisible();
  // A reload in the same tab goes on; nothing is heard once it is turned off.
  await page.reload();
  await expect(named(page, 'By earphone: Español')).toBeVisible();
  await expect.poll(() => mock.meeting.asked.at(-1)).toBe('/whep/room-a?language=es');
  const ends = () => mock.meeting.media.filter(({ method }) => method === 'DELETE').length;
  const before = ends();
  await page.keyboard.press('0');
  await expect(named(page, 'By earphone: Nothing')).toBeVisible();
  await expect.poll(ends).toBe(before + 1);
  await page.reload();
  await expect(named(page, 'By earphone: Nothing')).toBeVisible();
  expect(posts(mock)).toHaveLength(2);
});

test('who leaves the room for elsewhere gets picture and floor, and no earphone’s sound', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a', me, '', 'where=room');
  await named(page, 'Enter the meeting').click();
  await page.keyboard.press('2');
  await expect.poll(() => mock.meeting.asked.at(-1)).toBe('/whep/room-a?language=fr');
  await named(page, 'I am somewhere else').click();
  await expect(page.getByLabel("Room A: the room's picture")).toBeVisible();
  expect(mock.meeting.asked.at(-1)).toBe('/whep/room-a?language=floor');
  expect(await slots(page)).toEqual({ audio: 2, video: 2 });
  await expect(page.getByRole('button', { name: 'Listen to: Floor (original)' })).toBeVisible();
});

test('a room without interpretation offers nothing by earphone', async ({ open, mock }) => {
  mock.meeting.languages = ['floor'];
  const page = await open('/room/room-a', me, '', 'where=room');
  await named(page, 'Enter the meeting').click();
  await expect(page.getByText('You are in the room')).toBeVisible();
  await expect(page.getByRole('button', { name: /^By earphone/ })).toHaveCount(0);
});

test('who is in the room is on air at once, and moves only afterwards', async ({ open, mock }) => {
  const page = await open('/room/room-a', me, '', 'where=room');
  await expect(page.getByRole('checkbox', { name: 'I am in the room' })).toBeChecked();
  await named(page, 'Enter the meeting').click();
  await named(page, 'Request the floor').click();
  await page.getByRole('button', { name: 'Ask for the floor' }).click();
  await expect(own(page)).toContainText('You are number 1 in the list');
  mock.meeting.returns = { connected: false };
  const desk = await open('/room/room-a/moderator', moderator);
  await expect(desk.locator('.queue .row')).toContainText('In the room');
  await named(desk, 'Grant next').click();
  await expect(own(page)).toContainText('You are live');
  await named(page, 'I am somewhere else').click();
  await expect(page.getByRole('alert')).toContainText('You have the floor');
  await expect(page.getByText('You are in the room')).toBeVisible();
});

test('a link that says where its person is leaves no choice', async ({ open }) => {
  const page = await open('/room/room-a', { ...me, where: 'room' });
  await expect(page.getByRole('checkbox', { name: 'Low data: sound and stills' })).toBeHidden();
  await expect(page.getByRole('checkbox', { name: 'I am in the room' })).toBeHidden();
  await named(page, 'Enter the meeting').click();
  await expect(page.getByText('You are in the room')).toBeVisible();
  await expect(named(page, 'I am somewhere else')).toBeHidden();
});

test('how one’s own microphone sounds is said in words, with what to do', async ({ open, mock }) => {
  const request = mock.meeting.add('Li Wei', { participant: 'p-li' });
  const page = await open('/room/room-a', me);
  await enter(page);
  mock.meeting.set(request, { state: 'standby' });
  mock.meeting.heard(request, { fit: false, problems: ['telephone_band'] });
  await expect(own(page)).toContainText('Your microphone sounds like a telephone: choose another one.');
  await expectGood(page);
  mock.meeting.heard(request, { fit: true, problems: [] });
  await expect(own(page)).toContainText('Your sound is good enough for the interpreters.');
  mock.meeting.onAir(request);
  await expect(own(page)).toContainText('You are live');
  await expect(own(page)).not.toContainText('good enough');
  mock.meeting.heard(request, { fit: false, problems: ['clipping', 'loss'] });
  await expect(own(page)).toContainText('Your sound is distorted');
  await expect(own(page)).toContainText('Your connection loses sound');
});

test('at the end the time that was spoken is thanked for', async ({ open, mock }) => {
  const request = mock.meeting.add('Li Wei', { participant: 'p-li' });
  const page = await open('/room/room-a', me);
  await enter(page);
  mock.meeting.onAir(request);
  await expect(own(page)).toContainText('You are live');
  mock.meeting.set(request, { elapsed_ms: 178_400, running_since: null });
  mock.meeting.end(request, 'released', 'finished');
  await expect(own(page)).toContainText('2:58, thank you');
});

test('a page that is live asks for no frames of its own: on a small computer they would take a core', async ({ context, open, mock }) => {
  await context.addInitScript(() => {
    window.framesAsked = 0;
    const ask = window.requestAnimationFrame;
    window.requestAnimationFrame = (draw) => ((window.framesAsked += 1), ask(draw));
  });
  const request = mock.meeting.add('Li Wei', { participant: 'p-li' });
  const page = await open('/room/room-a', me);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await enter(page);
  mock.meeting.onAir(request);
  await expect(own(page)).toContainText('You are live');
  await expect(page.locator('level-meter canvas').first()).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0);
  const before = await page.evaluate(() => window.framesAsked);
  const time = await own(page).locator('.digits').textContent();
  await expect(own(page).locator('.digits')).not.toHaveText(time); // its clock goes on
  expect(await page.evaluate(() => [window.framesAsked, document.getAnimations().length])).toEqual([before, 0]);
});

test('slate, low data and the room look right, small and large, light and dark, in either direction', async ({ open, mock }) => {
  const looks = [['dark', { width: 360, height: 740 }, 'ar'], ['light', { width: 1280, height: 800 }, 'zh']];
  people(mock.meeting);
  const page = await open('/room/room-a', me);
  await page.locator('[data-choice=low]').check();
  await page.locator('[data-action=watch]').click();
  await page.locator('.sound-only').waitFor();
  await eachLook(page, looks, () => expectGood(page));
  mock.meeting.setMeeting({ state: 'suspended' });
  await page.locator('.slate[data-meeting]').waitFor();
  await eachLook(page, looks, () => expectGood(page));
  await page.locator('[data-action=leave]').click();
  await page.locator('.way').click();
  await page.locator('[data-choice=here]').check();
  await page.locator('[data-action=watch]').click();
  await page.locator('.here-note').waitFor();
  await eachLook(page, looks, () => expectGood(page));
});
