import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ALL_PEERS } from '../peers/all.ts'
import { allScenarios } from './all-scenarios.ts'
import { contestantName } from './contestant.ts'

/** All that `npm run bench` knows, for people. */
export async function listing(): Promise<string> {
  const scenarios = (await allScenarios()).map(({ name, question }) => row(name, question))
  const peers = ALL_PEERS.flatMap((peer) => {
    const missing = peer.missing()
    return peer.configs.map((config) =>
      row(
        contestantName({ peer, config }),
        `${peer.title}, ${config.about}${missing === undefined ? '' : ` (${missing})`}`,
      ),
    )
  })
  return [
    ...['Scenarios:', ...scenarios, ''],
    ...['Peers:', ...peers, ''],
    ...['Studies:', ...programs('studies'), ''],
    ...['Micro-benchmarks:', ...programs('micro')],
  ].join('\n')
}

function row(name: string, about: string): string {
  return `  ${name.padEnd(20)} ${about}`
}

function programs(folder: string): readonly string[] {
  const files = readdirSync(fileURLToPath(new URL(`../${folder}/`, import.meta.url))).sort()
  return files.filter((file) => file.endsWith('.ts')).map((file) => `  ${folder}/${file.slice(0, -3)}`)
}
