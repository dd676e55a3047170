// Which camera and microphone this tab has open, and for which request: after a reload the same ones are opened again, as
// muted as they were. Only a reload: another tab, a link, or a request that was made elsewhere brings back nothing.
import type { Shelf } from '../memory.ts';

export interface OpenDevices {
  microphone: string; // ids of the browser's
  camera: string | null;
  mic_on: boolean;
  camera_on: boolean;
}

export class OpenDevicesMemory {
  readonly #tab: Shelf;
  readonly #key: string;
  #before: string | null;

  // A tab that is duplicated takes its memory along, and is not reloaded.
  constructor(tab: Shelf, room: string, reloaded: boolean) {
    this.#tab = tab;
    this.#key = `plenary.devices.${room}`;
    this.#before = reloaded ? tab.get(this.#key) : null;
    if (!reloaded) this.forget();
  }

  keep(request: string, open: OpenDevices): void {
    this.#tab.set(this.#key, JSON.stringify({ ...open, request }));
  }

  forget(): void {
    this.#tab.remove(this.#key);
  }

  // What was open before the reload for this request; said once.
  take(request: string | undefined): OpenDevices | null {
    const before = read(this.#before);
    this.#before = null;
    return before && before.request === request ? before : null;
  }
}

// Whoever can write there is this page; a version of it from before a server's update may have written otherwise.
function read(text: string | null): (OpenDevices & { request: string }) | null {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<OpenDevices & { request: string }> | null;
    if (typeof value?.request !== 'string' || typeof value.microphone !== 'string') return null;
    const { request, microphone, camera, mic_on, camera_on } = value;
    return { request, microphone, camera: typeof camera === 'string' ? camera : null, mic_on: mic_on === true, camera_on: camera_on === true };
  } catch {
    return null;
  }
}
