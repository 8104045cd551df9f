/**
 * `npm run build`: dist/ from src/. Three programs, the command line and the threads of servers and of batch runs, bundled
 * with what they share: each module that Node need not look for saves half a millisecond of the start (docs/decisions/0012).
 * Dependencies stay packages. Declarations go to dist/types.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, globSync, rmSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'
import { rolldown } from 'rolldown'

/** Files that the program finds beside its own modules. */
const DATA_FILES = 'src/store/schema/*.sql'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['--project', 'tsconfig.build.json'], { stdio: 'inherit' })

const bundle = await rolldown({
  input: {
    main: 'src/cli/main.ts',
    worker: 'src/runtime/pool/worker.ts',
    'batch-worker': 'src/batch/batch-worker.ts',
  },
  platform: 'node',
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
})
// One flat folder: `new URL('./worker.js', import.meta.url)` then holds from every chunk.
await bundle.write({ dir: 'dist', format: 'esm', chunkFileNames: '[name]-[hash].js' })
await bundle.close()

for (const file of globSync(DATA_FILES)) copyFileSync(file, `dist/${basename(file)}`)
chmodSync('dist/main.js', 0o755)
