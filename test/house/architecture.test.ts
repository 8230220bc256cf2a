import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { type Import, importsOf, sourceFiles } from './source-files.ts';

/** A room may import only from itself and those named: the ones before it in the data's way, never the other face. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  layout: [],
  dump: ['layout'],
  kernel: ['layout', 'dump'],
  allocator: ['layout', 'dump', 'kernel'],
  heap: ['layout', 'dump', 'kernel', 'allocator'],
  analysis: ['layout', 'dump', 'kernel', 'allocator', 'heap'],
  report: ['layout', 'dump', 'kernel', 'allocator', 'heap', 'analysis'],
  annotations: ['layout', 'dump', 'kernel', 'allocator', 'heap', 'analysis', 'report'],
  editor: ['layout', 'dump', 'kernel', 'allocator', 'heap', 'analysis', 'report', 'annotations'],
  cli: ['layout', 'dump', 'kernel', 'allocator', 'heap', 'analysis', 'report', 'annotations'],
};

/** These run in a worker, in a browser and in a test alike. */
const pure = ['layout', 'kernel', 'allocator', 'heap'];

const room = (path: string) => path.split('/')[1];
const source = sourceFiles(['src'], /\.ts$/);
const imports = source.flatMap(importsOf);
const webview = sourceFiles(['webview'], /\.ts$/).flatMap(importsOf);

const isRelative = (from: string) => from.startsWith('.');
const target = ({ file, from }: Import) => posix.normalize(posix.join(posix.dirname(file), from));
const list = (found: readonly Import[]) => found.map(({ file, from }) => `${file} imports ${from}`);

describe('architecture', () => {
  it('looks at real imports', () => {
    assert.ok(imports.length > 20, `only ${imports.length} imports found in src/`);
  });

  it('every folder of src is a known room', () => {
    const unknown = source.map(({ path }) => path).filter(path => !(room(path) in mayImport));
    assert.deepEqual(unknown, []);
  });

  it('a folder imports only from those before it', () => {
    const wrong = imports.filter(each => {
      if (!isRelative(each.from)) return false;
      const [place, there] = target(each).split('/');
      const here = room(each.file);
      return place !== 'src' || (there !== here && !mayImport[here]?.includes(there));
    });
    assert.deepEqual(list(wrong), []);
  });

  it('the pure folders import nothing but their like', () => {
    const wrong = imports.filter(({ file, from }) => pure.includes(room(file)) && !isRelative(from));
    assert.deepEqual(list(wrong), []);
  });

  it("only the editor knows VS Code's API", () => {
    const wrong = imports.filter(({ file, from }) => from === 'vscode' && room(file) !== 'editor');
    assert.deepEqual(list(wrong), []);
  });

  it('the webview takes nothing but types from the host', () => {
    const contracts = ['src/editor/protocol.ts', 'src/analysis/api.ts'];
    const wrong = webview.filter(each => {
      if (!isRelative(each.from)) return each.from === 'vscode' || each.from.startsWith('node:');
      const path = target(each);
      return !path.startsWith('webview/') && !(each.typeOnly && contracts.includes(path));
    });
    assert.deepEqual(list(wrong), []);
  });

  it('one file is the door to the UI toolkit', () => {
    const wrong = webview.filter(
      ({ file, from }) => /toolkit/.test(from) && !isRelative(from) && file !== 'webview/ui/controls.ts',
    );
    assert.deepEqual(list(wrong), []);
  });

  it('generated dumps owe nothing to the code they test', () => {
    const generator = sourceFiles(['test/generate'], /(?<!\.test)\.ts$/).flatMap(importsOf);
    assert.ok(generator.length > 0);
    const wrong = generator.filter(each => isRelative(each.from) && target(each).startsWith('src/'));
    assert.deepEqual(list(wrong), []);
  });
});
