import type { Binding } from 'onnxruntime-node/dist/binding.js'

/** onnxruntime's session as its native addon has it: synchronous. See docs/decisions/0005. */
export type Session = Binding.InferenceSession
export type SessionConstructor = Binding.InferenceSessionConstructor

/**
 * onnxruntime sends telemetry (1.29 and later) unless the process environment forbids it when the library is
 * loaded. A worker thread's `process.env` is a copy that native code does not see, so the thread that starts
 * workers has to call this before it does.
 */
export function disableTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1'
}

/** Loads onnxruntime into the process, the first time: about 30 ms and 30 MB. */
export async function loadEngine(): Promise<SessionConstructor> {
  disableTelemetry()
  const { binding, initOrt } = await import('onnxruntime-node/dist/binding.js')
  initOrt()
  return binding.InferenceSession
}
