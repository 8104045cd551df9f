/**
 * `dist/image/`: the programs of images, one for each engine, with all packages bundled (docs/decisions/0031). Where a module `x.ts` has
 * a neighbour `x.image.ts`, or `x.image-onnxruntime.ts` or `x.image-tfjs.ts` for one engine, that one takes its place.
 */
import { copyFileSync, existsSync, globSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, resolve as resolvePath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'
import { type BundledPackage, bundledPackages, licenceTexts } from './bundled-packages.ts'

const ENGINES = ['onnxruntime', 'tfjs'] as const
type Engine = (typeof ENGINES)[number]

/** Programs, threads and processes, by the names that they have in `dist/` as well. */
const INPUT = {
  main: 'src/cli/main.ts',
  healthcheck: 'src/cli/healthcheck.ts',
  worker: 'src/runtime/pool/worker.ts',
  'trial-process': 'src/runtime/trial/trial-process.ts',
  'trial-thread': 'src/runtime/trial/trial-thread.ts',
  'batch-worker': 'src/batch/batch-worker.ts',
  'watchdog-thread': 'src/supervisor/watchdog-thread.ts',
  'listener-thread': 'src/cli/listener-thread.ts',
  'rollout-thread': 'src/cli/commands/serve/rollouts/rollout-thread.ts',
  'piscina-worker': 'node_modules/piscina/dist/worker.js',
}

/** Files that the program finds beside its own modules. */
const DATA_FILES: Readonly<Record<Engine, readonly string[]>> = {
  onnxruntime: ['src/protocols/open-inference/grpc/*.proto', 'src/protocols/json-numbers/*.wasm'],
  tfjs: [
    ...['src/protocols/open-inference/grpc/*.proto', 'src/protocols/json-numbers/*.wasm'],
    'node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm{,-simd}.wasm',
  ],
}

/** Native: the engine has a layer of its own, and the others are optional and not in images. */
const EXTERNAL = /^(onnxruntime-node\/dist\/|@tensorflow\/tfjs-node$|@napi-rs\/nice$)/

/** Writes the programs of all engines into `folder`, which has nothing else afterwards: all of it goes into images. @param version of Headrace. */
export async function buildImagePrograms(folder: string, version: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  for (const engine of ENGINES) await buildProgram(`${folder}/${engine}`, engine, version)
}

async function buildProgram(folder: string, engine: Engine, version: string): Promise<void> {
  const bundle = await rolldown({
    input: INPUT,
    platform: 'node',
    // TF.js's modules rather than its ready-made CommonJS bundles: what is not used of them can be left out.
    resolve: {
      mainFields: ['module', 'main'],
      alias: { 'node-fetch': fileURLToPath(new URL('./no-network.ts', import.meta.url)) },
    },
    transform: { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    external: EXTERNAL,
    plugins: [imageModules(engine), PISCINA_WORKER],
  })
  const { output } = await bundle.write({
    ...{ dir: folder, format: 'esm', chunkFileNames: '[name]-[hash].js', minify: true },
    comments: false,
  })
  await bundle.close()
  for (const file of DATA_FILES[engine].flatMap((pattern) => globSync(pattern))) {
    copyFileSync(file, `${folder}/${basename(file)}`)
  }
  const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
  writeDocuments(folder, version, bundledPackages(modules))
}

function writeDocuments(folder: string, version: string, packages: readonly BundledPackage[]): void {
  const headrace = { name: 'headrace', version, licence: 'Apache-2.0', purl: `pkg:npm/headrace@${version}` }
  const notes = [headrace, ...packages.map(({ folder: _, ...note }) => note)]
  writeFileSync(`${folder}/packages.json`, `${JSON.stringify(notes, undefined, 2)}\n`)
  writeFileSync(
    `${folder}/package.json`,
    `${JSON.stringify({ name: 'headrace', version, type: 'module' })}\n`,
  )
  writeFileSync(`${folder}/THIRD-PARTY-LICENSES`, licenceTexts(packages))
  for (const file of ['LICENSE', 'NOTICE']) copyFileSync(file, `${folder}/${file}`)
}

/** Puts the modules of images in the places of the others. */
function imageModules(engine: Engine): Plugin {
  return {
    name: 'image-modules',
    resolveId(source, importer) {
      if (importer === undefined || !source.startsWith('.') || !source.endsWith('.ts')) return undefined
      const path = resolvePath(dirname(importer), source)
      const found = [`image-${engine}`, 'image']
        .map((kind) => path.replace(/\.ts$/, `.${kind}.ts`))
        .find((file) => existsSync(file))
      // One that only changes something of the module that it stands for imports that.
      return found === importer ? undefined : found
    },
  }
}

/** piscina starts a file beside its own modules, which has another name here: `worker.js` is Headrace's. */
const PISCINA_WORKER: Plugin = {
  name: 'piscina-worker',
  transform: {
    filter: { id: /piscina[\\/]dist[\\/]index\.js$/ },
    handler(code) {
      const changed = code.replace("(__dirname, 'worker.js')", "(__dirname, 'piscina-worker.js')")
      if (changed === code) throw new Error('piscina no longer starts dist/worker.js as it did')
      return changed
    },
  },
}
