import { defineConfig } from 'vite';

// One entry per face; the server maps its paths to these files (README.md).
const faces = ['index', 'participant', 'moderator', 'chair', 'technician', 'stage', 'return', 'organiser'];

export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    // A data: URI would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: Object.fromEntries(faces.map((face) => [face, `${face}.html`])) },
  },
  server: {
    proxy: {
      '/ws': { target: 'http://127.0.0.1:8080', ws: true },
      '^/(api|whep|whip)/': 'http://127.0.0.1:8080',
    },
  },
});
