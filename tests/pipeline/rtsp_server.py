#!/usr/bin/env python3
"""An RTSP camera of GStreamer's own making: rtsp://127.0.0.1:PORT/room, H.264, Opus (700 Hz) and AAC (1,100 Hz)."""
import sys

try:
    import gi
    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer
except (ImportError, ValueError):
    sys.exit(1)
if sys.argv[1] == "--check":
    sys.exit(0)

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory()
factory.set_shared(True)
factory.set_launch(
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=25/1 ! "
    "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=50 ! rtph264pay name=pay0 pt=96 config-interval=1 "
    "audiotestsrc is-live=true freq=700 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay name=pay1 pt=97 "
    "audiotestsrc is-live=true freq=1100 ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! rtpmp4gpay name=pay2 pt=98 )")
server.get_mount_points().add_factory("/room", factory)
server.attach(None)
GLib.MainLoop().run()
