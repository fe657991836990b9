// Builds everything the browser gets into dist/ui: `npm ci --ignore-scripts && npm run build`.
import { brotliCompressSync } from 'node:zlib';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { bundle } from 'lightningcss';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const modules = join(here, 'node_modules');
const out = join(here, 'dist', 'ui');
const targets = { safari: (16 << 16) | (4 << 8), chrome: 111 << 16, firefox: 121 << 16 };
const BUDGET = { css: 12, js: 16 }; // kB, brotli, per file; charts.js is loaded only where a chart is

const FONTS = {
  cairo: ['cairo', ['arabic', 'latin-ext', 'latin']],
  geist: ['geist', ['cyrillic', 'latin-ext', 'latin']],
  grotesk: ['space-grotesk', ['latin-ext', 'latin']],
  hanken: ['hanken-grotesk', ['latin-ext', 'latin']],
  instrument: ['instrument-sans', ['latin-ext', 'latin']],
  inter: ['inter', ['cyrillic', 'greek', 'latin-ext', 'latin']],
  manrope: ['manrope', ['cyrillic', 'latin-ext', 'latin']],
  serif: ['source-serif-4', ['cyrillic', 'latin-ext', 'latin']],
  vazirmatn: ['vazirmatn', ['arabic', 'latin-ext', 'latin']],
};

const sizes = [];
const write = (name, data) => {
  const file = join(out, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, data);
  sizes.push([name, data.length, brotliCompressSync(Buffer.from(data)).length]);
};

function styles() {
  for (const name of ['core', 'plain', 'site', 'studio']) {
    const { code } = bundle({ filename: join(here, 'css', `${name}.css`), minify: true, targets });
    write(`${name}.css`, code);
  }
}

function scripts() {
  const entries = ['ui', 'charts', 'studio'];
  const { outputFiles } = buildSync({
    entryPoints: entries.map((name) => join(here, 'js', `${name}.js`)),
    bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, outdir: out, legalComments: 'none',
  });
  for (const file of outputFiles) write(file.path.slice(out.length + 1), file.text);
  write('htmx.js', readFileSync(join(modules, 'htmx.org/dist/htmx.min.js'), 'utf8').replace(/\/\/# sourceMappingURL.*/, ''));
}

function fonts() {
  for (const [id, [family, subsets]] of Object.entries(FONTS)) {
    const folder = join(modules, '@fontsource-variable', family);
    const faces = readFileSync(join(folder, 'index.css'), 'utf8').match(/@font-face\s*{[^}]*}/g);
    const kept = faces.filter((face) => subsets.some((subset) => face.includes(`${family}-${subset}-wght-normal`)));
    write(`fonts/${id}.css`, kept.map((face) => face.replace(/\s+/g, ' ').replaceAll('./files/', './')).join('\n'));
    for (const subset of subsets) {
      const file = `${family}-${subset}-wght-normal.woff2`;
      cpSync(join(folder, 'files', file), join(out, 'fonts', file));
    }
  }
}

function* sources(folder) {
  const skipped = /^(\.|node_modules$|dist$|var$|__pycache__$|site$)/;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skipped.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(html|py)$/.test(entry.name)) yield readFileSync(path, 'utf8');
  }
}

function icons() {
  const names = new Set(readFileSync(join(here, 'icons.txt'), 'utf8').split('\n').filter(Boolean));
  const used = /(?:\bicon(?:=|:\s*|\s+)|"icon":\s*)"([a-z0-9-]+)"/g;
  for (const text of sources(root)) for (const [, name] of text.matchAll(used)) names.add(name);
  const symbol = (name) => {
    const file = join(modules, 'lucide-static/icons', `${name}.svg`);
    if (!existsSync(file)) { console.warn(`no such icon: ${name}`); return ''; }
    const body = readFileSync(file, 'utf8').replace(/<!--.*?-->/s, '').replace(/<svg[^>]*>|<\/svg>/g, '').replace(/\s+/g, ' ').trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  };
  write('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">${[...names].sort().map(symbol).join('')}</svg>`);
}

rmSync(out, { recursive: true, force: true });
styles();
scripts();
fonts();
icons();
let over = false;
for (const [name, raw, small] of sizes) {
  const limit = name === 'charts.js' ? 30 : BUDGET[name.split('.').pop()];
  if (limit && small > limit * 1024) { over = true; console.error(`${name} is over its budget of ${limit} kB`); }
  if (!name.startsWith('fonts/')) console.log(`${name.padEnd(14)} ${String(raw).padStart(7)} B ${(small / 1024).toFixed(1).padStart(6)} kB br`);
}
if (over) process.exit(1);
