/** Chance that follows from a seed: nothing here keeps a state beyond what its caller holds. */

// Taken once: in a sandboxed context, such as a test's, each look at a global costs more than the arithmetic.
const { floor, imul, max, min } = Math;

const GOLDEN = 0x9e3779b9;

/** 32 well-mixed bits of a seed and an index (finalizer of MurmurHash3, A. Appleby). */
export function mix(seed: number, index: number): number {
  let bits = (seed ^ imul(index | 0, GOLDEN) ^ imul(floor(index / 0x1_0000_0000) | 0, 0x85ebca6b)) | 0;
  bits = imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** 32 bits of a text (FNV-1a, mixed). */
export function mixText(seed: number, text: string): number {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) bits = imul(bits ^ text.charCodeAt(i), 0x01000193);
  return mix(mix(seed, 1), bits >>> 0);
}

/** A run of numbers from one seed (mulberry32, T. Ettinger). */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = imul(this.state ^ (this.state >>> 15), 1 | this.state);
    bits = (bits + imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** Mean 0, standard deviation 1, within ±3.5: twelve uniforms are as normal as a made market needs. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.next();
    return max(-3.5, min(3.5, sum));
  }
}
