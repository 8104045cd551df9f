import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buildImagePrograms } from '../../../../scripts/image-programs.ts'
import { ROOT, run } from '../headrace-process.ts'

/** What `dist/image` is made of. */
const SOURCES = [
  'src',
  'src/**',
  'scripts/image-programs.ts',
  'scripts/bundled-packages.ts',
  'package-lock.json',
]

/** Makes `dist/image` where a source is newer, as `npm run build` does. */
export async function buildPrograms(): Promise<void> {
  const folder = join(ROOT, 'dist/image')
  const made = modifiedAt(join(folder, 'tfjs/package.json'))
  const newest = Math.max(...globSync(SOURCES, { cwd: ROOT }).map((path) => modifiedAt(join(ROOT, path))))
  if (made > newest) return
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  await buildImagePrograms(folder, version)
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** Runs `headrace build-image`. @returns the digest that it printed, and what it told */
export async function buildImage(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly digest: string; readonly report: string }> {
  const { code, stdout, stderr } = await run({ args: ['build-image', ...args], env })
  if (code !== 0) throw new Error(`headrace build-image has failed:\n${stdout}${stderr}`)
  return { digest: stdout.trim(), report: stderr }
}
