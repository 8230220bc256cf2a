import { createConnection, type Socket } from 'node:net';

export type Reply = string | Buffer | number | null | Reply[];

/** An error reply of the server (`-ERR …`). */
export class ReplyError extends Error {}

/**
 * A RESP2 client for tests: replies arrive in the order of the commands, so any number may be under way.
 * Bulk strings come as Buffers, because keys and values may be binary.
 */
export class RespClient {
  private readonly socket: Socket;
  private received: Buffer = Buffer.alloc(0);
  private readonly waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', data => {
      this.received = this.received.length ? Buffer.concat([this.received, data]) : data;
      this.drain();
    });
    const fail = (error: Error) => {
      for (const one of this.waiting.splice(0)) one.reject(error);
    };
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('connection closed')));
  }

  static connect(port: number): Promise<RespClient> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RespClient(socket));
      });
    });
  }

  /** Sends one command and waits for its reply. */
  call(...command: (string | Buffer | number)[]): Promise<Reply> {
    const reply = this.expectReply();
    this.socket.write(encode(command));
    return reply;
  }

  /** Sends many commands in one write; rejects with the first error reply. */
  async callAll(commands: readonly (readonly (string | Buffer | number)[])[]): Promise<Reply[]> {
    const all: Reply[] = [];
    for (let at = 0; at < commands.length; at += 5_000) {
      const part = commands.slice(at, at + 5_000);
      const replies = part.map(() => this.expectReply());
      this.socket.write(Buffer.concat(part.map(encode)));
      all.push(...(await Promise.all(replies)));
    }
    return all;
  }

  /** Sends bytes as they are, e.g. half a command, and expects nothing. */
  writeRaw(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  private expectReply(): Promise<Reply> {
    const promise = new Promise<Reply>((resolve, reject) => this.waiting.push({ resolve, reject }));
    promise.catch(() => {}); // whoever awaits it sees the error; nobody need await it
    return promise;
  }

  private drain(): void {
    let at = 0;
    while (this.waiting.length) {
      const parsed = parse(this.received, at);
      if (!parsed) break;
      at = parsed.next;
      const { resolve, reject } = this.waiting.shift()!;
      if (parsed.reply instanceof ReplyError) reject(parsed.reply);
      else resolve(parsed.reply);
    }
    if (at) this.received = this.received.subarray(at);
  }
}

function encode(command: readonly (string | Buffer | number)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${command.length}\r\n`)];
  for (const word of command) {
    const bytes = Buffer.isBuffer(word) ? word : Buffer.from(String(word));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

function parse(from: Buffer, at: number): { reply: Reply | ReplyError; next: number } | undefined {
  const end = from.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = from.toString('utf8', at + 1, end);
  const next = end + 2;
  switch (from[at]) {
    case 0x2b: // +
      return { reply: line, next };
    case 0x2d: // -
      return { reply: new ReplyError(line), next };
    case 0x3a: // :
      return { reply: Number(line), next };
    case 0x24: {
      const length = Number(line);
      if (length < 0) return { reply: null, next };
      if (from.length < next + length + 2) return undefined;
      return { reply: Buffer.from(from.subarray(next, next + length)), next: next + length + 2 };
    }
    case 0x2a: {
      const count = Number(line);
      if (count < 0) return { reply: null, next };
      const items: Reply[] = [];
      let place = next;
      for (let i = 0; i < count; i++) {
        const item = parse(from, place);
        if (!item) return undefined;
        items.push(item.reply as Reply);
        place = item.next;
      }
      return { reply: items, next: place };
    }
    default:
      throw new Error(`not RESP: ${line.slice(0, 80)}`);
  }
}
