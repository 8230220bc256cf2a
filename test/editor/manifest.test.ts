import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const { contributes } = manifest;
const sources = readdirSync(join(root, 'src/editor'), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => read(join('src/editor', file)));

describe('package.json', () => {
  const commands: string[] = contributes.commands.map(({ command }: { command: string }) => command);

  it('names every text of its own in package.nls.json, and no other is there', () => {
    const used = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(JSON.parse(read('package.nls.json'))).sort());
  });

  it('contributes the commands that the extension registers', () => {
    const [, table] = /const COMMANDS[^{]*\{([^}]*)\}/s.exec(read('src/editor/commands/register.ts'))!;
    const registered = [...table.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => `hexheap.${name}`);
    assert.deepEqual(registered.sort(), commands.toSorted());
  });

  it('has menus and keys only for commands that exist, each for both kinds of editor', () => {
    const items = [
      ...Object.values<{ command: string; when?: string }[]>(contributes.menus),
      contributes.keybindings,
    ].flat();
    assert.ok(items.length > 15);
    for (const { command, when } of items) {
      assert.ok(commands.includes(command), command);
      if (when?.includes('hexheap.dump')) {
        assert.match(when, /(\w+) == 'hexheap\.dump' \|\| \1 == 'hexheap\.dump\.default'/);
      }
    }
  });

  it('offers every item of the context menu only on a byte of our own webview', () => {
    for (const { when } of contributes.menus['webview/context']) {
      assert.match(when, /^\(webviewId == .* \|\| webviewId == .*\) && hexheapByte$/);
    }
  });

  it('opens files named like dumps by default, and any file for the asking', () => {
    const [asked, byDefault] = contributes.customEditors;
    assert.deepEqual([asked.viewType, asked.priority], ['hexheap.dump', 'option']);
    assert.deepEqual([byDefault.viewType, byDefault.priority], ['hexheap.dump.default', 'default']);
    const patterns = byDefault.selector.map(({ filenamePattern }: { filenamePattern: string }) => filenamePattern);
    assert.deepEqual(patterns, ['*.rdump', '*.core', 'core.[0-9]*']);
  });

  it('gives every colour a value in each of the four kinds of theme', () => {
    assert.equal(contributes.colors.length, 12);
    for (const { id, defaults } of contributes.colors) {
      assert.match(id, /^hexheap\.\w+$/);
      assert.deepEqual(Object.keys(defaults).sort(), ['dark', 'highContrast', 'highContrastLight', 'light']);
      for (const value of Object.values<string>(defaults)) assert.match(value, /^#[0-9a-f]{6}$/);
    }
  });

  it('has settings for all that the code reads, within bounds', () => {
    const settings = Object.keys(contributes.configuration.properties).map(key => key.replace('hexheap.', ''));
    const code = read('src/editor/settings.ts');
    assert.deepEqual([...code.matchAll(/get\('(\w+)'\)/g)].map(([, key]) => key).sort(), settings.sort());
    const { bytesPerRow } = Object.fromEntries(
      Object.entries<Record<string, number>>(contributes.configuration.properties).map(([key, value]) => [
        key.replace('hexheap.', ''),
        value,
      ]),
    );
    assert.deepEqual([bytesPerRow.minimum, bytesPerRow.maximum, bytesPerRow.default], [1, 64, 16]);
  });
});

describe('the texts of the extension', () => {
  it('are all in the bundle for translators, and no other is there', () => {
    const literal = /l10n\.t\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g;
    const used = sources.flatMap(source => [...source.matchAll(literal)].map(([, text]) => text));
    const calls = sources.reduce((sum, source) => sum + source.split('l10n.t(').length - 1, 0);
    assert.equal(used.length, calls, 'every text is a literal, so that it can be found');
    const texts = used.map(text =>
      JSON.parse(text.startsWith('"') ? text : `"${text.slice(1, -1).replaceAll('"', '\\"').replaceAll("\\'", "'")}"`),
    );
    assert.deepEqual(Object.keys(JSON.parse(read('l10n/bundle.l10n.json'))).sort(), [...new Set(texts)].sort());
  });
});
