// Sends this person's camera and microphone by WHIP, from the call to standby until the request has ended.
import { encodingsOf } from './simulcast.ts';
import { Transport, type TransportOptions } from './transport.ts';

export interface PublisherOptions extends Omit<TransportOptions, 'prepare' | 'closed'> {
  stream: () => MediaStream | null;
}

export class Publisher {
  readonly transport: Transport;

  constructor(options: PublisherOptions) {
    const { stream, ...rest } = options;
    this.transport = new Transport({
      ...rest,
      prepare: (peer) => {
        const media = stream();
        for (const track of media?.getAudioTracks() ?? []) send(peer, track, media);
        for (const track of media?.getVideoTracks() ?? []) send(peer, track, media);
      },
    });
  }

  start(): void {
    this.transport.start();
  }

  stop(): void {
    this.transport.stop();
  }
}

function send(peer: RTCPeerConnection, track: MediaStreamTrack, media: MediaStream | null): void {
  if (track.kind === 'audio') track.contentHint = 'speech';
  peer.addTransceiver(track, {
    direction: 'sendonly',
    streams: media ? [media] : [],
    ...(track.kind === 'video' && { sendEncodings: encodingsOf(track.getSettings()) }),
  });
}
