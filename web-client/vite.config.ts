import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

// One page per face; the server maps its paths to these files (README.md).
const scripts = [
  'src/pages/index.ts', 'src/pages/participant.ts', 'src/pages/moderator.ts', 'src/pages/chair.ts', 'src/pages/technician.ts', 'src/pages/stage.ts', 'src/pages/timer.ts',
  'src/pages/return.ts', 'src/pages/organiser.ts',
];
const faces = scripts.map((script) => basename(script, '.ts'));

// FACE.html, for each face, from the one page.html: no such file is in the sources.
function pages(): Plugin {
  const files = new Map(faces.map((face) => [resolve(import.meta.dirname, `${face}.html`), face]));
  const pageOf = (face: string): string => readFileSync(resolve(import.meta.dirname, 'page.html'), 'utf8').replaceAll('{face}', face);
  return {
    name: 'pages',
    enforce: 'pre',
    resolveId: (id) => (files.has(id) ? id : null),
    load: (id) => {
      const face = files.get(id);
      return face ? pageOf(face) : null;
    },
    configureServer: (server) => {
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://vite').pathname;
        const face = path === '/' ? 'index' : faces.find((name) => path === `/${name}.html`);
        if (!face) return next();
        server
          .transformIndexHtml(path, pageOf(face))
          .then((html) => response.setHeader('content-type', 'text/html; charset=utf-8').end(html))
          .catch(next);
      });
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: [pages()],
  build: {
    target: 'es2022',
    // A data: URI would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: Object.fromEntries(faces.map((face) => [face, resolve(import.meta.dirname, `${face}.html`)])) },
  },
  server: {
    proxy: {
      '/ws': { target: 'http://127.0.0.1:8080', ws: true },
      '^/(api|whep|whip)/': 'http://127.0.0.1:8080',
    },
  },
});
