/** Columns whose length is not known beforehand. They double, so that appending is cheap. */

export class GrowingU32 {
  length = 0;
  private data: Uint32Array<ArrayBuffer>;

  constructor(capacity = 1024) {
    this.data = new Uint32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Uint32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  /** What was appended so far: a view, good until the next push. */
  view(): Uint32Array {
    return this.data.subarray(0, this.length);
  }
}

export class GrowingU8 {
  length = 0;
  private data: Uint8Array<ArrayBuffer>;

  constructor(capacity = 1024) {
    this.data = new Uint8Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Uint8Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  view(): Uint8Array {
    return this.data.subarray(0, this.length);
  }
}

export class GrowingF64 {
  length = 0;
  private data: Float64Array<ArrayBuffer>;

  constructor(capacity = 1024) {
    this.data = new Float64Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Float64Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  view(): Float64Array {
    return this.data.subarray(0, this.length);
  }
}
