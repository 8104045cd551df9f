import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { BEAT_MS, HANG_MARGIN_MS, isDebugged } from './heartbeat.ts'
import { hangLine, type LogFormat } from './watchdog-line.ts'
import type { WatchdogData } from './watchdog-messages.ts'

/** What the thread needs to start in; it holds next to nothing (in megabytes; Node 24). */
const HEAP = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 }

export interface WatchdogOptions {
  /** An event loop that stands still for longer than a request may take has met a run that never returns. */
  readonly requestTimeoutMs: number
  readonly format: LogFormat
}

/**
 * Kills this process when its event loop stands still. For a server that nobody supervises and that runs a model
 * in its main thread which may never return: the thread takes 19 MB, too much for what cannot hang.
 */
export function startWatchdog({ requestTimeoutMs, format }: WatchdogOptions): void {
  if (isDebugged()) return
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const count = new Int32Array(beats)
  setInterval(() => Atomics.add(count, 0, 1), BEAT_MS).unref()
  const workerData: WatchdogData = {
    beats,
    beatMs: BEAT_MS,
    maxSilentTicks: Math.ceil((requestTimeoutMs + HANG_MARGIN_MS) / BEAT_MS),
    lastLine: hangLine(format),
  }
  const script = new URL(`./watchdog-thread${extname(import.meta.url)}`, import.meta.url)
  new Worker(script, { workerData, resourceLimits: HEAP, execArgv: [], env: {} }).unref()
}
