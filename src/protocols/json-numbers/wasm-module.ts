import { readFileSync } from 'node:fs'

/** What is used of WebAssembly, which is declared by the DOM's types alone. */
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: WasmExports }
}

/** What assembly/index.ts exports, that of the module beside this file. Addresses and lengths are in bytes. */
export interface WasmExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  bodyAt(): number
  listsAt(): number
  countLists(): number
  /** 0 for a body of which no id was taken out. */
  idAt(): number
  idLength(): number
  skeletonAt(): number
  skeletonLength(): number
  valuesAt(bodyLength: number): number
  scan(bodyLength: number): number
  rememberSkeleton(): number
}

declare const WebAssembly: WasmApi

let compiled: object | undefined

/** An instance with memory of its own. It imports nothing: see flavors/unoptimised-wrappers.ts. */
export function newInstance(): WasmExports {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./json-numbers.wasm', import.meta.url)))
  return new WebAssembly.Instance(compiled).exports
}
