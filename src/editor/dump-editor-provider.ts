import * as vscode from 'vscode';
import { DumpDocument } from './dump-document.ts';
import type { DumpEditors } from './dump-editors.ts';
import { DumpPanel } from './panel.ts';

/** Opens for the asking (any file), and by default (files named like dumps): VS Code gives a view type one priority. */
export const VIEW_TYPES = ['hexheap.dump', 'hexheap.dump.default'] as const;

export class DumpEditorProvider implements vscode.CustomReadonlyEditorProvider<DumpDocument> {
  readonly #context: vscode.ExtensionContext;
  readonly #editors: DumpEditors;
  readonly #log: vscode.LogOutputChannel;
  /** By uri: VS Code keeps documents apart by view type, but a file opened as both is one dump with one analysis. */
  readonly #documents = new Map<string, DumpDocument>();

  constructor(context: vscode.ExtensionContext, editors: DumpEditors, log: vscode.LogOutputChannel) {
    this.#context = context;
    this.#editors = editors;
    this.#log = log;
  }

  /** Never throws: what cannot be opened is a document too, whose editor says why. */
  openCustomDocument(uri: vscode.Uri): DumpDocument {
    const key = uri.toString();
    let document = this.#documents.get(key);
    if (document === undefined) {
      document = new DumpDocument(uri, this.#context, this.#log, () => this.#documents.delete(key));
      this.#documents.set(key, document);
    }
    document.retain();
    return document;
  }

  resolveCustomEditor(document: DumpDocument, webviewPanel: vscode.WebviewPanel): void {
    this.#editors.add(new DumpPanel(document, webviewPanel, this.#context.extensionUri, this.#log));
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      ...VIEW_TYPES.map(viewType =>
        vscode.window.registerCustomEditorProvider(viewType, this, { supportsMultipleEditorsPerDocument: true }),
      ),
    );
  }
}
