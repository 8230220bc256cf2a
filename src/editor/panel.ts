import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { RowOrder } from '../analysis/api.ts';
import { Owner } from './dispose.ts';
import type { DumpDocument, Question } from './dump-document.ts';
import { page } from './html.ts';
import type { FromWebview, ToWebview } from './protocol.ts';
import { onSettingsChange, viewSettings } from './settings.ts';
import { validate } from './validate.ts';

/** Where the caret is, and the selected bytes [start, end) of the file; empty when none are. */
export interface Cursor {
  readonly offset: number;
  readonly start: number;
  readonly end: number;
}

/** What a view that is not ready yet is told later; the newest of each. */
const KEPT: readonly ToWebview['type'][] = ['reveal', 'order', 'decoded', 'explaining', 'explained', 'notExplained'];

/** One view of a dump: the messages between its webview and the document. */
export class DumpPanel extends Owner {
  readonly document: DumpDocument;
  readonly #panel: vscode.WebviewPanel;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  readonly #disposed = this.own(new vscode.EventEmitter<void>());
  /** The caret moved, or the panel got or lost the focus, or its document's state changed. */
  readonly onDidChange = this.#changed.event;
  readonly onDidDispose = this.#disposed.event;
  #cursor: Cursor = { offset: 0, start: 0, end: 0 };
  #order: RowOrder = viewSettings().order;
  #ready = false;
  /** Messages for a webview that has not said it is ready, or is hidden: VS Code would drop them. */
  #waiting: ToWebview[] = [];

  constructor(document: DumpDocument, panel: vscode.WebviewPanel, extension: vscode.Uri, log: vscode.LogOutputChannel) {
    super();
    this.document = document;
    this.#panel = panel;
    this.#log = log;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(extension, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist, vscode.Uri.joinPath(extension, 'media')] };
    this.own(webview.onDidReceiveMessage(message => this.#receive(message)));
    this.own(document.onMessage(message => this.#post(message)));
    this.own(document.onMessage(() => this.#changed.fire()));
    this.own(onSettingsChange(() => this.#post({ type: 'settings', settings: viewSettings() })));
    this.own(
      panel.onDidChangeViewState(() => {
        // A hidden webview is thrown away and made anew when it is shown again; it then says so.
        if (!panel.visible) this.#ready = false;
        this.#changed.fire();
      }),
    );
    panel.onDidDispose(() => this.dispose());

    const resource = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    webview.html = page({
      cspSource: webview.cspSource,
      script: resource('webview.js'),
      styles: [resource('codicon.css'), resource('webview.css')],
      language: vscode.env.language,
      title: vscode.l10n.t('Redis dump'),
      nonce: randomBytes(16).toString('base64url'),
    });
  }

  get active(): boolean {
    return this.#panel.active;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /** Brings the view to the front with these bytes [start, end) of the file selected. */
  reveal(start: number, end: number): void {
    this.#cursor = { offset: start, start, end };
    this.focus();
    this.#post({ type: 'reveal', start, end });
    this.#changed.fire();
  }

  focus(): void {
    this.#panel.reveal(undefined, false);
  }

  switchOrder(): void {
    this.#order = this.#order === 'file' ? 'address' : 'file';
    this.#post({ type: 'order', order: this.#order });
  }

  /** Tells only this view. */
  show(message: ToWebview): void {
    this.#post(message);
  }

  override dispose(): void {
    if (this.disposed) return;
    this.#disposed.fire();
    super.dispose();
  }

  #post(message: ToWebview): void {
    if (this.#ready) void this.#panel.webview.postMessage(message);
    else if (KEPT.includes(message.type)) {
      this.#waiting = [...this.#waiting.filter(({ type }) => type !== message.type), message];
    }
  }

  #receive(received: unknown): void {
    const result = validate(received);
    if (result.valid) {
      this.#handle(result.message).catch(error => this.#log.error(error as Error));
      return;
    }
    this.#log.warn(`Refused a message of the webview: ${result.reason}`);
    if (result.id !== undefined) this.#post({ type: 'answer', id: result.id, ok: false, error: result.reason });
  }

  async #handle(message: FromWebview): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.#welcome();
      case 'cursor':
        this.#cursor = { offset: message.offset, start: message.start, end: message.end };
        this.#order = message.order;
        this.#changed.fire();
        return;
      case 'startAnalysis':
        return this.document.startAnalysis();
      case 'cancelAnalysis':
        return this.document.cancelAnalysis();
      case 'removeAnnotation':
        return this.document.annotations.remove(message.annotation);
      case 'command':
        await vscode.commands.executeCommand(`hexheap.${message.command}`);
        return;
      case 'trouble':
        this.#log.error(`In the webview: ${message.message}`);
        return;
      default:
        return this.#answer(message);
    }
  }

  async #welcome(): Promise<void> {
    const welcome = await this.document.welcome();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#ready = true;
    for (const message of [...welcome, ...waiting]) this.#post(message);
  }

  async #answer(question: Question): Promise<void> {
    const { id } = question;
    try {
      const value = await this.document.answer(question);
      this.#post({ type: 'answer', id, ok: true, value });
    } catch (error) {
      this.#post({ type: 'answer', id, ok: false, error: (error as Error).message });
    }
    if (question.type === 'window') this.document.rowsShown();
  }
}
