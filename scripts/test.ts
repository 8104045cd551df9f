/**
 * `npm test`: format and lint, direction of imports, types, then the unit and protocol tests.
 * Each static check counts as one test. Ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CHECKS = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'direction of imports', command: ['depcruise', 'src'] },
  { name: 'types', command: ['tsc', '--project', '.'] },
] as const

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

function runChecks(): Count {
  const count = { passed: 0, failed: 0 }
  for (const { name, command } of CHECKS) {
    console.log(`\n== ${name}`)
    if (run(command)) count.passed++
    else count.failed++
  }
  return count
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
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
    }
    return { passed: numPassedTests, failed: ok ? numFailedTests : Math.max(1, numFailedTests) }
  } catch (error) {
    console.error(error)
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const args = process.argv.slice(2)
const checks = args.length > 0 ? { passed: 0, failed: 0 } : runChecks()
const tests = runTests(args)
const failed = checks.failed + tests.failed
console.log(`\n${checks.passed + tests.passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && tests.passed > 0 ? 0 : 1
