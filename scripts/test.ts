/**
 * `npm test`: format and lint, direction of imports, types, then the unit and protocol tests.
 * Each static check counts as one test. Ends with the line `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CHECKS = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'direction of imports', command: ['depcruise', 'src'] },
  { name: 'types', command: ['tsc', '--project', '.'] },
] as const

/** What is read of vitest's JSON report. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

interface Count {
  passed: number
  failed: number
}

function run(command: readonly string[]): boolean {
  const [program = '', ...args] = command
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error !== undefined) console.error(`${program}: ${error.message}`)
  return status === 0
}

/** Side by side, since each of them uses one core; what they say is shown one after the other. */
async function runChecks(): Promise<Count> {
  const count = { passed: 0, failed: 0 }
  const running = CHECKS.map(({ name, command }) => ({ name, result: collect(command) }))
  for (const { name, result } of running) {
    const { ok, output } = await result
    console.log(`\n== ${name}\n${output}`)
    if (ok) count.passed++
    else count.failed++
  }
  return count
}

function collect([program = '', ...args]: readonly string[]): Promise<{ ok: boolean; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve({ ok: false, output: `${program}: ${message}` }))
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() }))
  })
}

/** Runs vitest and reads its own count; a run that ends without a report counts as one failure. */
function runTests(args: readonly string[]): Count {
  console.log('\n== tests')
  const folder = mkdtempSync(join(tmpdir(), 'headrace-test-'))
  const report = join(folder, 'report.json')
  try {
    const ok = run([
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${report}`,
      ...args,
    ])
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
    tellSecondAttempts(testResults)
    return { passed: numPassedTests, failed: ok ? numFailedTests : Math.max(1, numFailedTests) }
  } catch (error) {
    console.error(error)
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Names the tests that failed first and passed then, where a configuration lets them: they want to be looked at. */
function tellSecondAttempts(results: Report['testResults']): void {
  for (const { fullName, status, failureMessages } of results.flatMap((file) => file.assertionResults)) {
    if (status !== 'passed' || failureMessages.length === 0) continue
    console.log(`\nPassed at the second attempt: ${fullName}\n${failureMessages.join('\n')}`)
  }
}

const args = process.argv.slice(2)
const checks = args.length > 0 ? { passed: 0, failed: 0 } : await runChecks()
const tests = runTests(args)
const failed = checks.failed + tests.failed
console.log(`\n${checks.passed + tests.passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && tests.passed > 0 ? 0 : 1
