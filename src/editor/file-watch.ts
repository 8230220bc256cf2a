import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';

/** Settles a burst of events, such as a copy over the file, into one look at it. */
const SETTLE_MS = 300;

/** Calls back when the file is changed, replaced or deleted. */
export function watchFile(uri: vscode.Uri, changed: () => void): vscode.Disposable {
  const folder = vscode.Uri.file(dirname(uri.fsPath));
  // A pattern would read brackets and stars in the name as its own.
  const name = basename(uri.fsPath).replace(/[[\]{}*?]/g, character => `[${character}]`);
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, name));
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(soon),
    watcher.onDidCreate(soon),
    watcher.onDidDelete(soon),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
}
