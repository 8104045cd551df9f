import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('./open_loop/', import.meta.url))
const PEERS = fileURLToPath(new URL('../.peers', import.meta.url))
const FLAGS = ['-O2', '-Wall', '-Wextra']

/** Builds the generator where its sources have changed. @returns its path. @throws Error without a C compiler */
export function openLoopProgram(home = process.env['HEADRACE_BENCH_HOME'] ?? PEERS): string {
  const folder = join(resolve(home), 'load')
  const program = join(folder, `open_loop-${digest()}`)
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  const unfinished = `${program}.${process.pid}`
  compile(unfinished)
  renameSync(unfinished, program)
  return program
}

function compile(program: string): void {
  const compiler = process.env['CC'] ?? 'cc'
  const sources = sourceFiles().filter((file) => file.endsWith('.c'))
  try {
    execFileSync(compiler, [...FLAGS, '-o', program, ...sources, '-lm'], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    if (isMissing(error)) {
      throw new Error(`The open-loop generator needs a C compiler, and there is no ${compiler}.`, {
        cause: error,
      })
    }
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function sourceFiles(): readonly string[] {
  return readdirSync(SOURCES)
    .sort()
    .map((name) => join(SOURCES, name))
}

function digest(): string {
  const hash = createHash('sha256').update(FLAGS.join(' '))
  for (const file of sourceFiles()) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}
