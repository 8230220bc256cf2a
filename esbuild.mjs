// Bundles everything that runs outside the checkout into dist/: the extension, its worker threads, the command line and the webview.
// usage: node esbuild.mjs [--dev] [--watch]     --dev: source maps, not minified; --watch: rebuild on every change (implies --dev)
import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const watch = process.argv.includes('--watch');
const dev = watch || process.argv.includes('--dev');

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: !dev,
  sourcemap: dev,
  charset: 'utf8',
  logLevel: 'warning',
};

// Node 20 is what VS Code 1.100, the oldest one supported, runs extensions on.
const node = { ...common, platform: 'node', target: 'node20' };

// CommonJS has no import.meta: modules that locate their neighbours by it get the bundle's own place.
const commonjs = {
  ...node,
  format: 'cjs',
  define: { 'import.meta.url': '__bundleUrl' },
  banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

// Some packages inside an ES module bundle are CommonJS and want a `require`.
const shebang = entry => (readFileSync(join(root, entry), 'utf8').startsWith('#!') ? '' : '#!/usr/bin/env node\n');
const module = entry => ({
  ...node,
  format: 'esm',
  banner: {
    js: `${shebang(entry)}import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
  },
});

// Chromium 132 is what VS Code 1.100 shows webviews in.
const browser = { ...common, platform: 'browser', target: 'chrome132', format: 'iife' };

const bundles = [
  ['src/editor/activation.ts', 'dist/extension.cjs', () => ({ ...commonjs, external: ['vscode'] })],
  ['src/analysis/reader-worker.ts', 'dist/reader-worker.cjs', () => commonjs],
  ['src/analysis/analysis-worker.ts', 'dist/analysis-worker.cjs', () => commonjs],
  ['src/analysis/explainer-worker.ts', 'dist/explainer-worker.cjs', () => commonjs],
  ['src/cli/main.ts', 'dist/cli.js', module],
  ['webview/main.ts', 'dist/webview.js', () => browser],
  ['webview/style.css', 'dist/webview.css', () => browser],
];

const copies = [
  ['node_modules/@vscode/codicons/dist/codicon.css', 'dist/codicon.css'],
  ['node_modules/@vscode/codicons/dist/codicon.ttf', 'dist/codicon.ttf'],
];

mkdirSync(join(root, 'dist'), { recursive: true });
for (const [from, to] of copies) copyFileSync(join(root, from), join(root, to));

const options = bundles.map(([entry, outfile, kind]) => ({ entryPoints: [entry], outfile, ...kind(entry) }));

if (watch) {
  for (const each of options) await (await context({ ...each, logLevel: 'info' })).watch();
} else {
  await Promise.all(options.map(each => build(each)));
  chmodSync(join(root, 'dist/cli.js'), 0o755);
}
