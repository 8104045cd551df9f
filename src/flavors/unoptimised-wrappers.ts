import { setFlagsFromString } from 'node:v8'

/** Calls after which V8 replaces the generic wrapper around a function that WebAssembly imports: never. */
const NEVER = 2 ** 31 - 1

/**
 * To be called before threads run WebAssembly side by side: V8 frees the wrappers that it replaces while other threads
 * look them up, and the process dies of SIGSEGV or SIGABRT (Node 22 to 26; nodejs/node#64500). Node's own stripping of
 * types is WebAssembly too. What is lost is a faster wrapper around calls of a few imported functions.
 */
export function keepUnoptimisedWrappers(): void {
  setFlagsFromString(`--wasm-wrapper-tiering-budget=${NEVER}`)
}
