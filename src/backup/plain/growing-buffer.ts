/** Bytes that are appended at the end and dropped at the front, copied as seldom as can be. */
export class GrowingBuffer {
  #store: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** Stays valid: bytes once appended are never moved within their memory nor written over. */
  bytes(): Buffer {
    return this.#store.subarray(this.#start, this.#end);
  }

  drop(count: number): void {
    this.#start += count;
  }

  append(chunk: Buffer): void {
    const kept = this.#end - this.#start;
    if (kept === 0) {
      this.#store = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#shared = true;
      return;
    }
    this.#makeRoom(kept, chunk.length);
    chunk.copy(this.#store, this.#end);
    this.#end += chunk.length;
  }

  /** The store is somebody's chunk, with no room of ours behind its end. */
  #shared = true;

  #makeRoom(kept: number, extra: number): void {
    if (!this.#shared && this.#end + extra <= this.#store.length) return;
    // Doubling: a statement of n bytes is copied O(n) bytes in all, however small the chunks are.
    const larger = Buffer.allocUnsafe(Math.max((kept + extra) * 2, SMALLEST_BYTES));
    this.#store.copy(larger, 0, this.#start, this.#end);
    this.#store = larger;
    this.#start = 0;
    this.#end = kept;
    this.#shared = false;
  }
}

const SMALLEST_BYTES = 4096;
