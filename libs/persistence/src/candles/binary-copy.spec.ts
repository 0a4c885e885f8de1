import * as fc from 'fast-check';
import { BinaryCopyReader, type BinaryCopySink } from './binary-copy.js';

const int16 = (value: number) => Buffer.from([(value >> 8) & 0xff, value & 0xff]);
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** Written by hand from the format's description: https://www.postgresql.org/docs/current/sql-copy.html */
function binaryCopy(rows: readonly (readonly (Uint8Array | null)[])[]): Buffer {
  const field = (value: Uint8Array | null) => (value === null ? [int32(-1)] : [int32(value.length), value]);
  const row = (fields: readonly (Uint8Array | null)[]) => [int16(fields.length), ...fields.flatMap(field)];
  return Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), int32(0), int32(0), ...rows.flatMap(row), int16(-1)]);
}

class Gathered implements BinaryCopySink {
  readonly rows: (Uint8Array | null)[][] = [];
  readonly ended: number[] = [];
  private fields: (Uint8Array | null)[] = [];

  target(field: number, byteLength: number): Uint8Array {
    const target = new Uint8Array(byteLength);
    this.fields[field] = target;
    return target;
  }

  endField(field: number): void {
    this.ended.push(field);
  }

  missing(field: number): void {
    this.fields[field] = null;
  }

  endRow(): void {
    this.rows.push(this.fields);
    this.fields = [];
  }
}

const someBytes = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
const someRows = fc.array(fc.array(fc.option(someBytes), { minLength: 1, maxLength: 4 }), { maxLength: 5 });

describe('BinaryCopyReader', () => {
  it('reads the same rows wherever the chunks are cut', () => {
    fc.assert(
      fc.property(someRows, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (rows, cuts) => {
        const bytes = binaryCopy(rows);
        const sink = new Gathered();
        const reader = new BinaryCopyReader(sink);
        for (let [at, turn] = [0, 0]; at < bytes.length; turn++) {
          const end = at + (cuts[turn % cuts.length] ?? 1);
          reader.push(bytes.subarray(at, end));
          at = end;
        }
        reader.end();
        expect(sink.rows.map((row) => row.map((field) => field && Buffer.from(field)))).toEqual(rows);
        const present = rows.flatMap((row) => row.flatMap((field, index) => (field === null ? [] : index)));
        expect(sink.ended).toEqual(present);
      }),
    );
  });

  it('says where a stream broke off', () => {
    const bytes = binaryCopy([[Buffer.from('abcd')]]);
    const reader = new BinaryCopyReader(new Gathered());
    reader.push(bytes.subarray(0, bytes.length - 4)); // Two bytes of the value and the trailer are missing.
    expect(() => reader.end()).toThrow('binary COPY ended within its value');
  });

  it('refuses what is not a binary COPY', () => {
    expect(() => new BinaryCopyReader(new Gathered()).push(Buffer.from('open_time,open,high,low'))).toThrow('not a binary COPY');
  });

  it('refuses a field that does not fit its place', () => {
    const sink: BinaryCopySink = { target: () => new Uint8Array(3), endField: () => undefined, missing: () => undefined, endRow: () => undefined };
    expect(() => new BinaryCopyReader(sink).push(binaryCopy([[Buffer.from('abcd')]]))).toThrow('field 0 has 4 bytes, room for 3');
  });
});
