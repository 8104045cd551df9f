import type * as onnxruntime from 'onnxruntime-node'

/**
 * onnxruntime sends telemetry (1.29 and later) unless the process environment forbids it when the library is
 * loaded. A worker thread's `process.env` is a copy that native code does not see, so the thread that starts
 * workers has to call this before it does.
 */
export function disableTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1'
}

/** Loads onnxruntime into the process: about 80 ms and 35 MB the first time. */
export async function loadEngine(): Promise<typeof onnxruntime> {
  disableTelemetry()
  return await import('onnxruntime-node')
}
