import { ask, chooseLanguage, eachLook, enter, expect, expectGood, me, moderator, people, test } from './fixture.mjs';

const named = (page, name) => page.getByRole('button', { name, exact: true });

test('just watching asks for nothing and shows the room', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a', me);
  await expect(page.getByText('Amina Diallo is speaking')).toBeVisible();
  await expect(page.getByText('Li Wei')).toBeVisible();
  await expectGood(page);
  await enter(page);
  await expect(page.getByText('Connected')).toBeVisible();
  await expectGood(page);
  await expect(page.getByLabel("Room A: the room's picture")).toHaveJSProperty('muted', true);
  await expect(page.getByLabel("Amina Diallo: the speaker's picture")).toBeVisible();
  expect(mock.meeting.media[0]).toMatchObject({ method: 'POST', path: '/whep/room-a' });
  expect(mock.meeting.media[0].authorization).toMatch(/^Bearer media-p-li/);
});

test('without a personal link one can watch but not speak', async ({ open }) => {
  const page = await open('/room/room-a', null);
  await expect(named(page, 'I want to speak')).toBeDisabled();
  await enter(page);
  await expect(named(page, 'Request the floor')).toBeHidden();
});

test('the device check shows the own picture, and that the server hears one', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await named(page, 'I want to speak').click();
  await expect(page.getByLabel('Your own picture')).toBeVisible();
  await expect(page.locator('[data-way=udp]')).toContainText('works');
  // The bar moves, but only the server's word counts.
  await expect(page.getByText('We hear you')).toBeHidden();
  await expect(named(page, 'Enter without this check')).toBeVisible();
  mock.meeting.checked('p-li', { readiness: { fit: null, problems: [], microphone: true, network: 'good' } });
  await expect(page.getByText('We hear you')).toBeVisible();
  await expect(page.locator('[data-way=up]')).toContainText('network good');
  await expect(page.locator('[data-way=down]')).toContainText('network good');
  await expect(page.getByRole('status').first()).toContainText('Speak for a few seconds more');
  await expectGood(page);
  await named(page, 'Enter the meeting').click();
  await expect(named(page, 'Request the floor')).toBeVisible();
});

test('a delegate asks for the minister, and every page shows who speaks and who asked', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  const mona = await open('/room/room-a/moderator', moderator);
  const chair = await open('/room/room-a/chair', { sub: 'chair', name: 'Carla Chair', role: 'chair' });
  const stage = await open('/room/room-a/stage', null);
  await enter(page);
  await named(page, 'Request the floor').click();
  const form = page.getByRole('dialog', { name: 'Request the floor' });
  await expect(form.getByLabel('Name of who will speak')).toBeHidden();
  await form.getByText('I ask for somebody else').click();
  // Without a name it is not clear for whom.
  await named(form, 'Ask for the floor').click();
  await expect(form.getByLabel('Name of who will speak')).toBeFocused();
  expect(mock.meeting.queue).toEqual([]);
  await form.getByLabel('Name of who will speak').fill('Abena Owusu');
  await form.getByLabel('Their title (if any)').fill('Minister of Communications');
  await expectGood(page);
  await named(form, 'Ask for the floor').click();
  await expect(form).toBeHidden();
  expect(mock.meeting.calls.at(-1).params).toMatchObject({ kind: 'statement', beneficiary: 'Abena Owusu', beneficiary_title: 'Minister of Communications' });
  await expect(page.locator('.own-card')).toContainText('For Abena Owusu');
  for (const row of [page.locator('.waiting'), mona.locator('.queue-box .queue'), chair.locator('.next')]) {
    await expect(row).toContainText('Abena Owusu');
    await expect(row).toContainText('Minister of Communications');
    await expect(row).toContainText('asked by Li Wei');
  }
  await expect(stage.locator('.then')).toContainText('Minister of Communications');
  await expectGood(page);
  await expectGood(mona);
  mock.meeting.onAir(mock.meeting.queue[0]);
  for (const card of [page.locator('.speakers .now'), mona.locator('.speaker'), chair.locator('.card.now')]) await expect(card).toContainText('asked by Li Wei');
  await expect(stage.locator('.speaker')).toContainText('Abena Owusu');
  mock.meeting.end(mock.meeting.floor[0], 'released', 'finished');

  // The next request is one's own again.
  await page.locator('.own-card').getByRole('button', { name: 'Close' }).click();
  await ask(page);
  expect(mock.meeting.calls.at(-1).params).not.toHaveProperty('beneficiary');
});

test('a request goes from the form to the floor and back', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a', me);
  await enter(page);
  await named(page, 'Request the floor').click();
  await expectGood(page);
  await page.keyboard.press('Escape');
  await ask(page);
  const request = mock.meeting.queue.at(-1);
  expect(request).toMatchObject({ kind: 'question', topic: 'Roads', language: 'en' });
  await expect(page.getByRole('region', { name: 'Your request' })).toContainText('You are number 3 in the list');
  await expectGood(page);

  mock.meeting.set(request, { state: 'standby' });
  const own = page.getByRole('region', { name: 'Your request' });
  await expect(own).toContainText('You are next: check your picture');
  await expect(own).toContainText('The room cannot hear you');
  await expect(page).toHaveTitle(/You are next/);
  await expect(own.getByLabel('Your own picture')).toBeVisible();
  await expect(own).toContainText('Picture and sound ready');
  expect(mock.meeting.media.some(({ path, method }) => path === '/whip/room-a/floor' && method === 'POST')).toBe(true);
  await expectGood(page);
  await named(page, "I'm ready").click();
  await expect(own).toContainText('You said that you are ready');

  mock.meeting.end(mock.meeting.floor[0], 'released');
  mock.meeting.take(request);
  mock.meeting.floor.push(Object.assign(request, { state: 'granted' }));
  mock.meeting.changed('queue', 'floor');
  await expect(own).toContainText('Speak now');
  await expect(page.getByText('Live', { exact: true })).toHaveCount(0); // red never precedes the picture and sound

  mock.meeting.onAir(request);
  await expect(own).toContainText('You are live');
  await expectGood(page);
  await named(page, 'Mute my microphone').click();
  await expect(named(page, 'Unmute my microphone')).toBeVisible();
  await named(page, 'End my speech').click();
  await expect(own).toContainText('thank you');
  await expect(own).not.toContainText('finished');
  await expect.poll(() => mock.meeting.media.some(({ path, method }) => method === 'DELETE' && path.startsWith('/whip/'))).toBe(true);
});

test('a request can be withdrawn, by key too', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await ask(page, 'Statement');
  await named(page, 'Withdraw').click();
  await expect(page.getByText('You have withdrawn your request.')).toBeVisible();
  await page.keyboard.press('r');
  await expect(page.getByRole('dialog', { name: 'Request the floor' })).toBeVisible();
  expect(mock.meeting.queue).toHaveLength(0);
});

test('the banner of somebody live has its words, and spaced letters only where letters stand apart', async ({ open, mock }) => {
  const request = mock.meeting.add('Li Wei', { participant: 'p-li' });
  const page = await open('/room/room-a', me);
  await page.locator('[data-action=watch]').click();
  mock.meeting.onAir(request);
  const banner = page.locator('.live-banner');
  await banner.waitFor();
  for (const [lang, words, spacing] of [['en', 'You are live', /^[1-9]/], ['ar', 'أنت على الهواء', /^(normal|0px)$/]]) {
    await chooseLanguage(page, lang);
    const look = await banner.evaluate((element) => {
      const { content, letterSpacing, textTransform } = getComputedStyle(element, '::before');
      return { content, letterSpacing, textTransform };
    });
    expect(look.content).toBe(`"${words}"`);
    expect(look.letterSpacing).toMatch(spacing);
    expect(look.textTransform).toBe(lang === 'ar' ? 'none' : 'uppercase');
  }
});

test('a denied request says so with the reason', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await ask(page);
  mock.meeting.end(mock.meeting.queue[0], 'denied', 'off topic');
  await expect(page.getByText('The moderator did not take your request.')).toBeVisible();
  await expect(page.getByText('off topic')).toBeVisible();
});

test('a speech that ended by somebody else says why in words', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await ask(page);
  const request = mock.meeting.queue[0];
  mock.meeting.onAir(request);
  await expect(page.getByText('You are live').first()).toBeVisible();
  mock.meeting.end(request, 'released', 'next_speaker');
  await expect(page.getByText('The floor went to the next speaker.')).toBeVisible();
});

test('a second window that asks again is told that there is a request', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await named(page, 'Request the floor').click();
  const form = page.getByRole('dialog', { name: 'Request the floor' });
  mock.meeting.add('Li Wei', { participant: 'p-li' });
  await form.getByRole('button', { name: 'Ask for the floor' }).click();
  await expect(form.getByRole('alert')).toContainText('You have an open request already.');
});

test('who is called while the page is loaded again hears it where the browser lets them, else with the next press', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await ask(page);
  // The browser of somebody who has pressed nothing yet; what tests do with a page counts as a press there.
  await page.addInitScript(() => {
    const Plain = window.AudioContext;
    window.__notes = 0;
    window.addEventListener('keydown', () => (window.__pressed = true), { capture: true });
    window.AudioContext = class extends Plain {
      resume() {
        return window.__pressed ? super.resume() : new Promise(() => {});
      }
      createOscillator() {
        window.__notes += 1;
        return super.createOscillator();
      }
    };
  });
  mock.meeting.set(mock.meeting.queue[0], { state: 'standby' });
  await page.reload();
  const notice = page.getByRole('alert').filter({ hasText: 'You are called' });
  await expect(notice).toBeVisible();
  await expectGood(page);
  expect(await page.evaluate(() => window.__notes)).toBe(0);
  await notice.getByRole('button', { name: 'Start sound' }).press('Enter');
  await expect(notice).toBeHidden();
  expect(await page.evaluate(() => window.__notes)).toBe(2);
});

test('where the browser would ask after a reload, camera and microphone are opened with one press', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await ask(page);
  mock.meeting.set(mock.meeting.queue[0], { state: 'standby' });
  await expect(named(page, "I'm ready")).toBeEnabled();
  await page.addInitScript(() => (navigator.permissions.query = () => Promise.resolve({ state: 'prompt' })));
  await page.reload();
  await named(page, 'Open camera and microphone').click();
  await expect(page.getByRole('region', { name: 'Your request' })).toContainText('Picture and sound ready');
});

test('a delegation that has all its requests is told so, in the language of the page', async ({ open, mock }) => {
  mock.meeting.delegation_max = 1;
  const colleague = mock.meeting.add('Wang Fang', { organisation: me.organisation });
  const page = await open('/room/room-a', me);
  await enter(page);
  await named(page, 'Request the floor').click();
  const send = page.locator('#request [data-action=ask]');
  await send.click();
  const alert = page.locator('#request [role=alert]');
  await expect(alert).toContainText('Your delegation has as many requests as it may have at once.');
  await chooseLanguage(page, 'ar');
  await expect(alert).toContainText('لدى وفدكم');
  await chooseLanguage(page, 'en');
  mock.meeting.end(colleague, 'withdrawn');
  await send.click();
  await expect(page.locator('#request')).toBeHidden();
  expect(mock.meeting.queue.map(({ person }) => person.name)).toEqual(['Li Wei']);
});

test('a closed list takes only points of order and rights of reply', async ({ open, mock }) => {
  mock.meeting.meeting = { ...mock.meeting.meeting, list: 'closed' };
  const page = await open('/room/room-a', me);
  await enter(page);
  await named(page, 'Request the floor').click();
  await expect(page.getByText('only points of order and rights of reply are taken now')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Question' })).toBeDisabled();
  await expect(page.getByRole('radio', { name: 'Point of order' })).toBeChecked();
});

test('a right of reply can be asked once somebody has spoken, also of a closed list', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await named(page, 'Request the floor').click();
  await expect(page.getByRole('radio', { name: 'Question' })).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Right of reply' })).toHaveCount(0);
  const amina = mock.meeting.add('Amina Diallo');
  mock.meeting.onAir(amina);
  mock.meeting.end(amina, 'released');
  mock.meeting.setMeeting({ list: 'closed' });
  await page.getByRole('radio', { name: 'Right of reply' }).check();
  await named(page, 'Ask for the floor').click();
  await expect(page.getByText('You are number 1 in the list')).toBeVisible();
  expect(mock.meeting.queue[0].kind).toBe('right_of_reply');
});

test('what is about to be chosen stays what it is while other kinds come and go', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  const amina = mock.meeting.add('Amina Diallo');
  mock.meeting.onAir(amina);
  await named(page, 'Request the floor').click();
  const choice = await page.getByRole('radio', { name: 'Right of reply' }).elementHandle();
  mock.meeting.end(amina, 'released');
  mock.meeting.setMeeting({ list: 'closed' });
  await expect(page.getByText('only points of order and rights of reply are taken now')).toBeVisible();
  await choice.check();
  await named(page, 'Ask for the floor').click();
  await expect.poll(() => mock.meeting.queue.map(({ kind }) => kind)).toEqual(['right_of_reply']);
});

test('who waits can raise a point of order beside, and to think better of it closes no device', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await named(page, 'Request the floor').click();
  await named(page, 'Ask for the floor').click();
  const own = page.getByRole('region', { name: 'Your request' });
  const order = own.getByRole('button', { name: 'Point of order' });
  await order.click();
  await expect(page.getByRole('radio')).toHaveCount(1);
  await named(page, 'Cancel').click();
  await expect(own.getByText('Your camera and microphone are not open')).toBeHidden();
  await order.click();
  await named(page, 'Ask for the floor').click();
  await expect.poll(() => mock.meeting.queue.map(({ kind }) => kind).sort()).toEqual(['point_of_order', 'statement']);
});

test('the language is chosen in its own script without a new session, and remembered', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await named(page, 'Listen to: Floor (original)').click();
  await expectGood(page);
  await page.getByRole('radio', { name: 'Français' }).check();
  await expect.poll(() => mock.meeting.calls.some(({ method, params }) => method === 'channel.select' && params.language === 'fr')).toBe(true);
  await page.getByRole('slider', { name: 'Floor quietly under the interpretation' }).fill('20');
  expect(mock.meeting.media.filter(({ method }) => method === 'POST')).toHaveLength(1);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Listen to: Français' })).toBeVisible();
});

test('a silent booth is explained', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await page.keyboard.press('6');
  await expect(page.getByRole('button', { name: 'Listen to: Русский' })).toBeVisible();
  mock.meeting.room = { picture: 'live', silent_channels: ['ru'] };
  mock.meeting.changed('room');
  await expect(page.getByText('The interpreter is silent: you hear the floor.')).toBeVisible();
});

test('the place survives a lost connection, a reload and cleared storage', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a', me);
  await enter(page);
  await ask(page);
  mock.meeting.cut();
  await expect(page.getByText('You are number 3 in the list')).toBeVisible();
  await page.reload();
  await expect(page.getByText('You are number 3 in the list')).toBeVisible();
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.reload();
  await expect(page.getByText('Your place in the list is kept: number 3.')).toBeVisible();
  await enter(page);
  await expect(page.getByText('You are number 3 in the list')).toBeVisible();
});

test('while the server is away the page says so and comes back by itself', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await ask(page);
  mock.meeting.down = true;
  mock.meeting.cut();
  await expect(page.getByText('Your place in the list is kept for 2 minutes')).toBeVisible();
  mock.meeting.forgot_media = true;
  mock.meeting.down = false;
  await expect(page.getByText('Connected')).toBeVisible();
  await expect.poll(() => mock.meeting.media.filter(({ method, path }) => method === 'POST' && path === '/whep/room-a').length).toBe(2);
});

test('a refused link is explained and not tried for ever', async ({ open }) => {
  const page = await open('/room/room-a', { ...me, role: 'expired' });
  await expect(page.getByRole('heading', { name: 'This link does not open the meeting' })).toBeVisible();
});

test('names cannot smuggle markup in', async ({ open, mock }) => {
  const name = '<img src=x onerror="window.hacked=1">\u202eevil';
  mock.meeting.add(name, { organisation: '<script>window.hacked=1</script>', reason: '<b>x</b>', topic: '<i>y</i>' });
  const page = await open('/room/room-a', me);
  await enter(page);
  await expect(page.getByText('<script>window.hacked=1</script>')).toBeVisible();
  expect(await page.evaluate(() => window.hacked)).toBeUndefined();
});

test('joining, waiting and the green room look right, small and large, light and dark, in either direction', async ({ open, mock }) => {
  const looks = [['light', { width: 360, height: 640 }, 'en'], ['dark', { width: 360, height: 640 }, 'ar'], ['dark', { width: 1920, height: 1080 }, 'ru']];
  people(mock.meeting);
  const request = mock.meeting.add('Li Wei', { participant: 'p-li' });
  const page = await open('/room/room-a', me);
  await page.locator('[data-action=watch]').waitFor();
  await eachLook(page, looks, () => expectGood(page));
  await page.locator('[data-action=watch]').click();
  await expect(page.locator('[data-phase=queued]').first()).toBeVisible();
  await eachLook(page, looks, () => expectGood(page));
  mock.meeting.set(request, { state: 'standby' });
  await expect(page.locator('.own-card[data-phase=standby]')).toBeVisible();
  await eachLook(page, looks, () => expectGood(page));
});

test('on a telephone, too, help can be asked for', async ({ open }) => {
  const page = await open('/room/room-a', me);
  await page.setViewportSize({ width: 360, height: 740 });
  await enter(page);
  await named(page, 'Help and shortcuts').click();
  await expect(page.getByRole('heading', { name: 'Ask for help' })).toBeVisible();
  await expectGood(page);
});
