/** Where the fields of a binary COPY go. Called in order: for each row and each of its fields `target` and `endField`, or `missing`; then `endRow`. */
export interface BinaryCopySink {
  /** Memory of exactly `byteLength` bytes that the field's value is to be written into. */
  target(field: number, byteLength: number): Uint8Array;
  /** The value has been written. */
  endField(field: number): void;
  /** The field is NULL. */
  missing(field: number): void;
  endRow(): void;
}

const SIGNATURE = new Uint8Array([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]);
/** Signature, flags and the length of the header's extension. */
const HEADER_BYTES = SIGNATURE.length + 8;
const NULL_LENGTH = -1;
const TRAILER = -1;

type Step = 'header' | 'row' | 'length' | 'value' | 'done';

/**
 * Reads PostgreSQL's binary COPY format (documentation of COPY, "Binary Format") from chunks cut anywhere. Values are
 * copied once, from the chunk to where they belong. (`pg` with `binary: true` on a query with parameters was seen to
 * return wrong numbers; COPY is right.)
 */
export class BinaryCopyReader {
  private readonly scratch = new Uint8Array(HEADER_BYTES);
  private readonly scratchView = new DataView(this.scratch.buffer);
  private step: Step = 'header';
  private target: Uint8Array = this.scratch;
  private filled = 0;
  private field = 0;
  private fieldCount = 0;

  constructor(private readonly sink: BinaryCopySink) {}

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.step !== 'done') {
      const count = Math.min(this.target.length - this.filled, chunk.length - at);
      this.target.set(chunk.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
      if (this.filled === this.target.length) this.advance();
    }
  }

  /** Throws where the stream ended before its trailer. */
  end(): void {
    if (this.step !== 'done') throw new Error(`binary COPY ended within its ${this.step}`);
  }

  private advance(): void {
    switch (this.step) {
      case 'header':
        this.checkHeader();
        return this.expect('row', this.scratch.subarray(0, 2));
      case 'row':
        return this.beginRow(this.scratchView.getInt16(0));
      case 'length':
        return this.beginField(this.scratchView.getInt32(0));
      case 'value':
        this.sink.endField(this.field);
        return this.nextField();
      case 'done':
        return undefined;
    }
  }

  private checkHeader(): void {
    if (!SIGNATURE.every((byte, index) => this.scratch[index] === byte)) throw new Error('not a binary COPY');
    const [flags, extensionBytes] = [this.scratchView.getInt32(11), this.scratchView.getInt32(15)];
    if (flags !== 0 || extensionBytes !== 0) throw new Error(`binary COPY with flags ${flags}, extension ${extensionBytes}`);
  }

  private beginRow(fieldCount: number): void {
    if (fieldCount === TRAILER) return this.expect('done', this.scratch);
    this.fieldCount = fieldCount;
    this.field = 0;
    return this.expect('length', this.scratch.subarray(0, 4));
  }

  private beginField(byteLength: number): void {
    if (byteLength === NULL_LENGTH) {
      this.sink.missing(this.field);
      return this.nextField();
    }
    const target = this.sink.target(this.field, byteLength);
    if (target.length !== byteLength) throw new Error(`field ${this.field} has ${byteLength} bytes, room for ${target.length}`);
    this.expect('value', target);
    return byteLength === 0 ? this.advance() : undefined;
  }

  private nextField(): void {
    this.field += 1;
    if (this.field < this.fieldCount) return this.expect('length', this.scratch.subarray(0, 4));
    this.sink.endRow();
    return this.expect('row', this.scratch.subarray(0, 2));
  }

  private expect(step: Step, target: Uint8Array): void {
    this.step = step;
    this.target = target;
    this.filled = 0;
  }
}
