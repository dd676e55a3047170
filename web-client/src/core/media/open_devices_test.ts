import { afterEach, expect, test, vi } from 'vitest';

import { emptyShelf } from '../memory.ts';
import { Devices } from './devices.ts';
import { OpenDevicesMemory, type OpenDevices } from './open_devices.ts';

const kOpen: OpenDevices = { microphone: 'desk', camera: 'lid', mic_on: false, camera_on: true };

afterEach(() => vi.unstubAllGlobals());

test('a reload knows what was open for the same request, once', () => {
  const tab = emptyShelf();
  new OpenDevicesMemory(tab, 'room-a', false).keep('r-1', kOpen);
  expect(new OpenDevicesMemory(tab, 'room-a', true).take('r-2')).toBeNull();
  expect(new OpenDevicesMemory(tab, 'room-b', true).take('r-1')).toBeNull();
  const reloaded = new OpenDevicesMemory(tab, 'room-a', true);
  expect(reloaded.take('r-1')).toMatchObject(kOpen);
  expect(reloaded.take('r-1')).toBeNull();
});

test('a page that was not reloaded knows nothing, although its tab was copied from another', () => {
  const tab = emptyShelf();
  new OpenDevicesMemory(tab, 'room-a', false).keep('r-1', kOpen);
  expect(new OpenDevicesMemory(tab, 'room-a', false).take('r-1')).toBeNull();
  expect(new OpenDevicesMemory(tab, 'room-a', true).take('r-1')).toBeNull();
});

test('what was forgotten, or is no such memory, brings back nothing', () => {
  const tab = emptyShelf();
  const memory = new OpenDevicesMemory(tab, 'room-a', false);
  memory.keep('r-1', kOpen);
  memory.forget();
  expect(new OpenDevicesMemory(tab, 'room-a', true).take('r-1')).toBeNull();
  for (const text of ['{', 'null', '7', '{"request":"r-1"}']) {
    tab.set('plenary.devices.room-a', text);
    expect(new OpenDevicesMemory(tab, 'room-a', true).take('r-1')).toBeNull();
  }
});

// A browser with one camera and one microphone.
function browser({ state = 'granted', microphone = 'desk' } = {}) {
  const tracks: { kind: string; enabled: boolean; stopped: boolean }[] = [];
  const track = (kind: string, deviceId: string) => {
    const made = { kind, enabled: true, stopped: false, readyState: 'live', getSettings: () => ({ deviceId }), addEventListener: () => undefined, stop: () => void (made.stopped = true) };
    tracks.push(made);
    return made;
  };
  const getUserMedia = vi.fn((wish: { audio: { deviceId?: { exact: string } }; video?: object }) => {
    if (wish.audio.deviceId && wish.audio.deviceId.exact !== microphone) return Promise.reject(new DOMException('', 'OverconstrainedError'));
    const audio = [track('audio', microphone)];
    const video = wish.video ? [track('video', 'lid')] : [];
    return Promise.resolve({ getTracks: () => [...audio, ...video], getAudioTracks: () => audio, getVideoTracks: () => video });
  });
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia }, permissions: { query: () => Promise.resolve({ state }) } });
  return { tracks, getUserMedia };
}

const wanted = (): boolean => true;

test('the same devices are opened again, as muted as they were', async () => {
  const { tracks, getUserMedia } = browser();
  const devices = new Devices();
  await devices.reopen(kOpen, wanted);
  expect(getUserMedia.mock.calls[0]?.[0]).toMatchObject({ audio: { deviceId: { exact: 'desk' } }, video: { deviceId: { exact: 'lid' } } });
  expect(tracks.map(({ kind, enabled }) => [kind, enabled])).toEqual([['audio', false], ['video', true]]);
  expect(devices.opened.value).toEqual(kOpen);
});

test('without a picture before, none is opened', async () => {
  const { tracks } = browser();
  const devices = new Devices();
  await devices.reopen({ ...kOpen, camera: null }, wanted);
  expect(tracks.map(({ kind }) => kind)).toEqual(['audio']);
  expect(devices.opened.value).toEqual({ ...kOpen, camera: null });
});

test('nothing is opened where the browser would ask', async () => {
  const { getUserMedia } = browser({ state: 'prompt' });
  const devices = new Devices();
  await devices.reopen(kOpen, wanted);
  expect(getUserMedia).not.toHaveBeenCalled();
  expect([devices.stream.value, devices.problem.value, devices.asking.value]).toEqual([null, null, false]);
});

test('another microphone than before is not opened unasked', async () => {
  browser({ microphone: 'lid' });
  const devices = new Devices();
  await devices.reopen(kOpen, wanted);
  expect([devices.stream.value, devices.problem.value, devices.asking.value]).toEqual([null, null, false]);
});

test('whose request has ended meanwhile stays closed', async () => {
  const { tracks } = browser();
  const devices = new Devices();
  await devices.reopen(kOpen, () => false);
  expect(devices.stream.value).toBeNull();
  expect(tracks.map(({ stopped }) => stopped)).toEqual([true, true]);
});
