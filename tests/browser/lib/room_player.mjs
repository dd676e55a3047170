export async function emptyPage(context, server) {
  const page = await context.newPage();
  await page.goto(`${server.url}/livez`);
  return page;
}

// A page of our own with a plain WHEP player in it, so that transport and routing are tested without the product's pages.
// Without `udp` it is as in a network that blocks it. Over `line` (lossy_line.mjs) if one is given. With `relay` (ICE servers) everything goes
// through those. `codec` ("VP8"): it can decode no other picture. Without `red` it knows no redundant sound. With `layers` it asks for what tells the layers of AV1. With `page` the player comes into that one, whose meeting it then belongs to.
export async function openPlayer(context, server, room, { page, token, language, audio = 2, video = 2, path = `/whep/${room}`, udp = true, relay, line, codec, red = true, layers = false } = {}) {
  page ??= await emptyPage(context, server);
  if (line) await page.exposeFunction("__through", line.through);
  const query = language ? `?language=${language}` : "";
  await page.evaluate(
    async ({ url, token, audio, video, udp, relay, codec, red, layers }) => {
      const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...(relay ? { iceServers: relay, iceTransportPolicy: "relay" } : {}) });
      window.__peer = peer;
      window.__streams = {};
      window.__videos = {};
      const kinds = [...Array(audio).fill("audio"), ...Array(video).fill("video")];
      kinds.forEach((kind) => peer.addTransceiver(kind, { direction: "recvonly" }));
      if (codec) {
        const known = RTCRtpReceiver.getCapabilities("video").codecs.filter(({ mimeType }) => [`video/${codec}`, "video/rtx"].includes(mimeType));
        peer.getTransceivers().slice(audio).forEach((transceiver) => transceiver.setCodecPreferences(known));
      }
      if (!red) {
        const plain = RTCRtpReceiver.getCapabilities("audio").codecs.filter(({ mimeType }) => mimeType !== "audio/red");
        peer.getTransceivers().slice(0, audio).forEach((transceiver) => transceiver.setCodecPreferences(plain));
      }
      for (const transceiver of layers ? peer.getTransceivers().slice(audio) : []) {
        transceiver.setHeaderExtensionsToNegotiate(transceiver.getHeaderExtensionsToNegotiate()
          .map((one) => (one.uri.includes("#dependency-descriptor") ? { ...one, direction: "sendrecv" } : one)));
      }
      await peer.setLocalDescription(await peer.createOffer());
      const started = performance.now();
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/sdp", ...(token ? { authorization: `Bearer ${token}` } : {}) },
        body: peer.localDescription.sdp,
      });
      if (answer.status !== 201) throw new Error(`WHEP ${answer.status}: ${await answer.text()}`);
      window.__links = answer.headers.get("link");
      window.__session = new URL(answer.headers.get("location"), location.href).href;
      let sdp = await answer.text();
      if (window.__through) sdp = await window.__through(sdp);
      await peer.setRemoteDescription({ type: "answer", sdp: udp ? sdp : sdp.replace(/a=candidate:.* udp .*\r\n/g, "") });
      peer.getTransceivers().forEach((transceiver, index) => {
        const kind = transceiver.receiver.track.kind;
        const number = kind === "audio" ? index : index - audio;
        const element = document.createElement(kind);
        element.autoplay = true;
        element.muted = kind === "video";
        element.srcObject = new MediaStream([transceiver.receiver.track]);
        document.body.append(element);
        window.__streams[`${kind}${number}`] = element.srcObject;
        window.__videos[`${kind}${number}`] = element;
        element.play().catch(() => {});
        if (kind === "video" && number === 0) {
          element.requestVideoFrameCallback?.(() => { window.__firstPicture = performance.now() - started; });
        }
      });
    },
    { url: `${server.url}${path}${query}`, token, audio, video, udp, relay, codec, red, layers },
  );
  return page;
}

// The page's own JSON-RPC connection, as a participant's page has it.
export async function joinMeeting(page, server, room, token) {
  return page.evaluate(
    ({ url, token }) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url, "plenary.v1");
        const waiting = new Map();
        let next = 1;
        window.__notes = [];
        window.__call = (method, params = {}) =>
          new Promise((done) => {
            waiting.set(next, done);
            socket.send(JSON.stringify({ jsonrpc: "2.0", id: next++, method, params }));
          });
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(data);
          if (message.id !== undefined) {
            waiting.get(message.id)?.(message);
            waiting.delete(message.id);
          } else {
            window.__notes.push(message);
            if (message.method === "meeting.changed") Object.assign(window.__state, message.params.set);
            if (message.method === "meeting.state") window.__state = message.params;
          }
        };
        socket.onerror = () => reject(new Error("WebSocket refused"));
        socket.onopen = async () => {
          const answer = await window.__call("meeting.join", token ? { token } : {});
          if (answer.error) return reject(new Error(JSON.stringify(answer.error)));
          window.__state = answer.result.state;
          resolve(answer.result);
        };
      }),
    { url: `${server.url.replace("http", "ws")}/ws/${room}`, token },
  );
}

export const call = (page, method, params = {}) =>
  page.evaluate(({ method, params }) => window.__call(method, params), { method, params });
