// Installed in a page before its own scripts: the other end of every peer connection. Pictures are drawn, sounds are
// silent, and a connection is up as soon as an answer was set.
(() => {
  // A browser that wants a click before it plays sound.
  const play = HTMLMediaElement.prototype.play;
  addEventListener('click', () => (window.fakeBlocked = false), { capture: true });
  HTMLMediaElement.prototype.play = function () {
    return this instanceof HTMLAudioElement && window.fakeBlocked ? Promise.reject(new DOMException('a click is needed', 'NotAllowedError')) : play.call(this);
  };

  const draw = (slot) => {
    const canvas = document.createElement('canvas');
    canvas.width = 1280;
    canvas.height = 720;
    const c = canvas.getContext('2d');
    const hall = () => {
      const sky = c.createLinearGradient(0, 0, 0, 720);
      sky.addColorStop(0, '#233449');
      sky.addColorStop(1, '#0b121b');
      c.fillStyle = sky;
      c.fillRect(0, 0, 1280, 720);
      c.fillStyle = '#2f5d8f';
      c.fillRect(390, 90, 500, 230);
      c.fillStyle = '#e8eef6';
      c.font = '600 40px sans-serif';
      c.textAlign = 'center';
      c.fillText('Item 4 · Connectivity', 640, 220);
      for (let row = 0; row < 5; row += 1)
        for (let n = 0; n < 15; n += 1) {
          const x = 640 + (n - 7) * (64 + row * 16);
          const y = 420 + row * 66 + Math.abs(n - 7) * 5;
          c.fillStyle = `hsl(${(n * 47 + row * 29) % 360} 22% ${26 + row * 4}%)`;
          c.beginPath();
          c.arc(x, y, 18 + row * 4, 0, 7);
          c.fill();
          c.fillRect(x - 28 - row * 4, y + 16, 56 + row * 8, 40);
        }
    };
    const person = () => {
      const wall = c.createLinearGradient(0, 0, 1280, 720);
      wall.addColorStop(0, '#3b4f46');
      wall.addColorStop(1, '#1d2a3a');
      c.fillStyle = wall;
      c.fillRect(0, 0, 1280, 720);
      c.fillStyle = '#c98f6b';
      c.beginPath();
      c.ellipse(640, 300, 120, 150, 0, 0, 7);
      c.fill();
      c.fillStyle = '#2a1c16';
      c.beginPath();
      c.ellipse(640, 210, 135, 100, 0, Math.PI, 0);
      c.fill();
      c.fillStyle = '#24486f';
      c.beginPath();
      c.ellipse(640, 720, 330, 260, 0, Math.PI, 0);
      c.fill();
    };
    const paint = slot === 1 ? person : hall;
    paint();
    setInterval(paint, 200);
    return canvas.captureStream(5).getVideoTracks()[0];
  };
  const silence = () => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];

  class FakePeer extends EventTarget {
    connectionState = 'new';
    localDescription = null;
    onconnectionstatechange = null;
    slots = { audio: 0, video: 0 };
    transceivers = [];

    constructor() {
      super();
      (window.fakePeers ??= []).push(this);
    }

    addTransceiver(what) {
      const kind = typeof what === 'string' ? what : what.kind;
      const slot = this.slots[kind]++;
      const track = typeof what !== 'string' ? what : kind === 'audio' ? silence() : draw(window.fakePreview ? 1 : slot);
      const transceiver = { receiver: { track }, sender: { track } };
      this.transceivers.push(transceiver);
      return transceiver;
    }

    getTransceivers() {
      return this.transceivers;
    }

    createOffer() {
      return Promise.resolve({ type: 'offer', sdp: 'v=0\r\na=ice-ufrag:fake\r\na=ice-pwd:fakefakefakefakefakefake\r\nm=audio 9 X 0\r\na=mid:0\r\n' });
    }

    setLocalDescription(description) {
      this.localDescription = description;
      return Promise.resolve();
    }

    setRemoteDescription() {
      setTimeout(() => this.become('connected'), 30);
      return Promise.resolve();
    }

    // One megabyte a connection and slot: enough to be seen.
    getStats() {
      const heard = { type: 'inbound-rtp', kind: 'audio', packetsReceived: 900, packetsLost: 1, jitter: 0.004 };
      return Promise.resolve(new Map([['A1', heard], ['T1', { type: 'transport', bytesReceived: this.transceivers.length * 1_000_000, bytesSent: 0 }]]));
    }

    become(state) {
      if (this.connectionState === 'closed') return;
      this.connectionState = state;
      this.onconnectionstatechange?.();
    }

    close() {
      this.connectionState = 'closed';
    }
  }
  window.RTCPeerConnection = FakePeer;
})();
