import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/paths.ts';
import { sourceFiles } from './source-files.ts';

const code = sourceFiles(['src', 'webview', 'test', 'scripts'], /\.(ts|mjs|cjs|css)$/);
const text = sourceFiles(['.'], /\.(ts|mjs|cjs|css|json|md|ya?ml|svg|html|sh)$|^run$/);

/** Files in which a line matches, with that line. */
function linesWith(files: typeof code, pattern: RegExp): string[] {
  return files.flatMap(file =>
    file.text
      .split('\n')
      .filter(line => pattern.test(line))
      .map(line => `${file.path}: ${line.trim().slice(0, 120)}`),
  );
}

describe('files', () => {
  it('hold one idea: at most 400 lines', () => {
    const long = code.filter(file => file.text.split('\n').length > 401).map(file => file.path);
    assert.deepEqual(long, []);
  });

  it('name no place on a machine of ours', () => {
    assert.deepEqual(linesWith(text, /(^|[^\w.])\/(home|root|Users|work|farm)\/[a-z]/), []);
  });

  it('leave nothing for later', () => {
    assert.deepEqual(linesWith(code, /\b(TO.?DO|FIX.?ME|XXX)\b[:(]/), []);
  });

  it('switch off no check and no test', () => {
    assert.deepEqual(linesWith(code, /@ts-(ignore|nocheck)\b|\b(describe|it|context)\.only\(/), []);
  });

  it('need no package at run time: everything is bundled', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.equal(manifest.dependencies, undefined);
  });

  it('pin every package to one version, and say nothing of where it came from', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const loose = Object.entries<string>(manifest.devDependencies).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    assert.deepEqual(loose, []);
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const named = Object.entries<{ resolved?: string }>(lock.packages).filter(
      ([, { resolved }]) => resolved !== undefined,
    );
    assert.deepEqual(named, []);
  });
});
