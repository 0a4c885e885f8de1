/** The column's bytes, little-endian as every supported machine has them; a view, not a copy. */
export function toBytes(column: Float64Array): Buffer {
  return Buffer.from(column.buffer as ArrayBuffer, column.byteOffset, column.byteLength);
}

/** A copy: the driver's buffers are not aligned to eight bytes. */
export function fromBytes(bytes: Buffer): Float64Array {
  const column = new Float64Array(bytes.length / Float64Array.BYTES_PER_ELEMENT);
  new Uint8Array(column.buffer).set(bytes);
  return column;
}
