/** Between two beats, in milliseconds. */
export const BEAT_MS = 1000
/** An event loop may stand still for as long as a request may take, and this much longer. */
export const HANG_MARGIN_MS = 5000

/** Started for a debugger, under which an event loop may stand still for as long as somebody looks at it. */
export function isDebugged(): boolean {
  return [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((options) => /--inspect/.test(options))
}
