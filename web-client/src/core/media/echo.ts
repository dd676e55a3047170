// Five seconds of one's own voice, recorded and played back here: what the interpreters will get, less the network.
import { signal } from '@preact/signals-core';

export const kEcho_s = 5;

export type EchoState = 'idle' | 'recording' | 'playing' | 'failed';

export class Echo {
  readonly state = signal<EchoState>('idle');
  readonly left_s = signal(0);
  #recorder: MediaRecorder | null = null;
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  record(stream: MediaStream): void {
    this.stop();
    const tracks = stream.getAudioTracks();
    // Old browsers have no recorder.
    if (!tracks.length || !('MediaRecorder' in window)) {
      this.state.value = 'failed';
      return;
    }
    try {
      const recorder = new MediaRecorder(new MediaStream(tracks));
      const parts: Blob[] = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      recorder.onstop = () => recorder === this.#recorder && void this.#play(new Blob(parts, { type: recorder.mimeType }));
      recorder.onerror = () => recorder === this.#recorder && this.#fail();
      this.#recorder = recorder;
      recorder.start();
    } catch {
      return this.#fail();
    }
    this.state.value = 'recording';
    this.left_s.value = kEcho_s;
    this.#timer = setInterval(() => {
      this.left_s.value -= 1;
      if (this.left_s.value > 0) return;
      clearInterval(this.#timer);
      this.#recorder?.stop();
    }, 1_000);
  }

  stop(): void {
    clearInterval(this.#timer);
    const recorder = this.#recorder;
    this.#recorder = null;
    if (recorder && recorder.state !== 'inactive') recorder.stop();
    void this.#context?.close();
    this.#context = null;
    this.state.value = 'idle';
  }

  // Decoded rather than played as a media element, whose address the page's security policy would have to allow.
  async #play(recorded: Blob): Promise<void> {
    const context = new AudioContext();
    this.#context = context;
    try {
      const sound = await context.decodeAudioData(await recorded.arrayBuffer());
      if (context !== this.#context) return;
      const source = context.createBufferSource();
      source.buffer = sound;
      source.onended = () => context === this.#context && this.stop();
      source.connect(context.destination);
      source.start();
      this.state.value = 'playing';
    } catch {
      if (context === this.#context) this.#fail();
    }
  }

  #fail(): void {
    this.stop();
    this.state.value = 'failed';
  }
}
