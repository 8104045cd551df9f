import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer } from '../../contest/peer.ts'
import { engineVersion, furnaceLaunch, furnaceTarget, missingFurnace } from './launch.ts'

const MANIFEST = join(fileURLToPath(new URL('.', import.meta.url)), 'Cargo.toml')
const DIALECTS = { json: 'v2', binary: 'v2-binary', csv: undefined } as const
const ADAPTER = 'our adapter of 150 lines to onnxruntime, a session for each CPU; doubles as FP32'

/** A front and a batcher in Rust, and no product: the library has an engine of its own, which reads no ONNX. */
export const PEER: Peer = {
  name: 'furnace',
  title: 'furnace-server + onnxruntime',
  kind: 'server',
  configs: [
    { name: 'default', about: `batching off, ${ADAPTER}` },
    { name: 'tuned', about: `batches of up to 32 requests, ${ADAPTER}` },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: missingFurnace,
  install: () => {
    const where = ['--manifest-path', MANIFEST, '--target-dir', furnaceTarget()]
    execFileSync('cargo', ['build', '--release', ...where], { stdio: 'inherit' })
  },
  launch: ({ config, workload: { name: model, onnxFile }, port, cpus }) =>
    furnaceLaunch({ config, model, onnxFile, port, cpus }),
  versions: furnaceVersions,
}

export function furnaceVersions(): Readonly<Record<string, string>> {
  const manifest = readFileSync(MANIFEST, 'utf8')
  const pinned = (crate: string): string =>
    new RegExp(`^${crate} = \\{ version = "=([^"]+)"`, 'm').exec(manifest)?.[1] ?? 'unknown'
  return {
    'furnace-server': pinned('furnace-server'),
    ort: pinned('ort'),
    onnxruntime: engineVersion(),
  }
}
