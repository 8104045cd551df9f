/** `npm run bench`: the command line of the benchmarks. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import type { BenchOptions } from './contest/bench-scenarios.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))

const program = new Command('npm run bench --')
  .description('Measures Headrace beside other model servers, or a part of it alone.')
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    `
Examples:
  npm run bench -- install                          # virtual environments of all peers, and furnace-server
  npm run bench -- tiny --peers headrace,mosec      # one question, two servers
  npm run bench -- all                              # every scenario with every peer: three hours
  npm run bench -- targets                          # all that the table of targets is made of: an hour and a half
  npm run bench -- tiny --profile                   # where Headrace's own time goes
  npm run bench -- studies/batching                 # one of the studies
  npm run bench -- micro/batcher                    # one of the micro-benchmarks`,
  )

program
  .command('run', { isDefault: true })
  .description('run scenarios with all peers that are installed; or a study, or a micro-benchmark')
  .argument('<scenario...>', 'names of scenarios, `all`, `targets`, `studies/NAME` or `micro/NAME`: see list')
  .option('--peers <names>', 'only these: `headrace,mosec:tuned`', commaSeparated)
  .option(
    '--configs <names>',
    'of servers only these configurations: `tuned`; references anyhow',
    commaSeparated,
  )
  .option('--quick', 'one short round from the sources: shows that all works, measures nothing')
  .option('--sources', 'Headrace from the sources of this clone instead of a packed install')
  .option('--rounds <n>', 'rounds of all contestants (3)', positiveInteger)
  .option('--add', 'put the rounds beside those that are kept, of the same versions, machine and day')
  .option('--no-largest-rate', 'leave out the search for the largest rate within the limit')
  .option('--profile', 'load only Headrace and write its V8 profile')
  .option('--out <folder>', 'for results and report, instead of benchmarks/')
  .action(async (given: readonly string[], chosen: BenchOptions) => {
    const { names, options } = await withTargets(given, chosen)
    const programs = names.filter((name) => name.includes('/'))
    const scenarios = names.filter((name) => !name.includes('/'))
    // First, for the report that scenarios end with.
    for (const name of programs) runProgram(name, options)
    if (scenarios.length === 0) return
    const { benchScenarios } = await import('./contest/bench-scenarios.ts')
    await benchScenarios(scenarios, options)
  })

program
  .command('list')
  .description('scenarios, peers with their configurations, studies and micro-benchmarks')
  .action(async () => {
    const { listing } = await import('./contest/listing.ts')
    console.log(await listing())
  })

program
  .command('install')
  .description('install peers from the package indexes')
  .option('--peers <names>', 'only these', commaSeparated)
  .action(async ({ peers }: { peers?: readonly string[] }) => {
    const { installPeers } = await import('./peers/install.ts')
    installPeers(peers)
  })

program
  .command('report')
  .description('write results.md, the plots and the table of the README again from the kept results')
  .action(async () => {
    const { makeReport } = await import('./report/make-report.ts')
    await makeReport(console.log)
  })

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** `targets` stands for all that its table is made of, by the configurations that it is about. */
async function withTargets(names: readonly string[], options: BenchOptions) {
  if (!names.includes('targets')) return { names, options }
  const { TARGET_CONFIGS, TARGET_SCENARIOS, TARGET_STUDIES } = await import('./report/targets.ts')
  const others = names.filter((name) => name !== 'targets')
  return {
    names: [...TARGET_STUDIES, ...TARGET_SCENARIOS, ...others],
    options: { configs: TARGET_CONFIGS, ...options },
  }
}

/** A study or a micro-benchmark is a program of its own. */
function runProgram(name: string, { quick, sources }: BenchOptions): void {
  const file = `${HERE}${name}.ts`
  if (!/^(studies|micro)\/[\w-]+$/.test(name) || !existsSync(file)) {
    throw new Error(`There is no ${name}. \`npm run bench -- list\` shows what there is.`)
  }
  const options = [...(quick ? ['--quick'] : []), ...(sources ? ['--sources'] : [])]
  const { status } = spawnSync(process.execPath, [file, ...options], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

function commaSeparated(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '')
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--rounds must be a positive integer, not ${text}`)
  return Number(text)
}
