// What a page remembers on this device. Storage may be forbidden or full: then nothing is remembered and nothing breaks.

export interface Shelf {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

function shelf(pick: () => Storage): Shelf {
  const attempt = <T>(run: (storage: Storage) => T, otherwise: T): T => {
    try {
      return run(pick());
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => attempt((storage) => storage.getItem(key), null),
    set: (key, value) => attempt((storage) => storage.setItem(key, value), undefined),
    remove: (key) => attempt((storage) => storage.removeItem(key), undefined),
  };
}

export const tabShelf = shelf(() => sessionStorage);
export const deviceShelf = shelf(() => localStorage);

export function emptyShelf(): Shelf {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}

// The key by which a session is resumed. A tab's own comes first; the device's brings a place back into a new tab, but only
// for a personal link: two anonymous tabs are two people.
export class ResumeMemory {
  readonly #key: string;
  readonly #personal: boolean;
  readonly #tab: Shelf;
  readonly #device: Shelf;

  constructor(key: string, personal: boolean, tab: Shelf, device: Shelf) {
    this.#key = key;
    this.#personal = personal;
    this.#tab = tab;
    this.#device = device;
  }

  get(): string | undefined {
    return this.#tab.get(this.#key) ?? (this.#personal ? this.#device.get(this.#key) : null) ?? undefined;
  }

  set(resume: string): void {
    this.#tab.set(this.#key, resume);
    if (this.#personal) this.#device.set(this.#key, resume);
  }

  forget(): void {
    this.#tab.remove(this.#key);
    this.#device.remove(this.#key);
  }
}
