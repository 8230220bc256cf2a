import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type * as VSCode from 'vscode';

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The test process's end of the bridge: runs functions inside VS Code's extension host. */
export class ExtensionHost {
  readonly #server: Server;
  readonly #token = randomBytes(16).toString('hex');
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #connected: Promise<Socket>;
  #last = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.#connected = new Promise(resolve => server.on('connection', socket => this.#accept(socket, resolve)));
  }

  static async listen(): Promise<ExtensionHost> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new ExtensionHost(server);
  }

  /** For the extension host's environment: where to connect, and what to show. */
  get invitation(): string {
    const address = this.#server.address();
    if (!address || typeof address === 'string') throw new Error('the bridge does not listen');
    return `${address.port}:${this.#token}`;
  }

  /** Resolves when the extension host has connected; throws after `timeout` ms. */
  async ready(timeout: number): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const failed = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`no extension host after ${timeout / 1000} s`)), timeout);
    });
    await Promise.race([this.#connected, failed]);
    clearTimeout(late);
  }

  /**
   * Runs `work` in the extension host and resolves with what it returns. The function travels as source text: it sees only its
   * two arguments; argument and result have to survive JSON.
   */
  async run<A, R>(work: (vscode: typeof VSCode, argument: A) => R | PromiseLike<R>, argument?: A): Promise<R> {
    const socket = await this.#connected;
    const id = ++this.#last;
    const answer = await new Promise<Answer>(resolve => {
      this.#waiting.set(id, resolve);
      socket.write(`${JSON.stringify({ id, code: work.toString(), argument })}\n`);
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value as R;
  }

  async close(): Promise<void> {
    this.#server.close();
    const socket = await Promise.race([this.#connected, undefined]);
    socket?.destroy();
  }

  #accept(socket: Socket, connected: (socket: Socket) => void): void {
    let received = '';
    let trusted = false;
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', chunk => {
      received += chunk;
      const lines = received.split('\n');
      received = lines.pop() ?? '';
      for (const line of lines) {
        if (trusted) {
          const answer: Answer = JSON.parse(line);
          this.#waiting.get(answer.id)?.(answer);
          this.#waiting.delete(answer.id);
        } else if (line === this.#token) {
          trusted = true;
          connected(socket);
        } else {
          socket.destroy();
        }
      }
    });
    socket.on('close', () => {
      for (const [id, resolve] of this.#waiting) resolve({ id, error: 'the extension host went away' });
      this.#waiting.clear();
    });
  }
}
