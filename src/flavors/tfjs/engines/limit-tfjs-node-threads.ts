/**
 * TensorFlow takes a thread for each core, in every worker thread, and writes its start to the console, unless the process
 * environment says otherwise when its library is loaded. A worker thread's `process.env` is a copy that native code does not
 * see, so the thread that starts workers has to call this before it does. What is set is left as it is.
 */
export function limitTfjsNodeThreads(threads: number): void {
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads)
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1'
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
}
