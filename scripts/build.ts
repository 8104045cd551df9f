/**
 * `npm run build`: dist/ from src/. Programs, the command line, the threads of servers, of batch runs, of loads and of prepared models, and the process of a trial, bundled
 * with what they share: each module that Node need not look for saves half a millisecond of the start (docs/decisions/0012).
 * Dependencies stay packages, but for the programs of images (scripts/image-programs.ts). Declarations go to dist/types.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, globSync, rmSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import manifest from '../package.json' with { type: 'json' }
import { buildImagePrograms } from './image-programs.ts'

/** Files that the program finds beside its own modules. */
const DATA_FILES = [
  'src/store/schema/*.sql',
  'src/protocols/open-inference/grpc/*.proto',
  'src/protocols/json-numbers/*.wasm',
  // With and without the processor's vector instructions. Threads of its own WebAssembly does not get in Node.
  'node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm{,-simd}.wasm',
]

/** TF.js and what it imports: bundled, since under a tenth of it is used. */
const BUNDLED =
  /^(@tensorflow\/tfjs-(core|layers|converter|backend-wasm|backend-cpu)|seedrandom|long|node-fetch)(\/|$)/

/** TF.js would fetch models and binaries with it; Headrace gives it all as bytes and paths. */
const NO_NETWORK = { 'node-fetch': fileURLToPath(new URL('./no-network.ts', import.meta.url)) }

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['--project', 'tsconfig.build.json'], { stdio: 'inherit' })

const bundle = await rolldown({
  input: {
    main: 'src/cli/main.ts',
    healthcheck: 'src/cli/healthcheck.ts',
    client: 'src/client/index.ts',
    worker: 'src/runtime/pool/worker.ts',
    'trial-process': 'src/runtime/trial/trial-process.ts',
    'trial-thread': 'src/runtime/trial/trial-thread.ts',
    'batch-worker': 'src/batch/batch-worker.ts',
    'generator-thread': 'src/bench/generator/generator-thread.ts',
    'watchdog-thread': 'src/supervisor/watchdog-thread.ts',
    'listener-thread': 'src/cli/listener-thread.ts',
    'rollout-thread': 'src/cli/commands/serve/rollouts/rollout-thread.ts',
    'track-thread': 'src/cli/commands/serve/track/track-thread.ts',
    'lookup-thread': 'src/cli/commands/serve/lookups/lookup-thread.ts',
    'watch-thread': 'src/cli/commands/serve/watch/watch-thread.ts',
    'store-thread': 'src/server/tracking/threads/store-thread.ts',
    'prepare-thread': 'src/flavors/tfjs/prepare/prepare-thread.ts',
  },
  platform: 'node',
  // TF.js's modules rather than its ready-made CommonJS bundles: what is not used of them can be left out.
  resolve: { mainFields: ['module', 'main'], alias: NO_NETWORK },
  // The loader of its WebAssembly asks for these in Node.
  transform: { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
  external: (id) => !id.startsWith('.') && !isAbsolute(id) && !BUNDLED.test(id),
})
// One flat folder: `new URL('./worker.js', import.meta.url)` then holds from every chunk.
await bundle.write({ dir: 'dist', format: 'esm', chunkFileNames: '[name]-[hash].js' })
await bundle.close()

for (const file of globSync(DATA_FILES)) copyFileSync(file, `dist/${basename(file)}`)
chmodSync('dist/main.js', 0o755)
await buildImagePrograms('dist/image', manifest.version)
