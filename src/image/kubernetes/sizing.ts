import type { Workload } from './workload.ts'

const MIB = 1024 * 1024

/** Node, Headrace, and what a thousand requests leave behind. */
const PROGRAM_BYTES = 256 * MIB
/** A thread that serves or computes: heap, code and buffers. */
const THREAD_BYTES = 64 * MIB
/** An engine keeps weights as they are in the file, and some of them once more as its kernels want them. */
const COPIES_OF_WEIGHTS = 2
/** Whole steps: a small change of a model is none of the manifest. */
const STEP_BYTES = 64 * MIB

/** Of request bodies, or of blocks of a file: what the server is told to keep to, so that it can be reckoned with. */
export const BUFFER_BYTES = 128 * MIB

/** Memory of a pod, in bytes, and how it was found, in a sentence. */
export interface MemorySize {
  readonly bytes: number
  readonly reason: string
}

/**
 * A model runs in a thread for each core, each with its own copy of the weights. Headrace gives the copies at most half
 * of the memory and has fewer threads otherwise, so that all cores work only where there is as much again.
 */
export function memoryOf({ cores, modelBytes, memoryBytes }: Workload): MemorySize {
  if (memoryBytes !== undefined) return { bytes: memoryBytes, reason: 'Memory: as it was asked for.' }
  const threads = Math.max(1, Math.floor(cores))
  const thread = THREAD_BYTES + COPIES_OF_WEIGHTS * modelBytes
  const needed = PROGRAM_BYTES + BUFFER_BYTES + threads * thread
  const bytes = Math.ceil(needed / STEP_BYTES) * STEP_BYTES
  return {
    bytes,
    reason:
      `Memory: ${mebibytes(PROGRAM_BYTES)} for the program, ${mebibytes(BUFFER_BYTES)} for what comes in, and for each of ` +
      `${threads} thread${threads === 1 ? '' : 's'} ${mebibytes(THREAD_BYTES)} and ${COPIES_OF_WEIGHTS} times the model's ` +
      `${mebibytes(modelBytes)}; rounded up.`,
  }
}

/** `512Mi`, as Kubernetes reads it; up to the next whole one. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB)}Mi`
}

/** `1`, `500m`: cores as Kubernetes reads them. */
export function coresText(cores: number): string {
  return Number.isInteger(cores) ? String(cores) : `${Math.ceil(cores * 1000)}m`
}
