import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchHome } from './home.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** Of peers that do not start with whatever `python3` is; HEADRACE_BENCH_PYTHON goes before. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  // Brings an interpreter of its own, 3.11.2, which cannot load the standard library of later ones.
  pytriton: '/usr/bin/python3.11',
}

/** @returns the interpreter of a peer's virtual environment, whether it is there or not. */
export function venvPython(peer: string): string {
  return join(venvFolder(peer), 'bin/python')
}

/** @returns why a peer cannot start, and what to do about it; undefined where its environment is complete. */
export function missingVenv(peer: string): string | undefined {
  const advice = `npm run bench -- install --peers ${peer}`
  const stamp = stampFile(peer)
  if (!existsSync(venvPython(peer)) || !existsSync(stamp)) return `not installed: ${advice}`
  if (readFileSync(stamp, 'utf8') !== requirementsDigest(peer))
    return `installed with other versions: ${advice}`
  return undefined
}

/**
 * Makes a peer's virtual environment with all that its requirements.txt names, anew where there is one already.
 * @throws Error with what pip found wrong.
 */
export function installVenv(peer: string): void {
  const folder = venvFolder(peer)
  const interpreter = process.env['HEADRACE_BENCH_PYTHON'] ?? INTERPRETERS[peer] ?? 'python3'
  const startedAt = performance.now()
  console.log(`${peer}: installing ${requirements(peer).join(', ')}`)
  rmSync(folder, { recursive: true, force: true })
  run(peer, [interpreter, '-m', 'venv', folder])
  const install = ['install', '--quiet', '--disable-pip-version-check', '--progress-bar', 'off']
  run(peer, [venvPython(peer), '-m', 'pip', ...install, '--requirement', requirementsFile(peer)])
  writeFileSync(stampFile(peer), requirementsDigest(peer))
  console.log(`${peer}: installed in ${Math.round((performance.now() - startedAt) / 1000)} s`)
}

/** @returns the versions of the packages, and of Python, that a peer runs with; without those that it has not. */
export function venvVersions(peer: string, packages: readonly string[]): Readonly<Record<string, string>> {
  return packageVersions(venvPython(peer), packages)
}

export function packageVersions(
  python: string,
  packages: readonly string[],
): Readonly<Record<string, string>> {
  const program = `
import importlib.metadata, json, platform, sys
found = {d.name.lower().replace("_", "-"): d.version for d in importlib.metadata.distributions()}
wanted = {name: found[name] for name in sys.argv[1:] if name in found}
print(json.dumps({"python": platform.python_version(), **wanted}))`
  const printed = execFileSync(python, ['-c', program, ...packages], { encoding: 'utf8' })
  return JSON.parse(printed) as Record<string, string>
}

function venvFolder(peer: string): string {
  return join(benchHome(), peer)
}

/** Written last, so that what was interrupted counts as missing. */
function stampFile(peer: string): string {
  return join(venvFolder(peer), 'requirements.sha256')
}

function requirementsFile(peer: string): string {
  return join(HERE, peer, 'requirements.txt')
}

function requirementsDigest(peer: string): string {
  return createHash('sha256').update(requirements(peer).join('\n')).digest('hex')
}

/** Without comments. */
function requirements(peer: string): readonly string[] {
  return readFileSync(requirementsFile(peer), 'utf8')
    .split('\n')
    .map((line) => line.replace(/\s*#.*$/, '').trim())
    .filter((line) => line !== '')
}

function run(peer: string, [program = '', ...args]: readonly string[]): void {
  const { status, error, output } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: MAX_OUTPUT })
  if (status === 0) return
  const reason = error?.message ?? complaint(output.join(''))
  throw new Error(`${peer}: \`${[program, ...args].join(' ')}\` failed: ${reason}`)
}

const MAX_OUTPUT = 64 * 1024 * 1024

/** pip's own lines about what is wrong; all that was printed last where there are none. */
function complaint(printed: string): string {
  const lines = printed.trim().split('\n')
  const errors = lines.filter((line) => /^\s*error/i.test(line))
  return (errors.length > 0 ? errors : lines).slice(-8).join('\n')
}
