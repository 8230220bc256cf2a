import * as vscode from 'vscode';
import { registerCommands } from './commands/register.ts';
import { DumpEditorProvider } from './dump-editor-provider.ts';
import { DumpEditors } from './dump-editors.ts';
import { StatusBar } from './status-bar.ts';

/** Called by VS Code when a dump is opened or one of our commands is first run. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Hexheap', { log: true });
  const editors = new DumpEditors();
  context.subscriptions.push(
    log,
    editors,
    new StatusBar(editors),
    new DumpEditorProvider(context, editors, log).register(),
    registerCommands(editors, log),
  );
}

/** All that must end is among the subscriptions. */
export function deactivate(): void {}
