/** Tells what a server uses. */
export interface ResourceMeter {
  /** @returns undefined when the server cannot be seen (any more). */
  read(): ResourceReading | undefined | Promise<ResourceReading | undefined>
}

export interface ResourceReading {
  /** Processor time of all its processes so far. */
  readonly cpuSeconds: number
  /** In bytes; now. */
  readonly memory: number
}
