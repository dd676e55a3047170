// Camera and microphone of this person: opened with the request to speak, so that nobody waits for a permission prompt
// after the grant; closed when the request is over, so that the camera's light goes out.
import { signal } from '@preact/signals-core';

export type DeviceProblem = 'insecure' | 'denied' | 'missing' | 'busy' | 'taken';

export class Devices {
  readonly stream = signal<MediaStream | null>(null);
  readonly asking = signal(false);
  readonly problem = signal<DeviceProblem | null>(null);
  readonly mic_on = signal(true);
  readonly camera_on = signal(true);
  // Whoever saves data speaks without a picture.
  readonly audio_only = signal(false);

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
      const stream = await ask(devices, with_camera);
      this.stream.value = stream;
      // Never by this page's own stop(): the permission was taken back, or the plug was pulled.
      for (const track of stream.getTracks()) track.addEventListener('ended', () => this.#taken(stream));
      this.mic_on.value = true;
      this.camera_on.value = true;
      return true;
    } catch (error) {
      this.problem.value = problemOf(error);
      return false;
    } finally {
      this.asking.value = false;
    }
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

async function ask(devices: MediaDevices, with_camera: boolean): Promise<MediaStream> {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const video = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
  if (!with_camera) return devices.getUserMedia({ audio });
  try {
    return await devices.getUserMedia({ audio, video });
  } catch (error) {
    // A computer without a camera still has a voice.
    if (problemOf(error) !== 'missing') throw error;
    return devices.getUserMedia({ audio });
  }
}

function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
