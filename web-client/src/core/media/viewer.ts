// Receives a room (or a return, or somebody in standby) by WHEP. The m-lines are slots: the server changes what a slot
// carries, nothing is ever renegotiated.
import { signal } from '@preact/signals-core';

import { Transport, type TransportOptions } from './transport.ts';

export interface ViewerOptions extends Omit<TransportOptions, 'prepare' | 'closed'> {
  // Asked anew for each session: a listener may want no pictures any more.
  slots: () => { audio: number; video: number };
}

export class Viewer {
  // By slot, in the order of the offer.
  readonly audio = signal<readonly MediaStreamTrack[]>([]);
  readonly video = signal<readonly MediaStreamTrack[]>([]);
  readonly transport: Transport;

  constructor(options: ViewerOptions) {
    const { slots, ...rest } = options;
    this.transport = new Transport({
      ...rest,
      prepare: (peer) => {
        const receive = (kind: 'audio' | 'video', count: number): MediaStreamTrack[] =>
          Array.from({ length: count }, () => peer.addTransceiver(kind, { direction: 'recvonly' }).receiver.track);
        const wanted = slots();
        const audio = receive('audio', wanted.audio);
        const video = receive('video', wanted.video);
        for (const transceiver of peer.getTransceivers()) {
          lowDelay(transceiver.receiver);
          askForDependencies(transceiver);
        }
        this.audio.value = audio;
        this.video.value = video;
      },
    });
  }

  start(): void {
    this.transport.start();
  }

  stop(): void {
    this.transport.stop();
    this.audio.value = [];
    this.video.value = [];
  }
}

const dependencyDescriptor = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

interface HeaderExtension {
  uri: string;
  direction: string;
}

// Without this header extension nobody can tell the layers of AV1; browsers that have it do not offer it unasked.
function askForDependencies(transceiver: RTCRtpTransceiver): void {
  const asked = transceiver as RTCRtpTransceiver & {
    getHeaderExtensionsToNegotiate?: () => HeaderExtension[];
    setHeaderExtensionsToNegotiate?: (extensions: HeaderExtension[]) => void;
  };
  const known = asked.getHeaderExtensionsToNegotiate?.() ?? [];
  if (!known.some(({ uri }) => uri === dependencyDescriptor)) return;
  asked.setHeaderExtensionsToNegotiate?.(
    known.map((one) => (one.uri === dependencyDescriptor ? { ...one, direction: 'sendrecv' } : one)),
  );
}

// As little waiting as the network's jitter allows; a hint that browsers may lack.
function lowDelay(receiver: RTCRtpReceiver): void {
  const hinted = receiver as RTCRtpReceiver & { jitterBufferTarget?: number | null; playoutDelayHint?: number };
  if ('jitterBufferTarget' in hinted) hinted.jitterBufferTarget = 0;
}
