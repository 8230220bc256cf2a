import type { ToWebview } from '../src/editor/protocol.ts';
import { App } from './app.ts';
import { Host } from './host.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const vscode = acquireVsCodeApi();
const trouble = (message: string) => vscode.postMessage({ type: 'trouble', message });

window.addEventListener('error', ({ message, filename, lineno, error }) => {
  trouble(`${message} (${filename}:${lineno})\n${error instanceof Error ? error.stack : ''}`);
});
window.addEventListener('unhandledrejection', ({ reason }) => {
  trouble(`Unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`);
});
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
  trouble(`Policy violation: ${violatedDirective} blocked ${blockedURI} (${sourceFile}:${lineNumber})`);
});

const host: Host = new Host(
  message => vscode.postMessage(message),
  message => app.receive(message),
);
window.addEventListener('message', ({ data }: MessageEvent<ToWebview>) => host.receive(data));
const app = new App(host, vscode);
