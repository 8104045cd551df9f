/**
 * Memory for the blocks under way: shared with the workers, so that a block is never copied, and used over and over.
 * Memory that is transferred instead would be freed only when the worker's garbage is collected.
 */
export class Slabs {
  /** Size of each. */
  readonly bytes: number
  readonly #free: Buffer[] = []

  constructor(bytes: number) {
    this.bytes = bytes
  }

  take(): Buffer {
    return this.#free.pop() ?? newSlab(this.bytes)
  }

  /** Slabs that had to be larger than the others are left to the garbage collector. */
  give(slab: Buffer): void {
    if (slab.length === this.bytes) this.#free.push(slab)
  }
}

/** A slab of twice the size that begins with what `slab` holds. */
export function enlarged(slab: Buffer): Buffer {
  const larger = newSlab(2 * slab.length)
  larger.set(slab)
  return larger
}

function newSlab(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(bytes))
}
