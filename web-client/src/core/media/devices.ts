// Camera and microphone of this person: opened with the request to speak, so that nobody waits for a permission prompt
// after the grant; closed when the request is over, so that the camera's light goes out.
import { computed, signal } from '@preact/signals-core';

import type { OpenDevices } from './open_devices.ts';

export type DeviceProblem = 'insecure' | 'denied' | 'missing' | 'busy' | 'taken';

export class Devices {
  readonly stream = signal<MediaStream | null>(null);
  readonly asking = signal(false);
  readonly problem = signal<DeviceProblem | null>(null);
  readonly mic_on = signal(true);
  readonly camera_on = signal(true);
  // Whoever saves data speaks without a picture.
  readonly audio_only = signal(false);
  // What is open now, to be opened again after a reload; null: nothing, or the browser does not say which.
  readonly opened = computed<OpenDevices | null>(() => {
    const stream = this.stream.value;
    const microphone = stream?.getAudioTracks()[0]?.getSettings().deviceId;
    const video = stream?.getVideoTracks()[0];
    const camera = video ? video.getSettings().deviceId : null;
    return microphone && camera !== undefined ? { microphone, camera, mic_on: this.mic_on.value, camera_on: this.camera_on.value } : null;
  });

  async open(with_camera = !this.audio_only.peek()): Promise<boolean> {
    const open = this.stream.value;
    if (open?.getTracks().every((track) => track.readyState === 'live')) return true;
    // Absent outside secure contexts, whatever the type says.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (!devices) {
      this.problem.value = 'insecure';
      return false;
    }
    this.asking.value = true;
    this.problem.value = null;
    try {
      this.#take(await ask(devices, with_camera), true, true);
      return true;
    } catch (error) {
      this.problem.value = problemOf(error);
      return false;
    } finally {
      this.asking.value = false;
    }
  }

  // The very same ones as before, and only where the browser has nothing to ask; else nothing happens, and the person is
  // asked as ever. `wanted`: whether they still are, once they are there.
  async reopen({ microphone, camera, mic_on, camera_on }: OpenDevices, wanted: () => boolean): Promise<void> {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (!devices || this.stream.value || this.asking.value) return;
    this.asking.value = true;
    try {
      if (!(await areGranted(camera ? ['microphone', 'camera'] : ['microphone']))) return;
      const stream = await devices.getUserMedia({
        audio: { ...kAudio, deviceId: { exact: microphone } },
        ...(camera && { video: { ...kVideo, deviceId: { exact: camera } } }),
      });
      if (wanted()) this.#take(stream, mic_on, camera_on);
      else for (const track of stream.getTracks()) track.stop();
    } catch {
      // Unplugged or busy: what opens them by hand says so.
    } finally {
      this.asking.value = false;
    }
  }

  #take(stream: MediaStream, mic_on: boolean, camera_on: boolean): void {
    // Never by this page's own stop(): the permission was taken back, or the plug was pulled.
    for (const track of stream.getTracks()) track.addEventListener('ended', () => this.#taken(stream));
    // Before anybody has the stream, so that nothing of who is muted is sent.
    for (const track of stream.getAudioTracks()) track.enabled = mic_on;
    for (const track of stream.getVideoTracks()) track.enabled = camera_on;
    this.mic_on.value = mic_on;
    this.camera_on.value = camera_on;
    this.stream.value = stream;
  }

  #taken(stream: MediaStream): void {
    if (stream !== this.stream.value) return;
    this.close();
    this.problem.value = 'taken';
  }

  close(): void {
    for (const track of this.stream.value?.getTracks() ?? []) track.stop();
    this.stream.value = null;
    this.problem.value = null;
  }

  toggleMic(): void {
    this.mic_on.value = !this.mic_on.value;
    for (const track of this.stream.value?.getAudioTracks() ?? []) track.enabled = this.mic_on.value;
  }

  toggleCamera(): void {
    this.camera_on.value = !this.camera_on.value;
    for (const track of this.stream.value?.getVideoTracks() ?? []) track.enabled = this.camera_on.value;
  }
}

const kAudio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const kVideo: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

async function ask(devices: MediaDevices, with_camera: boolean): Promise<MediaStream> {
  if (!with_camera) return devices.getUserMedia({ audio: kAudio });
  try {
    return await devices.getUserMedia({ audio: kAudio, video: kVideo });
  } catch (error) {
    // A computer without a camera still has a voice.
    if (problemOf(error) !== 'missing') throw error;
    return devices.getUserMedia({ audio: kAudio });
  }
}

// A browser that does not tell has to be asked, and asks.
async function areGranted(names: readonly string[]): Promise<boolean> {
  const permissions = await Promise.all(names.map((name) => navigator.permissions.query({ name: name as PermissionName })));
  return permissions.every(({ state }) => state === 'granted');
}

function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
