import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface FileSegment {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly fileSize: number;
  readonly flags: number;
  readonly alignment: number;
}

export interface FileNote {
  readonly owner: string;
  readonly type: number;
  readonly descriptor: Buffer;
}

/** A core read back for the generator's own tests, straight from the ELF specification and without the product's reader. */
export class CoreFile {
  readonly segments: FileSegment[] = [];
  readonly notes: FileNote[] = [];
  readonly header: Buffer;
  readonly notesOffset: number = 0;
  readonly size: number;
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.size = fstatSync(this.#file).size;
    this.header = this.at(0, 64);
    let count = this.header.readUInt16LE(56);
    if (count === 0xffff) count = this.at(Number(this.header.readBigUInt64LE(40)), 64).readUInt32LE(44);
    for (let i = 0; i < count; i++) {
      const program = this.at(64 + 56 * i, 56);
      const word = (at: number) => Number(program.readBigUInt64LE(at));
      const [offset, start, fileSize, memory, alignment] = [word(8), word(16), word(32), word(40), word(48)];
      const flags = program.readUInt32LE(4);
      if (program.readUInt32LE(0) === 4) {
        this.notesOffset = offset;
        this.#readNotes(this.at(offset, fileSize));
      } else this.segments.push({ start, end: start + memory, offset, fileSize, flags, alignment });
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Bytes at a file offset. */
  at(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    readSync(this.#file, bytes, 0, length, offset);
    return bytes;
  }

  /** Bytes at an address; throws where the core does not hold them. */
  bytes(address: number, length: number): Buffer {
    const segment = this.segments.find(
      ({ start, fileSize }) => address >= start && address + length <= start + fileSize,
    );
    if (!segment) throw new RangeError(`0x${address.toString(16)} is not in the core`);
    return this.at(segment.offset + address - segment.start, length);
  }

  holds(address: number): boolean {
    return this.segments.some(({ start, fileSize }) => address >= start && address < start + fileSize);
  }

  u8(address: number): number {
    return this.bytes(address, 1)[0];
  }

  u32(address: number): number {
    return this.bytes(address, 4).readUInt32LE();
  }

  u64(address: number): number {
    return Number(this.bytes(address, 8).readBigUInt64LE());
  }

  /** The writable ranges, whole. */
  *writable(): Generator<{ readonly start: number; readonly bytes: Buffer }> {
    for (const segment of this.segments) {
      if (segment.flags & 2) yield { start: segment.start, bytes: this.at(segment.offset, segment.fileSize) };
    }
  }

  #readNotes(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const [nameSize, size, type] = [0, 4, 8].map(field => bytes.readUInt32LE(at + field));
      const name = at + 12;
      const descriptor = name + Math.ceil(nameSize / 4) * 4;
      const owner = bytes.toString('latin1', name, name + nameSize - 1);
      this.notes.push({ owner, type, descriptor: bytes.subarray(descriptor, descriptor + size) });
      at = descriptor + Math.ceil(size / 4) * 4;
    }
  }
}
